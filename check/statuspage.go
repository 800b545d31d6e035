package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"unsent/check/door"
	"unsent/check/status"
	"unsent/model"
)

// status-page asks whether Meta reports a fault, and whether it reports one for
// the time of the failures: an outage that began later explains nothing, and one
// that is over explains what failed in it.
//
// Meta shows seven days, counts a minute as down only within ten or more in a
// row (page about the status page, 17 Jun 2026), and third parties saw its
// reports come 15 to 30 minutes late. So a quiet page is ok only where it says
// so itself, in two of its files, for the time in question, and then with the
// sentence that it rules nothing out.
//
// A problem carries the fact model.FactOpenNow: an outage that is over must not
// lock the steps that one has to wait with while it is open.
var _ = register(Check{
	Name:  "status-page",
	Title: "Does Meta's status page report anything?",
	Hand:  status.Page,
	Run:   checkStatusPage,
})

const (
	quiet     = "; that does not rule out a fault at Meta: the page leaves out what lasts less than ten minutes, and is 15 to 30 minutes late"
	shown     = 7 * 24 * time.Hour // what the page shows of the past
	late      = 30 * time.Minute   // how late its reports come
	fresh     = time.Hour          // older than that, an answer is an old copy, or a clock is wrong
	clockSlip = 5 * time.Minute
)

func checkStatusPage(ctx context.Context, s Subject) model.Finding {
	if s.Meta.Status == nil {
		return offline(status.Page)
	}
	r := s.Meta.Status.Read(ctx)
	f := judgePage(&r, failuresOf(s))
	f.Source, f.At, f.Took, f.Raw = r.Host, r.At, r.Took, rawPage(&r)
	return f
}

// judgePage weighs what the page says against the times of the failures.
func judgePage(r *status.Report, fails failures) model.Finding {
	f := model.Finding{Verdict: model.Unknown, Facts: pageFacts(r)}
	if !r.Read() {
		f.Summary = "could not tell: " + notRead(r)
		return f
	}
	now := r.At
	if ahead, ok := r.Ahead(); ok {
		now = now.Add(-ahead) // the host's clock, which its outages go by
	}
	fails = fails.before(now.Add(late))
	best, open, part := weigh(r, fails, now)
	loud := loudService(r)
	switch {
	case best != nil && fails.most(best.sure) && best.known():
		f.Verdict = model.Problem
		stillOpen := open != nil || loud != ""
		f.Summary = "Meta reports an outage that covers " + fails.share(best.sure) + ": " + best.name()
		if best.Over {
			f.Summary = "Meta reported an outage at the time of " + fails.share(best.sure) + ": " + best.name()
			if stillOpen {
				f.Summary += "; that one is over, and another is open now"
			} else {
				f.Summary += "; it is over, so sending again is sensible now"
			}
		}
		f.Facts = append(f.Facts, model.Fact{Name: model.FactOpenNow, Value: yesNo(stillOpen)})
	case best != nil && fails.most(best.sure):
		f.Summary = "cannot tell: an outage is listed for the time of " + fails.share(best.sure) + ", and how bad it is cannot be read from its word: " + best.name()
	case best != nil && best.sure > 0:
		f.Summary = fmt.Sprintf("cannot tell: an outage is listed that covers %s and can explain no more than those: %s", fails.share(best.sure), best.name())
	case best != nil:
		f.Summary = "cannot tell: an outage is listed whose times may or may not cover " + fails.share(best.may) + ": " + best.name()
	case open != nil && fails.timed == 0:
		f.Summary = "cannot tell: an outage is open, and the log does not say when this failed: " + open.name()
	case open != nil:
		f.Summary = "an outage is open now, but it began after " + fails.share(fails.timed) + " and does not explain it; wait with sending again: " + open.name()
		if fails.all > 1 {
			f.Summary = strings.Replace(f.Summary, "explain it", "explain them", 1)
		}
	case loud != "" && !fails.last.IsZero() && !fails.last.Before(now.Add(-time.Hour)):
		f.Verdict = model.Problem
		f.Summary = "Meta's status page reports " + loud + " now, without saying since when; the last failure was less than an hour before"
		f.Facts = append(f.Facts, model.Fact{Name: model.FactOpenNow, Value: "yes"})
	case loud != "":
		f.Summary = "cannot tell: Meta's status page reports " + loud + " now, and not since when"
	case part != nil:
		f.Summary = "cannot tell: an outage is listed for a service that no message goes through; whether it touches sending is not known: " + part.name()
	default:
		if why := doubts(r, fails, now); why != "" {
			f.Summary = "cannot tell: " + why
			return f
		}
		f.Verdict = model.OK
		f.Summary = "Meta's status page reports nothing for the time of " + fails.share(fails.timed) + quiet
	}
	return f
}

// A listed event, and how many of the failures fall into it.
type listed struct {
	status.Event
	sure, may int
}

// known reports whether its word is one of the page's. The feed has no words for
// how bad a thing is: there, to be listed is enough.
func (l *listed) known() bool { return l.Level > status.Fine || l.From == status.FromFeed }

// name is the event in a sentence: "Messages delayed" (Cloud API, High
// disruptions), 22 Nov 12:05 to 13:20 UTC.
func (l *listed) name() string {
	var in []string
	for _, s := range []string{l.Service, l.Word} {
		if s != "" {
			in = append(in, s)
		}
	}
	name := "an outage without a title"
	if l.Title != "" {
		name = "“" + clip(l.Title, 100) + "”"
	}
	if len(in) > 0 {
		name += " (" + strings.Join(in, ", ") + ")"
	}
	return name + ", " + l.span()
}

func (l *listed) span() string {
	if l.Start.IsZero() {
		return "without a time"
	}
	const layout = "2 Jan 15:04"
	at := l.Start.Format(layout)
	about := ""
	if !l.Sure {
		about = "about "
	}
	switch {
	case !l.Over:
		return about + "since " + at + " UTC, still open"
	case l.End.IsZero() || l.End.Equal(l.Start):
		return about + at + " UTC, over"
	case !l.EndSure:
		return fmt.Sprintf("%s%s to at least %s UTC, over", about, at, l.End.Format(layout))
	}
	return fmt.Sprintf("%s%s to %s UTC", about, at, l.End.Format(layout))
}

// weigh finds the event that covers most of the failures (one that is open
// before one that is over, one that surely covers before one that may), one that
// is open now, and one that touches no sending; nil where there is none.
func weigh(r *status.Report, fails failures, now time.Time) (best, open, part *listed) {
	for _, e := range r.Events {
		l := &listed{Event: e}
		if e.Start.After(now.Add(clockSlip)) {
			continue // announced, or a wrong date: doubts tells of it
		}
		l.sure, l.may = fails.within(e)
		switch {
		case !e.Sends():
			if part == nil && (!e.Over || l.sure > 0) {
				part = l
			}
			continue
		case !e.Over && open == nil:
			open = l
		}
		if l.sure+l.may > 0 && (best == nil || better(l, best)) {
			best = l
		}
	}
	return best, open, part
}

func better(a, b *listed) bool {
	switch {
	case a.sure != b.sure:
		return a.sure > b.sure
	case a.known() != b.known():
		return a.known()
	case a.Over != b.Over:
		return !a.Over
	}
	return a.may > b.may
}

// loudService names the services that the page calls disrupted, where messages
// go through them. Empty: none.
func loudService(r *status.Report) string {
	var loud []string
	for _, s := range r.Services {
		if s.Sends() && s.Level.Bad() {
			loud = append(loud, s.Word+" of "+s.Name)
		}
	}
	for _, s := range r.Platform {
		if s.Level.Bad() {
			loud = append(loud, s.Word+" of the Graph API")
		}
	}
	return strings.Join(loud, ", ")
}

// doubts is why a page that lists nothing for the failures is still no answer.
// Empty: it is one.
func doubts(r *status.Report, fails failures, now time.Time) string {
	var missing []string
	for _, p := range r.Parts() {
		if !p.OK() {
			missing = append(missing, p.Name+": "+p.Why)
		}
	}
	gone := strings.Join(missing, "; ")
	for _, s := range append(append([]status.Service{}, r.Services...), r.Platform...) {
		switch {
		case s.Level == status.Unknown:
			return fmt.Sprintf("the status page says %q of %s, which is not one of its known words", s.Word, s.Name)
		case s.Level.Bad():
			return fmt.Sprintf("the status page reports %s of %s, which no message goes through", s.Word, s.Name)
		}
	}
	for _, e := range r.Events {
		if e.Start.After(now.Add(clockSlip)) {
			l := listed{Event: e}
			return "the status page lists something that lies in the future: " + l.name()
		}
	}
	switch {
	case !r.Orgs.OK():
		return "the list of services could not be read (" + gone + "), and a list without outages alone says little"
	case !r.Active.OK() && !r.Feed.OK():
		return "no list of outages could be read (" + gone + ")"
	case len(r.Stale(fresh)) > 0:
		return "the answer is dated more than an hour from this machine's clock: it is an old copy, or the clock is wrong"
	case fails.timed == 0:
		return "the status page reports nothing now, and the log does not say when this failed"
	case fails.last.Before(now.Add(-shown)):
		return fmt.Sprintf("the status page shows the last seven days, and the last failure was on %s", fails.last.Format("2 Jan 2006"))
	case fails.first.Before(now.Add(-late)) && !r.History.OK():
		return "nothing is open now, and the list of past outages could not be read (" + gone + ")"
	}
	return ""
}

// notRead says why nothing could be had of the page.
func notRead(r *status.Report) string {
	var e *door.Error
	if errors.As(r.Err(), &e) {
		return e.Why
	}
	var why []string
	for _, p := range r.Parts() {
		why = append(why, p.Name+": "+p.Why)
	}
	return "none of the status page's files could be read (" + strings.Join(why, "; ") + "); open the page yourself"
}
