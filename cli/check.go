package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
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
		Use:   "check TARGET",
		Short: "Run the checks on an incident or message; exit code 3 when one finds a problem",
		Long: "check asks the questions of the articles and shows each finding as it arrives. Those about the account ask Meta, with GET requests only, " +
			"in the name of the account that the failure belongs to ('unsent account add'), or with the token of UNSENT_TOKEN or the file of UNSENT_TOKEN_FILE. " +
			"A check that could not be asked is skipped or unknown, and never ok.\n\n" +
			"Settings: UNSENT_GRAPH_URL (" + graphURL + "), UNSENT_GRAPH_VERSION (" + graphVersion + "), UNSENT_STATUS_URL (" + statusURL + "); " +
			"plain http is for this machine's own addresses only. UNSENT_OFFLINE=1 is --offline.\n\n" +
			"Exit codes: 0 no problem found, 3 a problem found, 130 interrupted.",
		Example: "unsent check i1\nunsent check m1234 --only window,recipient --json",
		Args:    need("TARGET"),
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range only {
				if check.Find(name) == nil {
					return usage("the checks are "+strings.Join(checkNames(), ", "), "--only names no check %q", name)
				}
			}
			if err := a.addresses(); err != nil {
				return err
			}
			return a.with(c.Context(), func(s *store.Store) error { return a.check(c.Context(), s, args[0], only) })
		},
	}
	c.Flags().StringSliceVar(&only, "only", nil, "only the checks with these NAMEs")
	c.Flags().BoolVar(&a.offline, "offline", false, "make no network call (UNSENT_OFFLINE=1)")
	return c
}

func checkNames() []string {
	var names []string
	for _, c := range check.All() {
		names = append(names, c.Name)
	}
	return names
}

// asksMeta reports whether any of the named checks, all when names is empty, is
// one that the log cannot answer.
func asksMeta(names []string) bool {
	return slices.ContainsFunc(check.All(), func(c *check.Check) bool {
		return c.Hand != "" && (len(names) == 0 || slices.Contains(names, c.Name))
	})
}

// check runs the checks, prints each finding as it arrives and keeps it.
func (a *app) check(ctx context.Context, s *store.Store, arg string, only []string) error {
	m, err := load(ctx, s, arg)
	if err != nil {
		return err
	}
	a.noteJoined(m.asked, m.Incident.ID)
	d := &accounts{a: a, s: s, brief: true}
	var meta *check.Meta
	if asksMeta(only) { // else the keyring would be opened for nothing
		if meta, err = d.Meta(ctx, m.Case); err != nil {
			return err
		}
	}
	if meta != nil && meta.Remark != "" {
		sayLine(a.Stderr, "note: "+meta.Remark)
	}
	subject := check.Subject{Case: m.Case, Now: a.Now(), Meta: meta}
	var msg model.MessageID
	if m.Message != nil {
		msg = m.Message.ID
	}
	asked := len(only)
	if asked == 0 {
		asked = len(check.All())
	}
	var failed error
	found := map[model.Verdict]int{}
	wait := a.waitForFindings(asked)
	check.Run(ctx, subject, only, func(f model.Finding) {
		if failed != nil {
			return
		}
		f = a.cleaned(f)
		found[f.Verdict]++
		if failed = s.SaveFinding(ctx, m.Incident.ID, msg, f); failed == nil {
			failed = d.note(ctx, m.Target(), f)
		}
		if failed != nil {
			return
		}
		wait.arrived(func() {
			if a.json {
				failed = jsonLine(a.Stdout, toFindingJSON(maskFinding(f)))
				return
			}
			printFinding(a.Stdout, maskFinding(f), textWidth(a.Stdout), a.Now())
		})
	})
	wait.end()
	switch {
	case failed != nil:
		return failed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if !a.json {
		fmt.Fprintf(a.Stdout, "\n%s: %s, %d ok, %d unknown, %d skipped\n", m.Target(),
			model.Count(found[model.Problem], "problem", "problems"), found[model.OK], found[model.Unknown], found[model.Skipped])
	}
	if found[model.Problem] > 0 {
		return errProblem
	}
	return nil
}

func printFinding(w io.Writer, f model.Finding, cols int, now time.Time) {
	fmt.Fprintf(w, "  %-8s %s\n", f.Verdict, safe.Line(f.Title))
	fmt.Fprintln(w, wrap(safe.Line(f.Summary), "           ", cols))
	for _, fact := range f.Facts {
		fmt.Fprintln(w, wrap(safe.Line(fact.Name)+": "+safe.Line(fact.Value), "             ", cols))
	}
	if f.Verdict == model.Skipped { // nobody was asked
		return
	}
	fmt.Fprintln(w, wrap("("+safe.Line(sourceText(f, now))+")", "           ", cols))
}

// sourceText says who answered, when, and how long it took. What an answer that
// was kept says may be over by now, so its age is told.
func sourceText(f model.Finding, now time.Time) string {
	text := f.Source + ", " + stamp(f.At) + " UTC"
	if age := now.Sub(f.At); age >= 10*time.Second {
		text += ", " + ageText(age) + " ago"
	}
	if f.Took >= time.Millisecond {
		text += fmt.Sprintf(", took %d ms", f.Took.Milliseconds())
	}
	return text
}

// ageText is a span of time in the largest unit that it has two of.
func ageText(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
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
