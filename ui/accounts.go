package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
)

// accounts lists the business accounts on record: where each one's token is, and
// how long it lasts.
type accounts struct {
	known   model.Account // what a new one begins with, of the case that was on screen
	lead    bool          // there is no account yet: the form is what was wanted
	list    []model.Account
	at      int
	off     int
	high    int
	loaded  bool
	err     error
	loading task
}

// openAccounts shows the accounts, and the form at once when there are none.
func (a *app) openAccounts() tea.Cmd {
	v := &accounts{}
	if c := a.shownCase(); c != nil {
		v.known = c.account()
	}
	a.push(v)
	return v.load(a)
}

// noAccounts says why the accounts cannot be shown; empty: they can.
func noAccounts(a *app) string {
	if a.Accounts == nil {
		return "no account can be kept here"
	}
	if _, there := a.top().(*accounts); there {
		return "they are on screen"
	}
	return ""
}

// account is what the log tells of the account that a case belongs to.
func (c *caseView) account() model.Account {
	acc := model.Account{WABA: c.inc.WABA}
	f := c.data.Stands()
	if f == nil {
		return acc
	}
	if acc.WABA == "" && c.inc.WABAs <= 1 {
		acc.WABA = f.WABA
	}
	if acc.WABA == f.WABA && f.PhoneID != "" {
		acc.Phones = []string{f.PhoneID}
	}
	acc.App = f.App
	return acc
}

type accountsLoaded struct {
	v    *accounts
	id   int
	list []model.Account
	err  error
}

func (v *accounts) load(a *app) tea.Cmd {
	ctx, id := v.loading.start(a.ctx)
	s := a.Accounts
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		list, err := s.Accounts(ctx)
		return accountsLoaded{v: v, id: id, list: list, err: err}
	}
}

func (m accountsLoaded) arrive(a *app) tea.Cmd {
	v := m.v
	if !v.loading.current(m.id) {
		return nil
	}
	v.loading.done()
	first := !v.loaded
	v.loaded, v.err = true, m.err
	if m.err != nil {
		return a.fail(m.err)
	}
	v.list, v.at = m.list, min(v.at, max(len(m.list)-1, 0))
	if first && len(m.list) == 0 && a.top() == screen(v) && len(a.overlays) == 0 {
		v.lead = true
		return a.askAccount(v.known, nil)
	}
	return nil
}

// accountsChanged reads the accounts again wherever they are shown.
func (a *app) accountsChanged() tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range a.stack {
		if v, ok := s.(*accounts); ok {
			cmds = append(cmds, v.load(a))
		}
	}
	return tea.Batch(cmds...)
}

func (v *accounts) selected() *model.Account {
	if v.at < 0 || v.at >= len(v.list) {
		return nil
	}
	return &v.list[v.at]
}

func (v *accounts) title(*app) string { return "accounts" }

func (v *accounts) cursorLine() int {
	if len(v.list) == 0 {
		return -1
	}
	return v.at - v.off
}

func (v *accounts) lines(a *app, sz size, _ bool) []string {
	t := a.theme
	if len(v.list) == 0 {
		switch {
		case v.err != nil:
			return block([]string{"", " " + t.bad.Render(safe.Line(v.err.Error()))}, sz)
		case !v.loaded:
			return block([]string{"", " reading"}, sz)
		}
		lines := []string{""}
		for _, l := range wrap("No account is on record. With one, the checks can ask Meta about its token, numbers and templates.", min(sz.w-2, prose)) {
			lines = append(lines, " "+l)
		}
		return block(append(lines, "", " "+t.barKey.Render(" a ")+" add one"), sz)
	}
	n := min(len(v.list), max(sz.h/2, 1))
	v.high = n
	v.off = max(min(max(v.off, v.at-n+1), v.at, len(v.list)-n), 0)
	var out []string
	for i := v.off; i < v.off+n; i++ {
		acc := v.list[i]
		said, near := expiry(&acc, a.Now())
		said, _, _ = strings.Cut(strings.TrimPrefix(said, "the token "), ";") // the rest stands below
		line := " " + fit(safe.Line(acc.Name), max(min(24, sz.w/4), 8)) + " " + fit(string(acc.Keep), 8) + " "
		switch {
		case i == v.at:
			line = t.selected.Render(fit(">"+line[1:]+said, sz.w))
		case near:
			line += t.warn.Render(said)
		default:
			line += t.faint.Render(said)
		}
		out = append(out, fit(line, sz.w))
	}
	out = append(out, a.theme.rule("", sz.w))
	acc := v.list[v.at]
	w := max(sz.w-2, 1)
	fact := func(name, value string) {
		if value != "" {
			for _, l := range indent(t.faint.Render(fit(name, 16))+" ", value, w) {
				out = append(out, " "+l)
			}
		}
	}
	fact("token", keptWhere(acc))
	if said, near := expiry(&acc, a.Now()); near {
		fact("", t.warn.Render(said))
	} else {
		fact("", said)
	}
	fact("WABA", safe.Line(acc.WABA))
	fact("phone number IDs", safe.Line(strings.Join(acc.Phones, ", ")))
	fact("app", safe.Line(acc.App))
	if !acc.Added.IsZero() {
		fact("saved", moment(acc.Added, a.Local))
	}
	return block(out, sz)
}

// keptWhere says where the token of an account is.
func keptWhere(acc model.Account) string {
	switch acc.Keep {
	case model.KeepKeyring:
		return "in the system's keyring"
	case model.KeepFile:
		return "in the file " + safe.Line(acc.File)
	case model.KeepMemory:
		return "in memory: it is gone when this console ends"
	case model.KeepEnv:
		return "UNSENT_TOKEN, where the environment has it"
	}
	return "there is none"
}

// tokenAfter says what becomes of the token of an account that is removed.
func tokenAfter(acc model.Account) string {
	switch acc.Keep {
	case model.KeepKeyring:
		return "Its token is taken out of the keyring."
	case model.KeepFile:
		return "Its token file stays as it is."
	case model.KeepMemory:
		return "Its token is forgotten."
	}
	return "It has no token of its own."
}

// expiry says when a token expires, and whether that is to be warned of.
func expiry(acc *model.Account, now time.Time) (said string, near bool) {
	switch warning := acc.Warning(now); {
	case warning != "":
		return warning, true
	case !acc.Expires.IsZero():
		return "the token expires on " + acc.Expires.UTC().Format("2006-01-02"), false
	case !acc.Checked.IsZero():
		return "the token does not expire", false
	case acc.Keep == model.KeepNone:
		return "no token", false
	}
	return "when the token expires is not known; the token check tells", false
}

// notTaken is what is known of a new account without what another account has: two
// that fit alike are none, so a form must not begin that way. An app may serve both.
func notTaken(known model.Account, others []model.Account) model.Account {
	known.Phones = slices.Clone(known.Phones)
	for _, o := range others {
		if o.WABA == known.WABA {
			known.WABA = ""
		}
		known.Phones = slices.DeleteFunc(known.Phones, func(id string) bool { return slices.Contains(o.Phones, id) })
	}
	return known
}

func (v *accounts) actions(a *app) []action {
	some := func(*app) string {
		if v.selected() == nil {
			return "no account is selected"
		}
		return ""
	}
	list := []action{
		{name: "add", keys: []string{"a"}, help: "add an account and its token", short: "add", do: func(a *app) tea.Cmd { return a.askAccount(notTaken(v.known, v.list), v.list) }},
		{name: "change", keys: []string{"enter"}, help: "change the selected account, or give it another token", short: "change", why: some, do: func(a *app) tea.Cmd { return a.changeAccount(*v.selected()) }},
		{name: "remove", keys: []string{"D"}, help: "remove the selected account and its token", short: "remove", why: some, do: func(a *app) tea.Cmd {
			acc := *v.selected()
			name := acc.Name
			a.overlays = append(a.overlays, &confirm{
				question: "Remove the account " + safe.Line(name) + "?",
				detail:   tokenAfter(acc) + " What the checks found stays.",
				yes:      "remove", no: "keep",
				do: func(a *app) tea.Cmd {
					ctx, s := a.ctx, a.Accounts
					return func() tea.Msg { return accountRemoved{name, s.RemoveAccount(ctx, name)} }
				},
			})
			return nil
		}},
	}
	return append(list, moves(func(_ *app, by int) tea.Cmd {
		v.at = min(max(v.at+by, 0), max(len(v.list)-1, 0))
		return nil
	}, func() int { return v.high }, func() int { return len(v.list) })...)
}

type accountRemoved struct {
	name string
	err  error
}

func (m accountRemoved) arrive(a *app) tea.Cmd {
	if m.err != nil {
		return tea.Batch(a.fail(m.err), a.accountsChanged())
	}
	a.say("account " + safe.Line(m.name) + " removed")
	return a.accountsChanged()
}
