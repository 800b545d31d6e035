package ui

import (
	"context"
	"time"

	"unsent/check"
	"unsent/model"
	"unsent/triage"
)

// A Store is what the screen needs of the database. *store.Store has it; it is
// an interface so that a test can show the screen a database that fails.
type Store interface {
	Totals(ctx context.Context) (model.Totals, error)
	Incidents(ctx context.Context, q model.Query) ([]model.Incident, error)
	Case(ctx context.Context, id model.IncidentID, msg model.MessageID) (model.Case, error)
	Glance(ctx context.Context, id model.IncidentID) (model.Case, error)
	Failures(ctx context.Context, q model.Query) ([]model.Failure, error)
	Count(ctx context.Context, q model.Query, most int) (n int, more bool, err error)
	Grep(ctx context.Context, q model.Query, before int64, give func(model.Grep) bool) (next int64, err error)
	Timeline(ctx context.Context, q model.Query, most int) (model.Timeline, error)
	NewestOf(ctx context.Context, check string, most int) ([]model.Finding, error)
	Imports(ctx context.Context) ([]model.Import, error)
	Rejections(ctx context.Context, importID int64, after, limit int) ([]model.Rejection, error)
	UndoImport(ctx context.Context, id int64) (int, error)
	SetState(ctx context.Context, id model.IncidentID, to model.CaseState, note, ticket, who string) error
	Assign(ctx context.Context, id model.IncidentID, assignee, who string) error
	SetStep(ctx context.Context, id model.IncidentID, s model.StepRecord, who string) error
	AddNote(ctx context.Context, id model.IncidentID, text, who string) error
	SaveFinding(ctx context.Context, id model.IncidentID, msg model.MessageID, f model.Finding) error
	Move(ctx context.Context, messages []model.MessageID, to model.IncidentID, who string) (model.Move, error)
	Undo(ctx context.Context, who string) (string, error)
	Redo(ctx context.Context, who string) (string, error)
	Log(ctx context.Context, who, what, target, detail string) error
	Setting(ctx context.Context, key string) (string, error)
	SetSetting(ctx context.Context, key, value string) error
	ForgetReading(ctx context.Context, set string) error
}

// Accounts are the business accounts that checks may ask about. A token goes in
// and never comes out again.
type Accounts interface {
	Accounts(ctx context.Context) ([]model.Account, error)
	// AddAccount keeps an account in place of the one with its name; said is one
	// sentence: where its token is now. An empty token leaves the one it has.
	AddAccount(ctx context.Context, a model.Account, token string) (said string, err error)
	RemoveAccount(ctx context.Context, name string) error
}

// A Log is a file, or a text that somebody pasted.
type Log struct {
	Name   string // the file's path, or what the text is called
	Text   string // what was pasted
	Pasted bool
}

// A Loaded is what became of a log.
type Loaded struct {
	model.Import
	Only *model.Failure // the log's one failed message, where it has exactly one and was pasted
}

// A PlanList is which list of a retry plan is to be written.
type PlanList int

// The lists.
const (
	PlanShown   PlanList = iota // none: the plan is only to be shown
	PlanToSend                  // what is to be sent, for the system that sends
	PlanLeftOut                 // what is not, with the reasons
)

// A PlanAsk says of what a plan is to be.
type PlanAsk struct {
	Target model.Target
	Write  PlanList
	Full   bool // whole numbers in the list
}

// Planned is a plan as a whole.
type Planned struct {
	Sum  triage.PlanSum
	File string // the list that was written
}

// Deps are what the screen works with. Everything that touches the world
// outside the terminal comes in here, so that package cli decides and a test
// can replace it.
type Deps struct {
	// Opens gives all of this, and is called beside making the terminal ready:
	// beside it only Remote, ASCII and DBName count. Canceling ctx stops it. nil:
	// everything is here.
	Opens func(ctx context.Context) (Deps, error)

	Store Store

	// Import loads a log and reports now and then how far it is. Canceling ctx
	// stops it after the last whole batch. A Reading says how a table is read,
	// nil: as it was said earlier, else by guess. The error is model.ErrColumns
	// when somebody has to say it.
	Import func(ctx context.Context, l Log, how *model.Reading, progress func(model.Import)) (Loaded, error)
	// Preview says how Import would read a log, from its beginning.
	Preview func(ctx context.Context, l Log, how *model.Reading) (model.Table, error)
	// Fields are what a column can be, the commonest first.
	Fields []model.FieldAbout
	// Save writes a packet to its file, readable by its owner only, keeps it
	// in the database and returns the file's name.
	Save func(ctx context.Context, p model.Packet) (string, error)
	// Plan makes a retry plan, and writes a list of it where that is asked for,
	// readable by its owner only and never over another file. give gets each
	// message with what is to be done with it, newest first, and must not keep
	// either; progress is told how far it is. Canceling ctx stops it, and then no
	// list is left behind.
	Plan func(ctx context.Context, ask PlanAsk, progress func(done, all int), give func(*model.Failure, *triage.Retry)) (Planned, error)
	// Copy puts text on the clipboard and says which way it went.
	Copy func(ctx context.Context, text string) Copied
	// Open shows a web page in the agent's browser and says how; on a remote
	// machine it cannot, and says so.
	Open func(ctx context.Context, url string) (string, error)

	Files   []string         // imported first, while the screen is already usable
	Now     func() time.Time // the clock
	Local   *time.Location   // the agent's zone, for display beside UTC
	Who     string           // the agent's name in the audit trail
	Version string
	DBName  string                // shown in the title bar
	ASCII   bool                  // draw with ASCII signs only
	Remote  bool                  // the terminal is on another machine
	Shown   func()                // called once, when the incidents are on screen or why they are not
	Rest    func(context.Context) // called when nothing has been done for a second; nil: nobody wants to know
	Demo    bool                  // says DEMO in the title bar and shows the coach
	Secrets func() []string       // literal secrets that no packet may hold, as known by then; nil: none

	// Meta says how the checks of a case ask Meta, as which account; a nil
	// *check.Meta asks nothing over the network. It may wait for the keyring.
	// nil: offline.
	Meta     func(ctx context.Context, c model.Case) (*check.Meta, error)
	Accounts Accounts // nil: there are none to keep
	Offline  bool     // nothing is asked over the network
}

// secrets are the literal secrets that are known by now.
func (d *Deps) secrets() []string {
	if d.Secrets == nil {
		return nil
	}
	return d.Secrets()
}

// Copied tells which way a text went to the clipboard.
type Copied struct {
	// Terminal means that the text must go through the terminal (OSC 52),
	// which the screen does itself; the terminal does not say whether it obeyed.
	Terminal bool
	// Said is the truth in one sentence, "copied with wl-copy" or
	// "sent to the terminal (OSC 52)".
	Said string
	Err  error // nothing was copied
}
