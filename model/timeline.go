package model

import "time"

// A Timeline is attempts to send, added up in equal steps of time.
type Timeline struct {
	Step time.Duration // the width of a bin: whole minutes
	From time.Time     // when the first bin begins, UTC, a multiple of Step since 1970
	Bins []Bin         // the first and the last have attempts; none between is left out

	Timeless Bin // attempts of which the log does not say when
}

// A Bin counts attempts. Of one incident Failed are its own, and Good the sends in
// its scope that went well; of all, Failed and Good are all that the log has.
type Bin struct{ Failed, Good int }

// Begin is when a bin begins, UTC.
func (t *Timeline) Begin(bin int) time.Time { return t.From.Add(time.Duration(bin) * t.Step) }

// End is when the last bin ends, UTC.
func (t *Timeline) End() time.Time { return t.Begin(len(t.Bins)) }

// Sum adds up the bins from one on and before another.
func (t *Timeline) Sum(from, to int) (b Bin) {
	for _, x := range t.Bins[from:to] {
		b.Failed, b.Good = b.Failed+x.Failed, b.Good+x.Good
	}
	return b
}

// Around is the time in which an incident is looked at: its own, and before and
// after it a quarter of that or half an hour, so that its beginning and its end can
// be seen. Both are zero when none of its failures has a time.
func (i *Incident) Around() (since, until time.Time) {
	if i.First.IsZero() || i.Last.IsZero() {
		return time.Time{}, time.Time{}
	}
	beside := max(i.Last.Sub(i.First)/4, 30*time.Minute)
	return i.First.Add(-beside).Truncate(time.Minute), i.Last.Add(beside + time.Minute).Truncate(time.Minute)
}
