// Package cli is the command line: it reads flags and the environment, puts the
// other packages together, and turns what they return into output and an exit
// code. Without a subcommand it opens the console (screen.go).
//
// A command is a file with one function that returns a *cobra.Command, listed in
// newRoot. What a command does to the world outside goes through Sys. A change of
// behaviour comes with a session in testdata (script_test.go says how they run).
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"charm.land/fang/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"unsent/check/status"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"

	_ "time/tzdata" // --tz must know the same zones on every machine
)

// Exit codes. They are promised in the help and tested in testdata.
const (
	exitDone    = 0   // done
	exitFailed  = 1   // could not
	exitUsage   = 2   // asked wrongly
	exitProblem = 3   // done, and a check found a problem or the packet is incomplete
	exitStopped = 130 // interrupted
)

// Sys is the world outside, as far as commands touch it without a package of
// its own in between.
type Sys struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
	GOOS           string  // as runtime.GOOS
	Keyring        Keyring // nil: the machine has none
}

// Main runs unsent with args, which do not include the program's name, and
// returns the exit code.
func Main(args []string, sys Sys) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// The first interrupt asks for an orderly end, the second is obeyed by the
	// operating system at once.
	context.AfterFunc(ctx, stop)

	a := &app{Sys: sys}
	root := a.newRoot()
	if !onlyConsole(args) {
		a.addCommands(root)
	}
	root.SetArgs(args)
	return a.end(ctx, a.execute(ctx, root, args))
}

// onlyConsole reports whether the arguments can mean nothing but the console. Making all
// the other commands takes half a millisecond of a start.
func onlyConsole(args []string) bool {
	return len(args) == 0 || len(args) == 2 && args[0] == "--db" && !strings.HasPrefix(args[1], "-")
}

// execute runs the command. fang draws the help and the manual page; for
// everything else it would ask the terminal for its colours before it reports
// an error, which is of no use here.
//
// A fault of ours is reported with the names of code only: what a panic says may
// quote somebody's log.
func (a *app) execute(ctx context.Context, root *cobra.Command, args []string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			a.ran = true
			db, _ := a.databasePath()
			err = a.crashed(db, string(debug.Stack()))
		}
	}()
	if !helpWanted(args) || a.Getenv("TERM") == "dumb" {
		return root.ExecuteContext(ctx)
	}
	quiet := func(io.Writer, fang.Styles, error) {}
	return fang.Execute(ctx, root, fang.WithErrorHandler(quiet), fang.WithoutVersion())
}

func helpWanted(args []string) bool {
	if len(args) > 0 && (args[0] == "help" || args[0] == "man") {
		return true
	}
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.Contains(args, "-h") || slices.Contains(args, "--help")
}

// end reports err, if that is still to be done, and gives the exit code.
func (a *app) end(ctx context.Context, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errProblem):
		return exitProblem
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(a.Stderr, "unsent: stopped")
		return exitStopped
	case errors.As(err, &usage):
		a.report(err)
		return exitUsage
	case !a.ran: // cobra's own objections are about how it was asked
		a.report(model.WithHint(err, "run 'unsent help'"))
		return exitUsage
	}
	a.report(err)
	return exitFailed
}

// report writes an error the way the contract words it. Errors quote file names
// and cells, so they are untrusted text.
func (a *app) report(err error) {
	fmt.Fprintf(a.Stderr, "unsent: %s\n", safe.Text(a.clean(err.Error())))
	if hint := model.Hint(err); hint != "" {
		fmt.Fprintf(a.Stderr, "hint: %s\n", safe.Text(a.clean(hint)))
	}
}

// errProblem ends a command that was done and has already shown what is wrong.
var errProblem = errors.New("a problem was found")

// A usageError is a request that makes no sense, whatever the data is.
type usageError struct {
	what, hint string
}

func (e *usageError) Error() string { return e.what }
func (e *usageError) Hint() string  { return e.hint }

func usage(hint, format string, args ...any) error {
	return &usageError{what: fmt.Sprintf(format, args...), hint: hint}
}

// app is one run of the program: the world outside and the flags that all
// commands share.
type app struct {
	Sys
	db   string // --db
	json bool   // --json
	ran  bool   // the command itself was reached: its flags and arguments are in order

	offline bool   // --offline
	tokens  tokens // those that this run knows
	page    struct {
		mu     sync.Mutex
		client *status.Client
	}

	sharing sync.Mutex
	shares  int // how much goes on that has the processors shared
}

// newRoot is the program without its commands.
func (a *app) newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "unsent [FILE...]",
		Short: "Find out why WhatsApp messages were not delivered",
		Long: "unsent finds out why WhatsApp messages were not delivered. It reads failure logs into a local database, " +
			"groups the failures into incidents, shows the article for the error, runs checks and builds the escalation packet.\n\n" +
			"Without a command it opens the console; FILEs are imported first. It never sends a message.\n\n" +
			"Exit codes: 0 done, 1 could not, 2 asked wrongly, 3 done and a check found a problem or the packet is incomplete, 130 interrupted.",
		Example: "unsent failures.csv\nunsent import failures.csv hooks.ndjson\nunsent incidents --since 2h\nunsent packet i1 --copy",
		Version: version(),
		// FILE may be anything, so that cobra must not take it for a command.
		Args:                       cobra.ArbitraryArgs,
		RunE:                       a.console,
		PersistentPreRun:           func(*cobra.Command, []string) { a.ran = true },
		SilenceUsage:               true,
		SilenceErrors:              true,
		DisableAutoGenTag:          true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetVersionTemplate("unsent {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(fmt.Sprintf("run '%s --help' for its flags", c.CommandPath()), "%s", err)
	})
	root.PersistentFlags().StringVar(&a.db, "db", "", "the database FILE (UNSENT_DB; default "+a.shown(a.defaultDB())+")")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "write one JSON object a line and nothing else")
	root.Flags().BoolVar(&a.offline, "offline", false, "make no network call (UNSENT_OFFLINE=1)")
	return root
}

// addCommands gives root the commands.
func (a *app) addCommands(root *cobra.Command) {
	root.AddGroup(&cobra.Group{ID: "look", Title: "look"}, &cobra.Group{ID: "work", Title: "work"}, &cobra.Group{ID: "data", Title: "data"})
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("look", a.incidentsCommand(), a.listCommand(), a.showCommand(), a.timelineCommand(), a.explainCommand())
	add("work", a.checkCommand(), a.stepCommand(), a.stateCommand(), a.noteCommand(), a.assignCommand(), a.moveCommand(), a.packetCommand(), a.planCommand(), a.undoCommand(), a.redoCommand())
	add("data", a.importCommand(), a.importsCommand(), a.accountCommand(), a.auditCommand(), a.purgeCommand(), a.demoCommand())
	root.AddCommand(a.versionCommand())
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" { // without a shell it would print its help and claim to be done
			c.Use, c.Short, c.Args = "completion SHELL", "Words for the tab key of bash, zsh, fish or powershell", cobra.ArbitraryArgs
			c.RunE = func(_ *cobra.Command, args []string) error {
				return usage("unsent completion bash|zsh|fish|powershell", "completion needs one of the shells it knows")
			}
		}
	}
}

// OS is the real world.
func OS() Sys {
	return Sys{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now, GOOS: goos, Keyring: systemKeyring{}}
}

// open opens the agent's database, and makes it and its folder when they are
// not there yet.
func (a *app) open(ctx context.Context) (*store.Store, error) {
	path, err := a.databasePath()
	if err != nil {
		return nil, err
	}
	if err := makeFolder(path); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := a.settle(ctx, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// settle tells the database what it does not know by itself: who works with it,
// and how incidents are made.
func (a *app) settle(ctx context.Context, s *store.Store) error {
	s.SetWho(a.who())
	s.SetSorter(triage.Bounds, sortIncidents)
	return s.Settle(ctx)
}

// sortIncidents makes incidents of what a log has.
func sortIncidents(_ context.Context, log *store.Log) ([]model.Group, error) {
	const minute = int64(time.Minute / time.Millisecond)
	var failed error
	groups := triage.Incidents(log.Strands, log.Incidents, func(dim model.Dim, strand, from, to int64) (int, int64, int) {
		if failed != nil {
			return 0, 0, 0
		}
		var distinct, most int
		var top int64
		distinct, top, most, failed = log.Tally(dim, model.Extent{Strand: strand, From: from * minute, To: (to + 1) * minute})
		return distinct, top, most
	})
	return groups, failed
}

// with opens the database for the time of do, for everything that works on what
// was imported. A database that was named and is not there is a mistyped name.
// None at the default place means that nothing was imported yet: do sees an
// empty one that is thrown away, so that looking leaves nothing behind.
func (a *app) with(ctx context.Context, do func(*store.Store) error) error {
	path, err := a.databasePath()
	switch {
	case err != nil:
		return err
	case exists(path):
		return a.filling(ctx, do)
	case a.dbNamed():
		return model.WithHint(fmt.Errorf("opening the database: there is no database at %s", path),
			"is the name right? 'unsent import FILE' makes it")
	}
	s, done, err := a.openEmpty(ctx)
	if err != nil {
		return err
	}
	defer done()
	return do(s)
}

// filling is with for what may begin a new database.
func (a *app) filling(ctx context.Context, do func(*store.Store) error) error {
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

// openEmpty makes a database in a folder that goes with it.
func (a *app) openEmpty(ctx context.Context) (*store.Store, func(), error) {
	dir, err := os.MkdirTemp("", "unsent-empty-")
	if err != nil {
		return nil, nil, fmt.Errorf("making a folder for an empty database: %w", err)
	}
	s, err := store.Open(ctx, filepath.Join(dir, "empty.db"))
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	if err := a.settle(ctx, s); err != nil {
		return nil, nil, errors.Join(err, s.Close(), os.RemoveAll(dir))
	}
	return s, func() { s.Close(); os.RemoveAll(dir) }, nil
}

// who is the agent's name for the audit trail, as the system knows it.
func (a *app) who() string {
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if s := strings.TrimSpace(a.Getenv(name)); s != "" {
			return s
		}
	}
	return "unknown"
}

// need says what a command must be given; names are those of its usage line.
func need(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		hint := "it is used as: " + c.UseLine()
		switch {
		case len(args) < len(names):
			return usage(hint, "%s needs %s", c.Name(), names[len(args)])
		case len(args) > len(names):
			return usage(hint, "%s cannot use %q", c.Name(), args[len(names)])
		}
		return nil
	}
}

// width is the number of columns of a terminal behind w; false when there is none.
func width(w any) (int, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return 0, false
	}
	cols, _, err := term.GetSize(f.Fd())
	if err != nil || cols <= 0 {
		cols = 80
	}
	return cols, true
}

func terminal(w any) bool {
	_, ok := width(w)
	return ok
}
