package status

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"unsent/check/door"
)

// A Level is what a word of the page means.
type Level int

// The levels. Unknown is a word that nobody here knows: neither good nor bad.
const (
	Unknown  Level = iota
	Fine           // "No known issues"
	Resolved       // "Resolved": there was something lately
	Degraded       // "Low disruptions", "Some disruptions"
	Outage         // "Medium disruptions" and worse
)

// words are the page's words in lower case, as public readers of its files know
// them. They are compared whole: "not resolved" is none of them.
var words = map[string]Level{
	"no known issue":    Fine,
	"resolved":          Resolved,
	"low disruption":    Degraded,
	"some disruption":   Degraded,
	"medium disruption": Outage,
	"high disruption":   Outage,
	"major disruption":  Outage,
	"major outage":      Outage,
}

// Read tells what a word of the page means.
func levelOf(word string) Level {
	w := strings.Join(strings.Fields(strings.ToLower(word)), " ")
	return words[strings.TrimSuffix(w, "s")]
}

// Bad reports whether a level says that something is wrong now.
func (l Level) Bad() bool { return l == Degraded || l == Outage }

// past reports whether an outage with this word is over: readers of the page take
// "No known issues" for that as well as "Resolved".
func (l Level) past() bool { return l == Resolved || l == Fine }

// A Part is one of the four files.
type Part struct {
	Name   string // "list of services"
	File   string // "orgs.json"
	Why    string // why it could not be read; empty: it was
	Count  int    // how many services, outages or entries it lists
	Status int    // HTTP
	Raw    []byte
	At     time.Time // when it came, UTC; zero: no answer
	Took   time.Duration
	Ahead  time.Duration // this machine's clock before the host's
	Dated  bool          // whether the answer had a date to compare with
	err    error
}

// OK reports whether the file was read.
func (p *Part) OK() bool { return p.Why == "" }

// A Service is one line of the page.
type Service struct {
	Name  string // "Cloud API"
	Word  string // as the page writes it
	Level Level
	At    time.Time // last change, UTC; zero: not said
	id    string
}

// Sends reports whether messages go through the service, as far as its name
// tells; a service of an unknown name counts as one that does.
func (s Service) Sends() bool { return sends(s.Name) }

// aside are services that no message goes through.
var aside = []string{"embedded signup", "whatsapp business account management", "cloud api calling", "cloud api - calling", "calling"}

func sends(name string) bool {
	return !slices.Contains(aside, strings.Join(strings.Fields(strings.ToLower(name)), " "))
}

// An Event is one outage that the page lists.
type Event struct {
	Title   string // what it is about: the first post, or the feed's title
	News    string // the newest post, where it is another
	Service string // empty: not said
	Word    string // how bad it is, or was at its worst
	Level   Level
	Start   time.Time // UTC; zero: not said
	End     time.Time // UTC; of an event that is over: the last that is known of it
	Over    bool
	Sure    bool   // Start is its own, with a zone: not only the date of a feed's entry
	EndSure bool   // End is when it was called resolved, not only its last post
	From    string // "outage list", "past outages", "feed"

	id, service string
}

// Sends reports whether the event may touch messages.
func (e Event) Sends() bool { return e.Service == "" || sends(e.Service) }

// A Report is all that the page says at one time.
type Report struct {
	Host                        string
	Orgs, Active, History, Feed Part
	Services                    []Service // of the WhatsApp Business Platform
	Platform                    []Service // of the Graph API, where the list has it
	Events                      []Event   // newest first
	Odd                         []string  // where the files disagree or have what nobody knows; sentences
	At                          time.Time // when the last file came, UTC; zero: none did
	Took                        time.Duration
	feedName                    string
}

// Parts are the four files in the order in which they are asked for.
func (r *Report) Parts() []*Part { return []*Part{&r.Orgs, &r.Active, &r.History, &r.Feed} }

// Read reports whether any of the files could be read.
func (r *Report) Read() bool {
	return slices.ContainsFunc(r.Parts(), (*Part).OK)
}

// Err is why nothing was answered at all: a *door.Error, nil where anything was.
func (r *Report) Err() error {
	var first error
	for _, p := range r.Parts() {
		if p.err == nil {
			return nil
		}
		first = errors.Join(first, p.err)
	}
	var e *door.Error
	if errors.As(first, &e) {
		return e
	}
	return first
}

// Ahead is how far this machine's clock is before the host's, ok where a date
// came with an answer. The smallest difference counts: an answer from a cache
// is as old as it is, and a fresh one beside it tells the clock.
func (r *Report) Ahead() (d time.Duration, ok bool) {
	for _, p := range r.Parts() {
		if p.Dated && (!ok || p.Ahead.Abs() < d.Abs()) {
			d, ok = p.Ahead, true
		}
	}
	return d, ok
}

// Stale are the files whose answers are dated more than max before this
// machine's clock, or after it.
func (r *Report) Stale(limit time.Duration) (names []string) {
	for _, p := range r.Parts() {
		if p.OK() && p.Dated && p.Ahead.Abs() > limit {
			names = append(names, p.Name)
		}
	}
	return names
}

// settle does what needs all four files: names the services of events, joins
// what the feed repeats, and notes where they disagree.
func (r *Report) settle() {
	for _, p := range r.Parts() {
		if p.At.After(r.At) {
			r.At = p.At
		}
		r.Took = max(r.Took, p.Took)
	}
	for i := range r.Events {
		e := &r.Events[i]
		for _, s := range r.Services {
			if e.service != "" && e.service == s.id {
				e.Service = s.Name
			}
		}
	}
	r.join()
	bad := slices.ContainsFunc(r.Services, func(s Service) bool { return s.Level.Bad() })
	open := slices.ContainsFunc(r.Events, func(e Event) bool { return !e.Over })
	switch {
	case r.Orgs.OK() && bad && !open && (r.Active.OK() || r.Feed.OK()):
		r.Odd = append(r.Odd, "the list of services reports a disruption, and no list of outages has an open one")
	case r.Orgs.OK() && !bad && open:
		r.Odd = append(r.Odd, "an outage is listed as open, and the list of services reports none")
	}
	slices.SortStableFunc(r.Events, func(a, b Event) int { return b.Start.Compare(a.Start) })
}

// join drops what a second file says of an outage that a first one has: the
// same id, the same begin at the same service, or an entry of the feed at the
// time of an outage of the lists.
func (r *Report) join() {
	var kept []Event
	feedOnly := 0
	for _, e := range r.Events {
		twin := slices.IndexFunc(kept, func(k Event) bool {
			return e.From == FromFeed && k.near(e.Start) || e.id != "" && e.id == k.id ||
				e.From != FromFeed && e.service == k.service && !e.Start.IsZero() && e.Start.Equal(k.Start)
		})
		switch {
		case twin < 0:
			if e.From == FromFeed && !e.Over {
				feedOnly++
			}
			kept = append(kept, e)
		case e.From == FromFeed:
			kept[twin].Title = cmp.Or(kept[twin].Title, e.Title)
		case e.Over && !kept[twin].Over: // one of the two lists is behind, and neither says which
			kept[twin].Sure = false
			r.Odd = append(r.Odd, "an outage is listed as open and as past")
		}
	}
	r.Events = kept
	if feedOnly > 0 && r.Active.OK() {
		r.Odd = append(r.Odd, "the feed has an outage that the list of open outages has not")
	}
}

// near reports whether a feed's entry of that time can be about this event: it
// is dated when Meta wrote it, which is at some time of the event.
func (e Event) near(at time.Time) bool {
	if e.From == FromFeed || at.IsZero() || e.Start.IsZero() {
		return false
	}
	const slack = 30 * time.Minute
	return !at.Before(e.Start.Add(-slack)) && (!e.Over || !at.After(e.End.Add(slack)))
}

// A Cover says whether a time lies within an event.
type Cover int

// The answers. Maybe means that the page's times do not tell.
const (
	No Cover = iota
	Maybe
	Yes
)

// lag is how long the page takes to say that something has begun: 15 to 30
// minutes by field reports; Meta gives no figure.
const lag = 30 * time.Minute

// day is how far from a time that is not an event's own the event may reach.
const day = 24 * time.Hour

// Covers says whether something that failed at a time failed within the event.
func (e Event) Covers(at time.Time) Cover {
	switch {
	case at.IsZero() || e.Start.IsZero():
		return Maybe
	case e.Sure && !at.Before(e.Start) && (!e.Over || !at.After(e.End)):
		return Yes
	case e.Sure && at.Before(e.Start):
		return maybe(!at.Before(e.Start.Add(-lag)))
	case e.Sure && e.EndSure:
		return maybe(!at.After(e.End.Add(lag)))
	case e.Sure:
		return maybe(!at.After(e.End.Add(day)))
	case e.From == FromFeed && !e.Over && !at.Before(e.Start) && !at.After(e.Start.Add(day)):
		return Yes
	}
	return maybe(!at.Before(e.Start.Add(-day)) && (!e.Over || !at.After(e.End.Add(day))))
}

func maybe(b bool) Cover {
	if b {
		return Maybe
	}
	return No
}
