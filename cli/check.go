package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/check"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

func (a *app) checkCommand() *cobra.Command {
	var only []string
	c := &cobra.Command{
		Use:     "check TARGET",
		Short:   "Run the checks on an incident or message; exit code 3 when one finds a problem",
		Example: "unsent check i1\nunsent check m1234 --only window,recipient --json",
		Args:    need("TARGET"),
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range only {
				if check.Find(name) == nil {
					return usage("the checks are "+strings.Join(checkNames(), ", "), "--only names no check %q", name)
				}
			}
			return a.with(c.Context(), func(s *store.Store) error { return a.check(c.Context(), s, args[0], only) })
		},
	}
	c.Flags().StringSliceVar(&only, "only", nil, "only the checks with these NAMEs")
	c.Flags().Bool("offline", false, "make no network call (UNSENT_OFFLINE=1); this version makes none in any case")
	return c
}

func checkNames() []string {
	var names []string
	for _, c := range check.All() {
		names = append(names, c.Name)
	}
	return names
}

// check runs the checks, prints each finding as it arrives and keeps it.
func (a *app) check(ctx context.Context, s *store.Store, arg string, only []string) error {
	m, err := load(ctx, s, arg)
	if err != nil {
		return err
	}
	subject := check.Subject{Case: m.Case, Now: a.Now()}
	var msg model.MessageID
	if m.Message != nil {
		msg = m.Message.ID
	}
	var failed error
	found := map[model.Verdict]int{}
	check.Run(ctx, subject, only, func(f model.Finding) {
		if failed != nil {
			return
		}
		found[f.Verdict]++
		if failed = s.SaveFinding(ctx, m.Incident.ID, msg, f); failed != nil {
			return
		}
		if a.json {
			failed = jsonLine(a.Stdout, toFindingJSON(maskFinding(f)))
			return
		}
		printFinding(a.Stdout, maskFinding(f), textWidth(a.Stdout))
	})
	switch {
	case failed != nil:
		return failed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if !a.json {
		fmt.Fprintf(a.Stdout, "\n%s: %s, %d ok, %d unknown, %d skipped\n", m.Target(),
			plural(found[model.Problem], "problem", "problems"), found[model.OK], found[model.Unknown], found[model.Skipped])
	}
	if found[model.Problem] > 0 {
		return errProblem
	}
	return nil
}

func printFinding(w io.Writer, f model.Finding, cols int) {
	fmt.Fprintf(w, "  %-8s %s\n", f.Verdict, safe.Line(f.Title))
	fmt.Fprintln(w, wrap(safe.Line(f.Summary), "           ", cols))
	for _, fact := range f.Facts {
		fmt.Fprintln(w, wrap(safe.Line(fact.Name)+": "+safe.Line(fact.Value), "             ", cols))
	}
}

type findingJSON struct {
	Check   string        `json:"check"`
	Title   string        `json:"title"`
	Verdict model.Verdict `json:"verdict"`
	Summary string        `json:"summary"`
	Facts   []model.Fact  `json:"facts"`
	Source  string        `json:"source"`
	At      time.Time     `json:"at"`
	MS      int64         `json:"ms"`
}

func toFindingJSON(f model.Finding) findingJSON {
	return findingJSON{f.Check, f.Title, f.Verdict, f.Summary, orEmpty(f.Facts), f.Source, f.At, f.Took.Milliseconds()}
}
