package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/ingest"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
	"unsent/ui"
)

// console is 'unsent [FILE...]'.
func (a *app) console(c *cobra.Command, args []string) error {
	if err := a.files(c, args); err != nil {
		return err
	}
	if err := a.canDraw(); err != nil {
		return err
	}
	if err := a.addresses(); err != nil {
		return err
	}
	path, err := a.databasePath()
	if err != nil {
		return err
	}
	if err := store.Probe(path); err != nil { // before the terminal is made ready for it
		return err
	}
	settle := a.hurry()
	defer settle()
	var s *store.Store
	d := a.looks(path)
	d.Opens = func(ctx context.Context) (ui.Deps, error) {
		var err error
		if s, err = a.open(ctx); err != nil {
			return ui.Deps{}, err
		}
		d := a.deps(s, path)
		d.Files, d.Shown = args, settle
		return d, nil
	}
	err = a.runScreen(c.Context(), path, d)
	if s != nil {
		err = errors.Join(err, s.Close())
	}
	return err
}

// files sees to it that the arguments are files, and not a command misspelt.
func (a *app) files(c *cobra.Command, args []string) error {
	for i, name := range args {
		if name == "-" {
			return usage("unsent import - && unsent", "the console needs the keyboard and cannot read a log from standard input")
		}
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			return model.WithHint(fmt.Errorf("opening %s: it is a folder", name), "name the files in it: unsent "+filepath.Join(name, "*.csv"))
		}
		if err == nil {
			continue
		}
		if i == 0 && !strings.ContainsAny(name, `/\.~`) {
			hint := "run 'unsent help' for the commands"
			if like := c.SuggestionsFor(name); len(like) > 0 {
				hint = "did you mean '" + strings.Join(like, "' or '") + "'?"
			}
			return usage(hint, "there is no command and no file named %q", name)
		}
		return model.WithHint(fmt.Errorf("opening the log: %w", err), "is the name right? 'unsent' without a file opens what was imported before")
	}
	return nil
}

// canDraw says whether there is a terminal to draw on.
func (a *app) canDraw() error {
	const instead = "'unsent import FILE', 'unsent incidents', 'unsent show i1' and 'unsent packet i1' do the same in plain text, with --json for scripts"
	switch {
	case !terminal(a.Stdin):
		return model.WithHint(errors.New("opening the console: standard input is not a terminal"), instead)
	case !terminal(a.Stdout):
		return model.WithHint(errors.New("opening the console: standard output is not a terminal"), instead)
	case a.Getenv("TERM") == "dumb":
		return model.WithHint(errors.New("opening the console: this terminal cannot be drawn on (TERM=dumb)"), instead)
	}
	return nil
}

// looks is how the screen looks, which is known before the database is open.
func (a *app) looks(path string) ui.Deps {
	return ui.Deps{DBName: filepath.Base(path), ASCII: asciiOnly(a.Getenv), Remote: remote(a.Getenv)}
}

// deps is the world outside as the screen gets it. What it writes goes beside the
// database at path.
func (a *app) deps(s *store.Store, path string) ui.Deps {
	desk := &accounts{a: a, s: s}
	look := a.looks(path)
	return ui.Deps{
		DBName:   look.DBName,
		ASCII:    look.ASCII,
		Remote:   look.Remote,
		Store:    screenStore{s, desk},
		Meta:     desk.Meta,
		Accounts: desk,
		Offline:  a.noNetwork(),
		Import: func(ctx context.Context, l ui.Log, how *model.Reading, progress func(model.Import)) (ui.Loaded, error) {
			return a.load(ctx, s, l, how, progress)
		},
		Preview: func(ctx context.Context, l ui.Log, how *model.Reading) (model.Table, error) {
			return a.preview(ctx, s, l, how)
		},
		Fields: ingest.About(),
		Save: func(ctx context.Context, p model.Packet) (string, error) {
			return a.keepPacket(ctx, s, path, &p)
		},
		Plan: func(ctx context.Context, ask ui.PlanAsk, progress func(done, all int), give func(*model.Failure, *triage.Retry)) (ui.Planned, error) {
			return a.screenPlan(ctx, s, path, ask, progress, give)
		},
		Copy:    a.screenCopy,
		Open:    a.openPage,
		Rest:    func(ctx context.Context) { s.Rest(ctx); debug.FreeOSMemory() },
		Now:     a.Now,
		Local:   time.Local,
		Who:     a.who(),
		Version: version(),
		Secrets: a.secrets,
	}
}

// A screenStore is the database as the screen gets it: what a check found passes
// the same hands as on the command line.
type screenStore struct {
	*store.Store
	desk *accounts
}

// SaveFinding keeps a finding without any secret in it, and what the token check
// saw with the account whose token it was.
func (s screenStore) SaveFinding(ctx context.Context, id model.IncidentID, msg model.MessageID, f model.Finding) error {
	f = s.desk.a.cleaned(f)
	if err := s.Store.SaveFinding(ctx, id, msg, f); err != nil {
		return err
	}
	about := model.Target{Incident: id}
	if msg != 0 {
		about = model.Target{Message: msg}
	}
	return s.desk.note(ctx, about, f)
}

// Case is all of a case, which takes seconds when it has millions of messages.
func (s screenStore) Case(ctx context.Context, id model.IncidentID, msg model.MessageID) (model.Case, error) {
	defer s.desk.a.share()()
	return s.Store.Case(ctx, id, msg)
}

// Grep looks through all texts.
func (s screenStore) Grep(ctx context.Context, q model.Query, before int64, give func(model.Grep) bool) (int64, error) {
	defer s.desk.a.share()()
	return s.Store.Grep(ctx, q, before, give)
}

// asciiOnly reports whether the terminal is said to draw ASCII only: by
// UNSENT_ASCII=1, or by a locale that is not UTF-8. Without a locale it is taken
// to draw what today's terminals do.
func asciiOnly(getenv func(string) string) bool {
	if v := getenv("UNSENT_ASCII"); v != "" {
		return v != "0"
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
		}
	}
	return false
}

// secrets are the literal secrets that this run knows of: the tokens that it has
// read, and what stands in the environment, also where it cannot be used.
func (a *app) secrets() []string {
	known := a.tokens.all()
	for _, word := range strings.Fields(a.Getenv("UNSENT_TOKEN")) {
		if word = strings.Trim(word, "\"'`\x00"); !slices.Contains(known, word) {
			known = append(known, word)
		}
	}
	return known
}

// clean masks secrets in what an agent types: it is kept, and shown to others.
func (a *app) clean(text string) string {
	text, _ = safe.Redact(text, a.secrets()...)
	return text
}

// screenCopy copies for the screen, which sends OSC 52 itself. Inside GNU screen
// the sequence needs a wrapping that the screen does not know, so it goes to the
// terminal from here, in one write between two frames.
func (a *app) screenCopy(ctx context.Context, text string) ui.Copied {
	c := a.clipboard()
	if a.Getenv("STY") != "" && a.Getenv("TMUX") == "" {
		return c.send(ctx, text)
	}
	return c.copy(ctx, text)
}

// runScreen runs the console. A fault of ours in it must leave a usable terminal
// and a report that holds nothing out of anybody's log.
func (a *app) runScreen(ctx context.Context, db string, d ui.Deps) (err error) {
	trap, terr := newTrap()
	if terr != nil {
		return terr
	}
	defer func() {
		if v := recover(); v != nil {
			trap.panicked()
		}
		if trace := trap.close(); trace != "" {
			err = a.crashed(db, trace)
		}
	}()
	err = ui.Run(ctx, d)
	var fault *ui.Fault
	if errors.As(err, &fault) {
		return a.crashed(db, fault.Stack)
	}
	return err
}
