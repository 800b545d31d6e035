package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

// importJSON is the contract's object for one file.
type importJSON struct {
	ID           int64             `json:"id,omitzero"`
	File         string            `json:"file"`
	Source       string            `json:"source"`
	Format       string            `json:"format,omitzero"`
	Read         int               `json:"read"`
	Stored       int               `json:"stored"`
	Updated      int               `json:"updated"`
	Duplicate    int               `json:"duplicate"`
	Succeeded    int               `json:"succeeded"`
	NotAttempted int               `json:"not_attempted"`
	InProgress   int               `json:"in_progress"`
	NotASend     int               `json:"not_a_send"`
	Rejected     int               `json:"rejected"`
	First        time.Time         `json:"first,omitzero"`
	Last         time.Time         `json:"last,omitzero"`
	Zone         model.Zone        `json:"zone"`
	Columns      map[string]string `json:"columns"`
	Unmapped     []string          `json:"unmapped"`
	Rejections   []rejectionJSON   `json:"rejections"`
	Warnings     []string          `json:"warnings"`
	MS           int64             `json:"ms"`
	Dry          bool              `json:"dry_run,omitzero"`
}

// rejectionJSON is a record that could not be read. What stood there is shown to
// those who ask for it: it may hold anybody's number.
type rejectionJSON struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Raw    string `json:"raw,omitzero"`
}

func toImportJSON(i model.Import, dry, full bool) importJSON {
	if !full {
		maskImport(&i)
	}
	j := importJSON{
		ID: i.ID, File: i.File, Source: i.System, Format: i.Format, Read: i.Read, Stored: i.Stored, Updated: i.Updated,
		Duplicate: i.Duplicate, Succeeded: i.Succeeded, NotAttempted: i.NotAttempted, InProgress: i.InProgress,
		NotASend: i.NotASend, Rejected: i.Rejected, First: i.First, Last: i.Last, Zone: i.Zone,
		Columns: i.Columns, Unmapped: i.Unmapped, Rejections: []rejectionJSON{}, Warnings: i.Warnings, MS: i.Took.Milliseconds(), Dry: dry,
	}
	for _, r := range i.Rejections {
		j.Rejections = append(j.Rejections, rejectionJSON(r))
	}
	// A list that is empty reads [], so that a script need not ask.
	if j.Columns == nil {
		j.Columns = map[string]string{}
	}
	j.Unmapped, j.Warnings = orEmpty(j.Unmapped), orEmpty(j.Warnings)
	return j
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// maskImport hides numbers in what an import quotes of its file, and leaves out
// the records that it could not read.
func maskImport(i *model.Import) {
	columns := map[string]string{}
	for field, column := range i.Columns { // a file without a header has values for names
		columns[field] = safe.MaskText(column)
	}
	i.Columns = columns
	i.Unmapped, i.Warnings = maskAll(i.Unmapped), maskAll(i.Warnings)
	rejections := make([]model.Rejection, len(i.Rejections))
	for k, r := range i.Rejections {
		rejections[k] = model.Rejection{Line: r.Line, Reason: safe.MaskText(r.Reason)}
	}
	i.Rejections = rejections
}

func maskAll(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = safe.MaskText(s)
	}
	return out
}

func (a *app) printImport(i model.Import, dry, full bool) error {
	if a.json {
		return jsonLine(a.Stdout, toImportJSON(i, dry, full))
	}
	fmt.Fprint(a.Stdout, importText(i, dry, full))
	return nil
}

// importText says in plain words what became of a file.
func importText(i model.Import, dry, full bool) string {
	if !full {
		maskImport(&i)
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	fmt.Fprintf(&b, "%s: %s", safe.Line(i.File), model.Count(i.Read, "record", "records"))
	if kind := strings.TrimSpace(i.System + " " + i.Format); kind != "" {
		fmt.Fprintf(&b, " (%s)", safe.Line(kind))
	}
	if dry {
		b.WriteString(", dry run: nothing was stored")
	}
	b.WriteString("\n")
	if said := headline(&i, dry); said != "" {
		line("%s", said)
	}
	if i.Stored > 0 || i.Updated > 0 {
		if i.Updated > 0 {
			line("%s known before got new facts", model.Count(i.Updated, "failure", "failures"))
		}
		if i.Duplicate > 0 {
			line("%s seen before", model.Count(i.Duplicate, "record", "records"))
		}
	}
	for _, c := range []struct {
		n    int
		what string
	}{
		{i.Succeeded, "went well, counted for the share"},
		{i.NotAttempted, "not attempted (skipped, opted out, cancelled)"},
		{i.InProgress, "say queued or sent, not what became of it"},
		{i.NotASend, "no sends (inbound messages, totals)"},
	} {
		if c.n > 0 {
			line("%s %s", model.Thousands(c.n), c.what)
		}
	}
	if !i.First.IsZero() {
		line("failures from %s to %s UTC", stamp(i.First), stamp(i.Last))
	}
	// Where a zone was assumed, a warning says for how many times.
	if i.Zone.From != model.ZoneAssumed && i.Zone.Name != "" && i.Zone.Name != "UTC" {
		line("times read as %s", safe.Line(i.Zone.Name))
	}
	for _, w := range i.Warnings {
		line("note: %s", safe.Line(w))
	}
	if i.Rejected > 0 {
		line("%s could not be read and %s left out:", model.Count(i.Rejected, "record", "records"), were(i.Rejected))
		for _, r := range i.Rejections {
			line("  line %d: %s", r.Line, safe.Line(r.Reason))
			if r.Raw != "" {
				line("    %s", safe.Line(r.Raw))
			}
		}
		if more := i.Rejected - len(i.Rejections); more > 0 {
			hint := ""
			if i.ID > 0 && !dry {
				hint = "; 'unsent imports " + strconv.FormatInt(i.ID, 10) + "' lists all"
			}
			line("  and %s more%s", model.Thousands(more), hint)
		}
	}
	return b.String()
}

// headline says what a file means for the work; empty when all that can be said
// is how many records could not be read. That no message failed is only said
// where every record could be read, none is still under way and one went well.
func headline(i *model.Import, dry bool) string {
	switch {
	case i.Read == 0:
		return "no record in it"
	case i.Stored > 0 || i.Updated > 0:
		verb := "stored"
		if dry {
			verb = "would be stored"
		}
		return model.Count(i.Stored, "failure", "failures") + " " + verb
	case i.Duplicate > 0:
		return "seen before: " + model.Count(i.Duplicate, "record", "records") + ", 0 new"
	case i.Rejected == i.Read:
		return ""
	case i.Rejected > 0 || i.InProgress > 0:
		return "cannot tell whether a message failed: " + unsure(i.Rejected, i.InProgress)
	case i.Succeeded > 0:
		return "no failure in it: nothing to triage"
	}
	return "cannot tell whether a message failed: " + noOutcome
}

const noOutcome = "no record says what became of a send"

// unsure is why nothing can be said: "3 records could not be read, 1 is still
// under way".
func unsure(rejected, inProgress int) string {
	var why []string
	if rejected > 0 {
		why = append(why, model.Count(rejected, "record", "records")+" could not be read")
	}
	switch {
	case inProgress == 1:
		why = append(why, "1 is still under way")
	case inProgress > 1:
		why = append(why, model.Thousands(inProgress)+" are still under way")
	}
	return strings.Join(why, ", ")
}

func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func (a *app) importsCommand() *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use:   "imports [N]",
		Short: "What was imported; with N, all of import N with its unreadable records",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return need("N")(c, args)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(s *store.Store) error {
				all, err := s.Imports(c.Context())
				if err != nil {
					return err
				}
				if len(args) == 1 {
					return a.showImport(c.Context(), s, all, args[0], full)
				}
				if a.json {
					for _, i := range all {
						if i.Rejections, err = rejections(c.Context(), s, i.ID); err != nil {
							return err
						}
						if err := jsonLine(a.Stdout, toImportJSON(i, false, full)); err != nil {
							return err
						}
					}
					return nil
				}
				if len(all) == 0 {
					fmt.Fprintln(a.Stdout, "Nothing imported yet. 'unsent import FILE' does it, 'unsent demo' shows invented data.")
					return nil
				}
				printImports(a.Stdout, all)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&full, "full", false, "show what stood in records that could not be read, with the numbers in it")
	return c
}

// printImports lists imports; those whose file was not read to its end are marked,
// with what is known of why.
func printImports(w io.Writer, all []model.Import) {
	t := newTable(1, "N", "FILE", "SOURCE", "READ", "FAILURES", "UNREADABLE", "FIRST", "LAST")
	for _, i := range all {
		read := model.Thousands(i.Read)
		if i.Unfinished() != "" {
			read += " +?"
		}
		t.add(strconv.FormatInt(i.ID, 10), i.File, i.System, read, model.Thousands(i.Failures()), model.Thousands(i.Rejected), stamp(i.First), stamp(i.Last))
	}
	t.print(w)
	for _, i := range all {
		if why := i.Unfinished(); why != "" {
			hang(w, "+? ", "import "+strconv.FormatInt(i.ID, 10)+": "+safe.Line(why), textWidth(w))
		}
	}
}

func (a *app) showImport(ctx context.Context, s *store.Store, all []model.Import, arg string, full bool) error {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return usage("'unsent imports' lists them with their numbers", "%q is no number of an import", arg)
	}
	k := slices.IndexFunc(all, func(i model.Import) bool { return i.ID == id })
	if k < 0 {
		return model.WithHint(fmt.Errorf("showing import %d: %w", id, model.ErrNotFound), "'unsent imports' lists them with their numbers")
	}
	imp := all[k]
	if imp.Rejections, err = rejections(ctx, s, id); err != nil {
		return err
	}
	if err := a.printImport(imp, false, full); err != nil || a.json {
		return err
	}
	if !full {
		maskImport(&imp)
	}
	for _, field := range slices.Sorted(maps.Keys(imp.Columns)) {
		fmt.Fprintf(a.Stdout, "  column %s = %s\n", safe.Line(imp.Columns[field]), field)
	}
	return nil
}

// rejections are all records that an import could not read.
func rejections(ctx context.Context, s *store.Store, id int64) ([]model.Rejection, error) {
	const page = 500
	var all []model.Rejection
	for {
		got, err := s.Rejections(ctx, id, len(all), page)
		if err != nil {
			return nil, err
		}
		if all = append(all, got...); len(got) < page {
			return all, nil
		}
	}
}
