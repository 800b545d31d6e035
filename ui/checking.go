package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/check"
	"unsent/model"
	"unsent/safe"
)

// This file runs the checks of a case: what is out, what has come back, and in
// whose name it was asked.

// checking is the run of checks that is under way, and whose it is. There is one
// at a time: an agent looks at one case.
type checking struct {
	task
	c *caseView
}

// begin ends the run before and starts one for c.
func (k *checking) begin(parent context.Context, c *caseView) (context.Context, int) {
	k.stop()
	k.c = c
	return k.start(parent)
}

// stop ends the run. What has no answer is not waited for any more.
func (k *checking) stop() {
	if k.c != nil {
		k.c.asked.out = nil
	}
	k.c = nil
	k.task.stop()
}

// finish marks the run as over.
func (k *checking) finish() {
	if k.c != nil {
		k.c.asked.out = nil
	}
	k.c = nil
	k.done()
}

// on reports whether the run is what a screen is about.
func (k *checking) on(s screen) bool {
	switch s := s.(type) {
	case *caseView:
		return s == k.c
	case *packetView:
		return s.c == k.c
	case *answers:
		return s.c == k.c
	}
	return false
}

// halt stops the run and says what of it has no answer.
func (k *checking) halt() string {
	said := "stopped"
	if k.c != nil && len(k.c.asked.out) > 0 {
		said = fmt.Sprintf("stopped; %d of %s not answered", len(k.c.asked.out), model.Count(k.c.asked.put, "check", "checks"))
	}
	k.stop()
	return said
}

// asked is what this session has asked about a case.
type asked struct {
	out     []string // checks that have no answer yet
	put     int      // how many were asked in this run
	since   time.Time
	found   []model.Finding // the newest of each check, as it came
	account model.Account   // in whose name the last run asked; no name: none fits
	noToken string          // why it asked without a token; empty when it had one
	remark  string          // what is to be known of the token that it asked with
}

// waits reports whether a check has no answer yet.
func (k *asked) waits(name string) bool { return slices.Contains(k.out, name) }

// progress says how far the run is, in one line.
func (k *asked) progress(a *app) string {
	if k.put == 0 {
		return "reading the case" // its checks are named when it is here
	}
	s := fmt.Sprintf("asking: %d of %d answered", k.put-len(k.out), k.put)
	return s + elapsed(a.Now().Sub(k.since)) + " (esc stops)"
}

// elapsed is how long something has taken, in whole seconds and from the first on.
func elapsed(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return fmt.Sprintf(", %d s", int(d.Seconds()))
}

// over puts what this session has found over what was read of the database: that
// may have been read before a finding came.
func (k *asked) over(stored []model.Finding) []model.Finding {
	out := slices.Clone(k.found)
	for _, f := range stored {
		i := slices.IndexFunc(out, func(o model.Finding) bool { return o.Check == f.Check })
		switch {
		case i < 0:
			out = append(out, f)
		case f.At.After(out[i].At): // another console has asked since
			out[i] = f
		}
	}
	return out
}

// take takes a finding: the newest of a check counts.
func (k *asked) take(f model.Finding) {
	same := func(o model.Finding) bool { return o.Check == f.Check }
	k.out = slices.DeleteFunc(slices.Clone(k.out), func(name string) bool { return name == f.Check })
	// A new slice each time: a packet may be reading the old one beside us.
	k.found = append([]model.Finding{f}, slices.DeleteFunc(slices.Clone(k.found), same)...)
}

// found takes a finding of this session.
func (c *caseView) found(f model.Finding) {
	c.asked.take(f)
	rest := slices.DeleteFunc(slices.Clone(c.data.Findings), func(o model.Finding) bool { return o.Check == f.Check })
	c.data.Findings = append([]model.Finding{f}, rest...)
	c.settle()
}

// check starts checks; names nil means all that the article names, or every
// check when it names none.
func (c *caseView) check(a *app, names []string) tea.Cmd {
	ctx, id := a.working.begin(a.ctx, c)
	c.asked.put = 0
	if !c.ready { // the key was faster: read the case, then ask
		s, inc, msg := a.Store, c.inc.ID, c.msgID
		return func() tea.Msg {
			d, err := s.Case(ctx, inc, msg)
			return readyToCheck{c: c, id: id, names: names, data: d, err: err}
		}
	}
	if len(names) == 0 {
		names = c.allChecks()
	}
	c.asked.out, c.asked.put, c.asked.since = names, len(names), a.Now()
	return runChecks(ctx, c, id, a.Deps, check.Subject{Case: c.data, Now: a.Now()}, names)
}

// allChecks are the checks that the article's steps name, with the two that the
// log itself answers, in asking order: every check when the steps name none.
func (c *caseView) allChecks() []string {
	want := map[string]bool{}
	for _, s := range c.Steps {
		for _, name := range s.Checks {
			want[name] = true
		}
	}
	every := len(want) == 0
	want["window"], want["recipient"] = true, true
	var names []string
	for _, k := range check.All() {
		if every || want[k.Name] {
			names = append(names, k.Name)
		}
	}
	return names
}

// readyToCheck brings the case that the checks waited for.
type readyToCheck struct {
	c     *caseView
	id    int
	names []string
	data  model.Case
	err   error
}

func (m readyToCheck) arrive(a *app) tea.Cmd {
	if !a.working.current(m.id) {
		return nil
	}
	if m.err != nil {
		a.working.finish()
		return a.fail(m.err)
	}
	m.c.loading.stop() // the reading that runs beside would come second and drop nothing new
	m.c.take(m.data)
	return m.c.check(a, m.names)
}

// runChecks finds out in whose name to ask, puts the questions and delivers the
// first news. Each message brings the command that waits for the next, so no
// goroutine touches the app. The channel has room for all, so that none waits if
// the screen stops listening. Findings are shown before they are kept: the
// database may be busy with an import.
func runChecks(ctx context.Context, c *caseView, id int, d Deps, subject check.Subject, names []string) tea.Cmd {
	return func() tea.Msg {
		news := make(chan arrived, len(names)+3)
		go func() {
			defer close(news)
			keep := make(chan model.Finding, len(names)+1)
			kept := make(chan error, 1)
			go func() { kept <- keepFindings(ctx, d.Store, subject.Case, keep) }()
			put(ctx, c, d, subject, names, news, keep)
			close(keep)
			if err := <-kept; err != nil {
				news <- notKept{err}
			}
		}()
		return nextNews(c, id, news)()
	}
}

// put asks in the name of the case's account. When that cannot be found out, the
// questions to Meta are not put, and say why.
func put(ctx context.Context, c *caseView, d Deps, subject check.Subject, names []string, news chan<- arrived, keep chan<- model.Finding) {
	found := func(f model.Finding) {
		news <- findingArrived{c, f}
		keep <- f
	}
	if d.Meta == nil {
		check.Run(ctx, subject, names, found)
		return
	}
	meta, err := d.Meta(ctx, subject.Case)
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		known := accountKnown{c: c}
		if meta != nil {
			known.account, known.remark = meta.Account, meta.Remark
			if meta.Graph == nil {
				known.noToken = meta.NoToken
			}
		}
		news <- known
		subject.Meta = meta
		check.Run(ctx, subject, names, found)
		return
	}
	var local []string
	for _, name := range names {
		k := check.Find(name)
		if k == nil || k.Hand == "" { // the log answers it
			local = append(local, name)
			continue
		}
		said, _ := safe.Redact(err.Error(), d.secrets()...)
		if h := model.Hint(err); h != "" {
			said += "; " + h
		}
		found(model.Finding{Check: k.Name, Title: k.Title, Verdict: model.Unknown, Summary: "could not ask: " + said, Source: "unsent", At: subject.Now.UTC()})
	}
	if len(local) > 0 {
		check.Run(ctx, subject, local, found)
	}
}

// keepFindings keeps what the screen has shown, also when the run is stopped
// meanwhile, and answers with the first error.
func keepFindings(ctx context.Context, s Store, about model.Case, keep <-chan model.Finding) (first error) {
	var msg model.MessageID
	if about.Message != nil {
		msg = about.Message.ID
	}
	for f := range keep {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		if err := s.SaveFinding(ctx, about.Incident.ID, msg, f); err != nil && first == nil {
			first = err
		}
		cancel()
	}
	return first
}

// checkNews is something new of a run; more waits for what follows.
type checkNews struct {
	id   int
	what arrived
	more tea.Cmd
}

func nextNews(c *caseView, id int, news <-chan arrived) tea.Cmd {
	return func() tea.Msg {
		what, ok := <-news
		if !ok {
			return checksDone{c: c, id: id}
		}
		return checkNews{id: id, what: what, more: nextNews(c, id, news)}
	}
}

func (m checkNews) arrive(a *app) tea.Cmd {
	if !a.working.current(m.id) {
		return nil
	}
	return tea.Batch(m.more, m.what.arrive(a))
}

// accountKnown says in whose name a run asks.
type accountKnown struct {
	c       *caseView
	account model.Account
	noToken string
	remark  string
}

func (m accountKnown) arrive(*app) tea.Cmd {
	m.c.asked.account, m.c.asked.noToken, m.c.asked.remark = m.account, m.noToken, m.remark
	return nil
}

type findingArrived struct {
	c       *caseView
	finding model.Finding
}

func (m findingArrived) arrive(a *app) tea.Cmd {
	m.c.found(m.finding)
	a.home.likely.learn(m.c)
	delete(a.home.likely.near, m.c.inc.ID)
	return nil
}

// notKept tells that a finding that is on screen is not in the database.
type notKept struct{ err error }

func (m notKept) arrive(a *app) tea.Cmd {
	if errors.Is(m.err, context.Canceled) {
		return nil
	}
	return a.fail(m.err)
}

type checksDone struct {
	c  *caseView
	id int
}

func (m checksDone) arrive(a *app) tea.Cmd {
	if !a.working.current(m.id) {
		return nil
	}
	a.working.finish()
	if p, ok := a.top().(*packetView); ok && p.waiting {
		return p.build(a)
	}
	if n := m.c.wantToken(); n > 0 && a.Accounts != nil && a.notice == "" {
		a.say(model.Count(n, "check was", "checks were") + " left out for want of a token: B shows the accounts")
	}
	return m.c.preview(a)
}

// wantToken is how many checks were left out because there is no token.
func (c *caseView) wantToken() (n int) {
	for _, f := range c.data.Findings {
		if f.Verdict == model.Skipped && c.asked.noToken != "" && strings.Contains(f.Summary, c.asked.noToken) {
			n++
		}
	}
	return n
}

// order are the checks that were asked or are out, in the order in which the
// articles ask; at is the finding of each, nil while there is none.
func (c *caseView) order() (names []string, at map[string]*model.Finding) {
	at = map[string]*model.Finding{}
	for i := range c.data.Findings {
		if f := &c.data.Findings[i]; at[f.Check] == nil {
			at[f.Check] = f
		}
	}
	for _, k := range check.All() {
		if at[k.Name] != nil || c.asked.waits(k.Name) {
			names = append(names, k.Name)
		}
	}
	for _, f := range c.data.Findings { // of a version that knew more checks
		if !slices.Contains(names, f.Check) {
			names = append(names, f.Check)
		}
	}
	return names, at
}
