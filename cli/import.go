package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"unsent/ingest"
	"unsent/kb"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

func (a *app) importCommand() *cobra.Command {
	var (
		dry    bool
		maps   []string
		tz     string
		order  string
		source string
		undo   int64
		full   bool
	)
	c := &cobra.Command{
		Use:   "import FILE... | -",
		Short: "Load failure logs into the local database",
		Long: "import reads CSV, Excel workbooks (.xlsx), JSON, NDJSON and webhook dumps, also in a zip archive or compressed by gzip; '-' is standard input. " +
			"A file may be given twice: what is known already is not stored again. " +
			"What --map says is remembered for tables with the same headers, with --tz and --date-order beside it; a --map given always wins.",
		Example: "unsent import failures.csv\nunsent import --dry-run --map recipient=Mobile --tz America/Sao_Paulo report.csv\nunsent import --undo 3",
		Args: func(c *cobra.Command, args []string) error {
			switch {
			case c.Flags().Changed("undo") && len(args) > 0:
				return usage("the numbers of imports are in 'unsent imports'", "--undo takes an import back and reads no file")
			case !c.Flags().Changed("undo") && len(args) == 0:
				return usage("name a CSV, Excel or JSON file, or '-' for standard input", "import needs a FILE")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("undo") {
				return a.undoImport(c.Context(), undo)
			}
			o := a.ingestOptions()
			o.Source = source
			var err error
			if o.Map, err = columnMap(maps); err != nil {
				return err
			}
			if o.Zone, err = parseZone(tz); err != nil {
				return err
			}
			if o.DateOrder = order; !slices.Contains([]string{"", "dmy", "mdy"}, order) {
				return usage("write dmy for 31/12/2026, mdy for 12/31/2026", "--date-order %q is neither dmy nor mdy", order)
			}
			return a.importFiles(c.Context(), args, o, tz, dry, full)
		},
	}
	fs := c.Flags()
	fs.BoolVar(&dry, "dry-run", false, "read and report, store nothing")
	fs.StringArrayVar(&maps, "map", nil, "field=COLUMN: this column holds that field (repeatable)")
	fs.StringVar(&tz, "tz", "", "ZONE of times that name none")
	fs.StringVar(&order, "date-order", "", "dmy|mdy: how 03/04/2026 is meant")
	fs.StringVar(&source, "source", "", "NAME of the system the file comes from")
	fs.BoolVar(&full, "full", false, "show what stood in records that could not be read, with the numbers in it")
	fs.Int64Var(&undo, "undo", 0, "take back import N of 'unsent imports'")
	return c
}

func columnMap(flags []string) (map[string]string, error) {
	m := map[string]string{}
	for _, s := range flags {
		field, column, ok := strings.Cut(s, "=")
		if !ok || field == "" || column == "" {
			return nil, usage("write it as recipient=Mobile", "--map %q is not field=COLUMN", s)
		}
		if fields := ingest.Fields(); !slices.Contains(fields, field) {
			return nil, usage("the fields are "+strings.Join(fields, ", "), "--map knows no field %q", field)
		}
		m[field] = column
	}
	return m, nil
}

// importFiles loads the files one by one. A file that cannot be read does not
// keep the others out; the command fails in the end all the same.
func (a *app) importFiles(ctx context.Context, files []string, o ingest.Options, tz string, dry, full bool) error {
	s, done, err := a.openFor(ctx, dry)
	if err != nil {
		return err
	}
	defer done()
	if len(o.Map) == 0 {
		o.Recall = a.recall(ctx, s)
	}
	var failed []error
	var all model.Import
	for _, name := range files {
		imp, err := a.importFile(ctx, s, name, o, tz, dry)
		if err == nil || imp.Read > 0 {
			if err := a.printImport(imp, dry, full); err != nil {
				return err
			}
		}
		if err == nil && imp.Read > 0 && imp.Rejected == imp.Read {
			err = model.WithHint(fmt.Errorf("importing %s: none of its %s could be read", imp.File, model.Count(imp.Read, "record", "records")),
				"the reasons are above; 'unsent import --dry-run --map field=COLUMN' tries another reading")
		}
		if err != nil {
			if ctx.Err() != nil {
				a.sayStopped(imp)
				return err
			}
			failed = append(failed, err)
			if len(files) > 1 {
				a.report(err)
			}
		}
		all.Stored += imp.Stored + imp.Updated + imp.Duplicate
	}
	if len(failed) > 0 {
		if len(files) == 1 {
			return failed[0]
		}
		return fmt.Errorf("importing: %d of %d files could not be read", len(failed), len(files))
	}
	if !a.json && !dry && all.Stored > 0 && terminal(a.Stdout) {
		fmt.Fprintln(a.Stdout, "\nNow: 'unsent' opens the console, 'unsent incidents' lists what was found.")
	}
	return nil
}

// openFor opens the database; for a dry run on a machine that has none, one
// that is thrown away, so that trying leaves nothing behind.
func (a *app) openFor(ctx context.Context, dry bool) (*store.Store, func(), error) {
	if path, err := a.databasePath(); dry && err == nil && !exists(path) {
		return a.openEmpty(ctx)
	}
	s, err := a.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s, func() { s.Close() }, nil
}

// importFile loads one file, "-" for standard input.
func (a *app) importFile(ctx context.Context, s *store.Store, name string, o ingest.Options, tz string, dry bool) (model.Import, error) {
	var r *ingest.Reader
	var err error
	if name == "-" {
		if terminal(a.Stdin) && terminal(a.Stderr) {
			fmt.Fprintln(a.Stderr, "reading standard input; ctrl-d ends it")
		}
		r, err = ingest.Open(ctx, interruptible(ctx, a.Stdin), "standard input", o)
	} else {
		r, err = ingest.OpenFile(ctx, name, o)
	}
	if err != nil {
		return model.Import{}, err
	}
	defer r.Close()
	p := a.newProgress()
	defer p.end()
	defer a.save()()
	imp, err := s.Import(ctx, a.named(r), a.importOptions(p.show, dry))
	if err == nil && !dry && len(o.Map) > 0 && imp.Rejected < imp.Read {
		err = a.keepReading(ctx, s, r, tz, o.DateOrder)
	}
	return imp, err
}

// ingestOptions is how every log is read, from the screen or from here.
func (a *app) ingestOptions() ingest.Options {
	return ingest.Options{Titles: kb.Titles(), Known: knownCode, Now: a.Now()}
}

// knownCode reports whether Meta has a code, so that the number of an order in a
// sentence is not taken for one.
func knownCode(c model.Code) bool {
	_, ok := kb.Lookup(c, "")
	return ok
}

// A renamed stream gives its file another name.
type renamed struct {
	model.Stream
	was, file string
}

// named is the stream with secrets masked in its file's name, which is kept with
// every record: a log fetched with a token in its address may be named by it.
func (a *app) named(s model.Stream) model.Stream {
	name := s.Report().File
	if clean := a.clean(name); clean != name {
		return &renamed{s, name, clean}
	}
	return s
}

func (s *renamed) Next(r *model.Record) error {
	err := s.Stream.Next(r)
	if inside, ok := strings.CutPrefix(r.Source.File, s.was); ok { // "/member.csv" of an archive
		r.Source.File = s.file + inside
	}
	return err
}

func (s *renamed) Report() model.SourceReport {
	r := s.Stream.Report()
	r.File = s.file
	return r
}

// importOptions is how every import goes, from the screen or from here.
func (a *app) importOptions(progress func(model.Import), dry bool) store.ImportOptions {
	return store.ImportOptions{Progress: progress, Sorting: a.sorting, Dry: dry, Who: a.who()}
}

// interruptible makes a read that waits for somebody's typing end with ctx.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	go func() {
		_, err := io.Copy(pw, r)
		pw.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { pw.CloseWithError(ctx.Err()) })
	return pr
}

func (a *app) sayStopped(imp model.Import) {
	if n := imp.Stored + imp.Updated; n > 0 {
		fmt.Fprintf(a.Stderr, "%s: stopped after %s; %s are stored. Import the file again to go on.\n",
			safe.Line(imp.File), model.Count(imp.Read, "record", "records"), model.Count(n, "failure", "failures"))
	}
}

func (a *app) undoImport(ctx context.Context, id int64) error {
	return a.with(ctx, func(s *store.Store) error {
		n, err := s.UndoImport(ctx, id)
		if errors.Is(err, model.ErrNotFound) {
			err = model.WithHint(err, "'unsent imports' lists them with their numbers")
		}
		if err != nil {
			return err
		}
		if a.json {
			return jsonLine(a.Stdout, map[string]any{"import": id, "removed": n})
		}
		fmt.Fprintf(a.Stdout, "import %d is taken back: %s removed\n", id, model.Count(n, "message", "messages"))
		return nil
	})
}
