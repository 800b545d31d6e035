package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/store"
)

// timelineBins is how many lines a timeline has at most: what can be read.
const timelineBins = 72

func (a *app) timelineCommand() *cobra.Command {
	var since, until string
	c := &cobra.Command{
		Use:   "timeline [TARGET]",
		Short: "When it failed: attempts by minute, hour or day",
		Long: "timeline counts attempts by time, of one incident or of all that the log has, in at most 72 equal steps: a minute is the least, and --since and --until " +
			"make them narrower. Of all, 'sent' is every attempt. Of an incident it is the failed attempts of that incident and the sends that went well in its scope: its " +
			"accounts, and its template, language and number where it has one of them; without --since and --until it shows the time around it. A message that failed twice is two attempts.",
		Example: "unsent timeline\nunsent timeline i1\nunsent timeline i1 --since 2h --json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("unsent timeline i1", "timeline takes one TARGET, or none for all")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			var q model.Query
			var err error
			if q.Since, err = parseWhen("since", since, a.Now()); err != nil {
				return err
			}
			if q.Until, err = parseWhen("until", until, a.Now()); err != nil {
				return err
			}
			return a.with(c.Context(), func(s *store.Store) error {
				if len(args) == 1 {
					inc, _, err := find(c.Context(), s, args[0])
					if err != nil {
						return err
					}
					q.Incident = inc.ID
				}
				return a.timeline(c.Context(), s, q)
			})
		},
	}
	c.Flags().StringVar(&since, "since", "", "from TIME on: 2h, 3d, 2026-05-13, 2026-05-13T13:41:00Z (UTC unless it says otherwise)")
	c.Flags().StringVar(&until, "until", "", "before TIME; a date means its first moment")
	return c
}

// binJSON is one step of a timeline.
type binJSON struct {
	Bucket int       `json:"bucket_s"` // its width in seconds
	From   time.Time `json:"from"`
	Failed int       `json:"failed"`
	Sent   int       `json:"sent"`
}

func (a *app) timeline(ctx context.Context, s *store.Store, q model.Query) error {
	tl, err := s.Timeline(ctx, q, timelineBins)
	if err != nil {
		return err
	}
	if a.json {
		for i, b := range tl.Bins {
			if err := jsonLine(a.Stdout, binJSON{int(tl.Step / time.Second), tl.Begin(i), b.Failed, b.Failed + b.Good}); err != nil {
				return err
			}
		}
		return nil
	}
	switch {
	case len(tl.Bins) > 0:
		a.printTimeline(&tl, q.Incident != 0)
	case tl.Timeless.Failed == 0 && q.Incident == 0 && q.Since.IsZero() && q.Until.IsZero():
		return a.sayEmpty(ctx, s)
	default:
		fmt.Fprintln(a.Stdout, "nothing of that time is in the log")
	}
	if n := tl.Timeless.Failed; n > 0 {
		sayLine(a.Stdout, model.Count(n, "failed attempt has", "failed attempts have")+" no time in the log and cannot be shown.")
	}
	return nil
}

// printTimeline prints a line for each step, with a bar for what failed.
func (a *app) printTimeline(tl *model.Timeline, incident bool) {
	most := 0
	for _, b := range tl.Bins {
		most = max(most, b.Failed)
	}
	good := tl.Sum(0, len(tl.Bins)).Good > 0
	bar := "█"
	if asciiOnly(a.Getenv) {
		bar = "#"
	}
	fmt.Fprintf(a.Stdout, "%-16s  %9s  %9s\n", "FROM (UTC)", "FAILED", "SENT")
	for i, b := range tl.Bins {
		sent := "-"
		if good {
			sent = model.Thousands(b.Failed + b.Good)
		}
		n := 0
		if b.Failed > 0 {
			n = max(1, int(int64(b.Failed)*30/int64(most)))
		}
		fmt.Fprintln(a.Stdout, strings.TrimRight(fmt.Sprintf("%-16s  %9s  %9s  %s", tl.Begin(i).Format("2006-01-02 15:04"), model.Thousands(b.Failed), sent, strings.Repeat(bar, n)), " "))
	}
	fmt.Fprintf(a.Stdout, "\n%s a line", stepText(tl.Step))
	scope := ""
	if incident {
		scope = " in its scope"
	}
	if !good {
		fmt.Fprintf(a.Stdout, "; the log has no sends%s that went well in this time, so no share can be told", scope)
	}
	fmt.Fprintln(a.Stdout)
}

// stepText is the width of a step for people.
func stepText(d time.Duration) string {
	switch {
	case d < time.Hour:
		return model.Count(int(d/time.Minute), "minute", "minutes")
	case d < 24*time.Hour:
		return model.Count(int(d/time.Hour), "hour", "hours")
	}
	return model.Count(int(d/(24*time.Hour)), "day", "days")
}
