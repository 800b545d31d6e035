package check

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"
	"unicode/utf8"

	"unsent/check/door"
	"unsent/model"
	"unsent/safe"
)

const (
	// patience is how long all checks of a run have together.
	patience = door.Wait
	// grace is how long a check may take to say that its time was up.
	grace = 500 * time.Millisecond
	// maxRaw is how much of a raw answer a finding keeps, in bytes.
	maxRaw = 64 << 10
	// askers is how many checks that ask Meta run at one time. Each host is asked
	// door.AtOnce things at once at most; the status page is a host of its own.
	askers = door.AtOnce + 1
)

// Run puts the named checks (all of them when names is empty) and hands each
// finding to found as it arrives, from the calling goroutine, one for each name.
// They are begun in the articles' order; those that need no network do not wait
// for the others. An unknown name gives a finding that says so.
//
// It ends at the latest 5.5 seconds after it began: what has no answer by then
// is unknown. When ctx ends, it ends at once, and checks that have not answered
// give no finding.
func Run(ctx context.Context, s Subject, names []string, found func(model.Finding)) {
	runFor(ctx, s, names, found, patience, grace)
}

func runFor(ctx context.Context, s Subject, names []string, found func(model.Finding), patience, grace time.Duration) {
	for _, name := range names {
		if Find(name) == nil && ctx.Err() == nil {
			found(model.Finding{Check: name, Verdict: model.Skipped, Source: "unsent", At: s.Now.UTC(),
				Summary: fmt.Sprintf("skipped: there is no check named %q", name)})
		}
	}
	var ask, read []*Check
	for _, c := range All() {
		switch {
		case len(names) > 0 && !slices.Contains(names, c.Name):
		case c.Hand != "" && s.Meta != nil:
			ask = append(ask, c)
		default:
			read = append(read, c)
		}
	}
	begun := time.Now()
	late := time.NewTimer(patience + grace)
	defer late.Stop()
	// The checks work for this run only: when it is over, nothing of it goes on.
	work, stop := context.WithTimeout(ctx, patience)
	defer stop()
	work = door.Share(work)
	// There is room for every finding, so that no check is kept by a run that has gone.
	arrived := make(chan model.Finding, len(ask)+len(read))
	begin := func(list []*Check, atOnce int) {
		queue := make(chan *Check, len(list))
		for _, c := range list {
			queue <- c
		}
		close(queue)
		for range min(atOnce, len(list)) {
			go func() {
				for c := range queue {
					arrived <- c.put(work, s, begun)
				}
			}()
		}
	}
	begin(ask, askers)
	begin(read, 1)
	pending := append(ask, read...)
	take := func(f model.Finding) {
		pending = slices.DeleteFunc(pending, func(c *Check) bool { return c.Name == f.Check })
		found(f)
	}
	over := false
	for len(pending) > 0 && ctx.Err() == nil {
		select {
		case f := <-arrived:
			if ctx.Err() == nil { // when both are there, the stop counts
				take(f)
			}
			continue
		default:
		}
		if over {
			take(pending[0].finish(s, begun, model.Finding{Verdict: model.Unknown, Source: "unsent",
				Summary: fmt.Sprintf("could not tell: no answer within %.2g s", patience.Seconds())}))
			continue
		}
		select {
		case <-ctx.Done():
		case f := <-arrived:
			if ctx.Err() == nil {
				take(f)
			}
		case <-late.C:
			over = true // what has arrived by now still counts, so look there first
		}
	}
}

// put runs one check. One that panics costs its own answer and nobody else's.
func (c *Check) put(ctx context.Context, s Subject, run time.Time) (f model.Finding) {
	begun := time.Now()
	defer func() {
		if p := recover(); p != nil {
			// The value of a panic may hold anything; the library's own errors hold
			// numbers and names of types.
			why := "a fault of this program, not of yours"
			if re, ok := p.(runtime.Error); ok {
				why += ": " + re.Error()
			}
			f = model.Finding{Verdict: model.Unknown, Source: "unsent", Summary: "could not tell: " + why}
		}
		if f.Took == 0 {
			f.Took = time.Since(begun)
		}
		f = c.finish(s, run, f)
	}()
	if c.Hand != "" && s.Meta == nil {
		return offline(c.Hand)
	}
	return c.Run(ctx, s)
}

// offline is the finding of a check that was not allowed to ask.
func offline(hand string) model.Finding {
	return model.Finding{Verdict: model.Skipped, Source: "unsent", Summary: "skipped: offline", Facts: []model.Fact{{Name: "look at", Value: hand}}}
}

// finish fills in what every finding carries, and keeps secrets out of it: what
// Meta says may repeat what it was asked with.
func (c *Check) finish(s Subject, run time.Time, f model.Finding) model.Finding {
	f.Check, f.Title = c.Name, c.Title
	if f.Verdict == "" {
		f.Verdict, f.Summary = model.Unknown, "could not tell: the check gave no answer"
	}
	if f.At.IsZero() {
		f.At = s.Now.UTC()
		if c.Hand != "" && s.Meta != nil { // asked, with nothing that says when Meta answered
			f.At = f.At.Add(time.Since(run).Truncate(time.Millisecond))
		}
	}
	if f.Took == 0 {
		f.Took = time.Since(run)
	}
	if f.Source == "" {
		f.Source = "this log"
	}
	f.Summary, _ = safe.Redact(f.Summary)
	facts := slices.Clone(f.Facts)
	for i := range facts {
		facts[i].Name, _ = safe.Redact(facts[i].Name)
		facts[i].Value, _ = safe.Redact(facts[i].Value)
	}
	f.Facts = facts
	f.Raw, _ = safe.Redact(f.Raw)
	f.Raw = cut(f.Raw, maxRaw)
	return f
}

// cut keeps the first n bytes of a text, whole characters, and says what it left out.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := n
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s\n(cut here: %d of %d bytes are kept)", s[:end], end, len(s))
}
