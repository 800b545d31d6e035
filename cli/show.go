package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"unsent/check"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
)

func (a *app) showCommand() *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use:     "show TARGET",
		Short:   "One incident or message: facts, scope, causes, steps",
		Example: "unsent show i1\nunsent show m1234 --json",
		Args:    need("TARGET"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(s *store.Store) error {
				m, err := load(c.Context(), s, args[0])
				if err != nil {
					return err
				}
				if a.json {
					return a.printMatterJSON(m, full)
				}
				return a.show(c.Context(), s, m, full)
			})
		},
	}
	c.Flags().BoolVar(&full, "full", false, "show recipients and wamids unmasked")
	return c
}

// show prints a matter for people. The order is that of the questions an agent
// has: what is it, how big is it, where is it, why may it be, what do I do now.
func (a *app) show(ctx context.Context, s *store.Store, m *matter, full bool) error {
	w := a.Stdout
	cols := textWidth(w)
	art := m.Match.Article
	verdict := m.Verdict(&m.Case, check.Asks)
	hang(w, "", safe.Line(unless(full, verdict.Words)), cols)
	fmt.Fprintf(w, "%s  %s  %s\n", m.Incident.ID, codeText(m.Incident.Code, m.Incident.Vendor, m.Incident.HTTP), safe.Line(art.Title))
	if m.asked != 0 {
		fmt.Fprintln(w, joinedText(m.asked, m.Incident.ID))
	}
	if verdict.From != triage.FromArticle {
		fmt.Fprintln(w, "the article: "+safe.Line(art.Verdict))
	}
	if m.Missing != "" {
		hang(w, "cannot tell yet: ", safe.Line(unless(full, m.Missing)), cols)
	}
	fmt.Fprintln(w, wrap(safe.Text(art.Summary), "", cols))
	if m.Match.Rule != "code" {
		fmt.Fprintln(w, wrap(safe.Text(unless(full, m.Match.Why)), "", cols))
	}

	heading(w, "Facts")
	a.printFacts(m, full)
	if m.Message != nil {
		heading(w, "Message "+m.Message.ID.String())
		if err := a.printMessage(ctx, s, *m.Message, full); err != nil {
			return err
		}
	}
	heading(w, "Where (failed / sent)")
	printScopes(w, m, full)
	if len(m.Causes) > 0 {
		heading(w, "Causes: the article's in its order, then those it does not know")
		printCauses(w, m.Causes, full, cols)
	}
	heading(w, "What changed before it began")
	printChanged(w, m, full, cols)
	heading(w, "Steps")
	printSteps(w, m.Steps, full)
	if len(m.Findings) > 0 {
		heading(w, "Findings")
		for _, f := range m.Findings {
			if !full {
				f = maskFinding(f)
			}
			printFinding(w, f, cols, a.Now())
		}
	}
	if len(m.Notes) > 0 {
		heading(w, "Notes")
		for _, n := range m.Notes {
			fmt.Fprintf(w, "  %s %s\n", stamp(n.At), safe.Line(n.Who))
			fmt.Fprintln(w, wrap(safe.Text(unless(full, n.Text)), "    ", cols))
		}
	}
	_, text := next(m, full)
	fmt.Fprintf(w, "\nNext: %s\n", safe.Line(text))
	return nil
}

func heading(w io.Writer, title string) { fmt.Fprintf(w, "\n%s\n", title) }

// printFacts prints what is counted about the incident.
func (a *app) printFacts(m *matter, full bool) {
	i := m.Incident
	cols := textWidth(a.Stdout)
	fact := func(name, value string) {
		hang(a.Stdout, fmt.Sprintf("  %-10s ", name), safe.Line(value), cols)
	}
	if words := shapeWords[i.Shape]; words != "" {
		fact("shape", words)
	}
	if i.Reason != "" && !m.InOutage() { // else the outage's own line has it
		fact("why one", unless(full, i.Reason))
	}
	if len(m.Codes) > 1 {
		var all []string
		for _, c := range m.Codes {
			all = append(all, codeText(c.Code, c.Vendor, c.HTTP)+": "+model.Thousands(c.Failures))
		}
		fact("codes", strings.Join(all, ", "))
	}
	whom := ", the log names no whole number of a recipient"
	if i.Recipients > 0 {
		whom = ", " + model.Count(i.Recipients, "recipient", "recipients")
	}
	fact("failed", model.Count(i.Failures, "message", "messages")+whom)
	if said := triage.Arrived(&m.Case); said != "" {
		fact("delivered", said)
	}
	switch s, ok := i.Share(); {
	case ok:
		fact("share", s.Percent()+" of "+model.Count(s.Sends, "send", "sends")+" in its scope and time failed this way")
	case i.Successes && i.Attempts != 1:
		fact("share", "cannot tell: the log does not have all sends in its scope and time")
	case i.Successes:
		fact("share", "cannot tell: it is the one send in its scope and time")
	default:
		fact("share", "cannot tell: the log has no successful sends to compare with")
	}
	if i.First.IsZero() {
		fact("time", "cannot tell: the rows have no time")
	} else {
		fact("first", stamp(i.First)+" UTC")
		fact("last", stamp(i.Last)+" UTC")
		if slices.ContainsFunc(m.Samples, func(f model.Failure) bool { return slices.Contains(f.Flags, model.FlagDayAssumed) }) {
			fact("dates", "they do not tell day from month (as in 03/04); which stands first was assumed: if it is the other, import --undo takes the log back, and import --date-order loads it")
		}
	}
	if text := outageText(m); text != "" {
		fact("outage", unless(full, text))
	}
	if text := movedCounts(&m.Case); text != "" {
		fact("moved", text)
	}
	fact("state", string(i.State))
	if i.Assignee != "" {
		fact("assignee", i.Assignee)
	}
	if i.Ticket != "" {
		fact("ticket", i.Ticket)
	}
}

// printMessage prints what the log has of one message, and when it failed before.
func (a *app) printMessage(ctx context.Context, s *store.Store, f model.Failure, full bool) error {
	m := maskFailure(f, full)
	t := &table{}
	fact := func(name, value string) {
		if value != "" {
			t.rows = append(t.rows, []string{name, safe.Line(value)})
		}
	}
	fact("moved", movedText(f.Moved))
	fact("time", stamp(m.At)+" UTC")
	fact("code", codeText(m.Code, m.Vendor, m.HTTPStatus)+" (read from: "+string(m.CodeFrom)+")")
	fact("title", m.Title)
	fact("message", m.Message)
	fact("details", m.Details)
	fact("subcode", m.Subcode)
	fact("fbtrace_id", m.Trace)
	fact("recipient", m.Recipient)
	fact("wamid", m.WAMID)
	fact("message id", m.MessageID)
	fact("sender", m.Sender)
	fact("number id", m.PhoneID)
	fact("WABA", m.WABA)
	fact("template", strings.TrimSuffix(m.Template+" / "+m.Language, " / "))
	fact("kind", m.Kind)
	fact("campaign", m.Campaign)
	fact("status", m.Status)
	fact("flags", flagText(m.Flags))
	fact("source", fmt.Sprintf("%s, line %d", m.Source.File, m.Source.Line))
	for _, row := range t.rows {
		fmt.Fprintf(a.Stdout, "  %-10s %s\n", row[0], row[1])
	}
	earlier, err := s.History(ctx, f.ID)
	if err != nil {
		return err
	}
	for _, e := range earlier {
		fmt.Fprintf(a.Stdout, "  %-10s %s UTC, %s\n", "before", stamp(e.At), codeText(e.Code, e.Vendor, e.HTTPStatus))
	}
	if len(earlier) == model.HistoryMost {
		fmt.Fprintf(a.Stdout, "  %-10s these are the newest %d\n", "", model.HistoryMost)
	}
	return nil
}

// printScopes prints along which dimensions the failures are confined.
func printScopes(w io.Writer, m *matter, full bool) {
	var absent []string
	for _, dim := range model.Dims {
		sc, ok := m.Scopes[dim]
		name := strings.ReplaceAll(string(dim), "_", " ")
		if !ok || sc.Values == 0 {
			if dim == model.DimRecipient {
				name = "whole recipients" // a number that lost digits tells nobody apart
			}
			absent = append(absent, name)
			continue
		}
		var top []string
		for _, v := range maskScope(dim, sc, full).Top[:min(3, len(sc.Top))] {
			of := "?"
			if v.Attempted > 0 {
				of = model.Thousands(v.Attempted)
			}
			value := safe.Line(v.Value)
			if dim == model.DimCountry {
				value = "+" + value // a calling code
			}
			top = append(top, fmt.Sprintf("%s %s/%s", value, model.Thousands(v.Failed), of))
		}
		more := ""
		if sc.Values > len(top) {
			more = fmt.Sprintf(", … of %s", model.Count(sc.Values, "value", "values"))
		}
		fmt.Fprintf(w, "  %-13s %s%s\n", name, strings.Join(top, ", "), more)
	}
	if len(absent) > 0 {
		fmt.Fprintf(w, "  not in the log: %s\n", strings.Join(absent, ", "))
	}
}

// marks are the signs before a step: plain characters, each with its word.
var marks = map[model.StepState]string{
	model.StepOpen: "[ ]", model.StepDone: "[x]", model.StepProblem: "[!]", model.StepSkipped: "[-]", model.StepLocked: "[#]",
}

func printSteps(w io.Writer, steps []triage.Step, full bool) {
	for _, s := range steps {
		fmt.Fprintf(w, "  %s%s %s %s", strings.Repeat("    ", s.Depth), marks[s.State], s.ID, safe.Line(s.Title))
		if s.State != model.StepOpen {
			fmt.Fprintf(w, " (%s", s.State)
			if s.By != "" {
				fmt.Fprintf(w, " by %s %s", s.By, stamp(s.At))
			}
			if s.Note != "" {
				fmt.Fprintf(w, ": %s", safe.Line(unless(full, s.Note)))
			} else if s.Lock != "" {
				fmt.Fprintf(w, ": %s", safe.Line(unless(full, strings.TrimPrefix(s.Lock, "locked: "))))
			}
			fmt.Fprint(w, ")")
		} else if len(s.Undo) > 0 {
			fmt.Fprint(w, " (the article's next)")
		}
		fmt.Fprintln(w)
		if s.State == model.StepOpen {
			for _, u := range s.Undo {
				hang(w, "        to undo it: ", safe.Line(u), textWidth(w))
			}
		}
	}
}

// next is the step to take now with its text, or only the reason why there is none.
func next(m *matter, full bool) (id, text string) {
	step, text, _ := triage.Next(m.Steps)
	return step.ID, unless(full, text)
}
