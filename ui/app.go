package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"unsent/model"
	"unsent/safe"
)

// app is the screen. Its methods have pointer receivers without exception: a
// change made on a copy is a change lost.
type app struct {
	Deps
	ctx     context.Context // ends with the program
	theme   theme
	isDark  bool
	sixteen bool // the terminal has 16 colours or fewer
	term    size

	home     *home
	stack    []screen // stack[0] is home; the last one has the keys
	overlays []overlay

	notice    string // one line above the footer, until the next key
	noticeBad bool

	totals    model.Totals
	loading   task    // of the incident list
	first     tea.Cmd // its first reading, which is under way before the terminal is ready; nil: it has been done
	importing importing
	glancing  bool // at a case beside the list
	working   checking
	coach     int       // next line of the coach; coachOff when it is over
	leaving   bool      // ctrl+c was pressed once
	undos     []turning // what each of this session's undos takes back
	redos     []turning
	pace      pace
	beat      beat
	pauses    pauses
	fault     *Fault
	resting   bool // it is waited for that nothing is done any more
	articles  map[articleKey][]string
}

// pauses are how long work waits that nobody asked for.
type pauses struct {
	guess time.Duration // for the keys to be quiet while a search is typed; below 0: for ever
	rest  time.Duration // for the first rows of a list to be on the terminal

	atRest time.Duration // for nothing to be done any more
}

// A screen fills the body of the terminal and lists what can be done on it.
type screen interface {
	// title is the screen's place, for the title bar.
	title(a *app) string
	// lines draws the screen, exactly sz. focus is false when it is only shown
	// beside the screen that has the keys.
	lines(a *app, sz size, focus bool) []string
	actions(a *app) []action
}

// An overlay lies over the screen and has all keys while it is there.
type overlay interface {
	// box draws the overlay within sz; it may be smaller.
	box(a *app, sz size) []string
	press(a *app, k tea.KeyPressMsg) tea.Cmd
	paste(a *app, text string) tea.Cmd
	// cursor is the place of the text cursor inside the box.
	cursor() (x, y int, ok bool)
}

func newApp(ctx context.Context, d Deps) *app {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Local == nil {
		d.Local = time.UTC
	}
	a := &app{Deps: d, ctx: ctx, isDark: true, coach: coachOff, pauses: pauses{guessQuiet, untilShown, restQuiet}, articles: map[articleKey][]string{}}
	a.restyle()
	a.home = &home{likely: likely{quiet: judgeQuiet, pressed: time.Now()}}
	a.stack = []screen{a.home}
	if d.Demo {
		a.coach = 0
	}
	a.first = ahead(a.readFirst())
	return a
}

func (a *app) restyle() { a.theme = newTheme(a.isDark, a.ASCII, a.sixteen) }

func (a *app) top() screen { return a.stack[len(a.stack)-1] }

func (a *app) push(s screen) { a.stack = append(a.stack, s) }

// pop leaves the screen on top, and ends the checks of a case that is left.
func (a *app) pop() {
	if len(a.stack) > 1 {
		if c, ok := a.top().(*caseView); ok && a.working.c == c {
			a.working.stop()
		}
		a.stack = a.stack[:len(a.stack)-1]
	}
}

func (a *app) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor}
	if a.first != nil {
		cmds = append(cmds, a.first, restore(a.ctx, a.Store))
	}
	if len(a.Files) > 0 {
		cmds = append(cmds, a.startFiles(a.Files))
	}
	cmds = append(cmds, a.atRest())
	return tea.Batch(cmds...)
}

func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := a.update(msg)
	if k, isKey := msg.(tea.KeyPressMsg); isKey {
		cmd = tea.Batch(cmd, a.pace.key(k.String(), time.Now()))
	}
	return a, tea.Batch(cmd, a.beat.next(a.stays(), time.Now()))
}

func (a *app) update(msg tea.Msg) tea.Cmd {
	return tea.Batch(a.handle(msg), a.home.judge(a), a.articleAhead())
}

func (a *app) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.term = size{msg.Width, msg.Height}
		if v, ok := a.top().(*timeline); ok {
			return v.resized(a)
		}
	case tea.BackgroundColorMsg:
		a.isDark = msg.IsDark()
		a.restyle()
	case tea.ColorProfileMsg:
		a.sixteen = msg.Profile <= colorprofile.ANSI
		a.restyle()
	case tea.KeyPressMsg:
		l := &a.home.likely
		l.gap, l.pressed = time.Since(l.pressed), time.Now()
		return tea.Batch(a.press(msg), a.atRest())
	case tea.PasteMsg:
		if n := len(a.overlays); n > 0 {
			return a.overlays[n-1].paste(a, msg.Content)
		}
		return a.pasted(msg.Content)
	case arrived:
		return msg.arrive(a)
	}
	return nil
}

// press handles a key: the overlay on top has it, else the actions that work
// here.
func (a *app) press(k tea.KeyPressMsg) tea.Cmd {
	key := k.String()
	if key == "ctrl+c" {
		return a.interrupt()
	}
	a.notice, a.noticeBad, a.leaving = "", false, false
	if a.home.part { // the key is meant for the row that is seen
		a.home.moved, a.home.want = true, 0
	}
	if n := len(a.overlays); n > 0 {
		return a.overlays[n-1].press(a, k)
	}
	for _, x := range a.actions() {
		if x.has(key) {
			a.coached(x.name)
			return a.run(x)
		}
	}
	return a.say(keyName(key) + " does nothing here; ? shows what does")
}

// interrupt stops the running work first, and leaves when there is none or it
// is pressed twice.
func (a *app) interrupt() tea.Cmd {
	if a.busy() != "" && !a.leaving {
		what := a.busy()
		cmd := a.stopWork()
		a.leaving = true
		a.say("stopped " + what + "; ctrl+c again leaves")
		return cmd
	}
	if a.leaving {
		return tea.Quit
	}
	a.leaving = true
	return a.say("ctrl+c again leaves")
}

// busy names the work that is running, empty when there is none.
func (a *app) busy() string {
	switch {
	case a.importing.active:
		return "the import of " + a.importing.name()
	case a.working.active:
		return "the checks"
	case a.planning() != nil:
		return "making the plan"
	}
	return ""
}

// stopWork ends what is running. A packet that waits for the checks is built of
// what they have answered.
func (a *app) stopWork() tea.Cmd {
	a.importing.halt()
	a.working.stop()
	if v := a.planning(); v != nil {
		v.making.stop()
	}
	if p, ok := a.top().(*packetView); ok && p.waiting {
		return p.build(a)
	}
	return nil
}

func (a *app) quit() tea.Cmd {
	what := a.busy()
	if what == "" {
		return a.leave()
	}
	a.overlays = append(a.overlays, &confirm{
		question: "Leave while " + what + " is running?",
		detail:   "What is loaded so far stays; importing the file again goes on without doubling anything.",
		yes:      "leave", no: "stay",
		do: func(a *app) tea.Cmd { a.stopWork(); return a.leave() },
	})
	return nil
}

// leave remembers the place and ends the program.
func (a *app) leave() tea.Cmd {
	return tea.Sequence(remember(a.Store, a.home.selected()), tea.Quit)
}

// back leaves the screen on top. At home it stops the running work, then clears
// the filter; it never leaves the console.
func (a *app) back() tea.Cmd {
	if a.coach != coachOff && len(a.stack) == 1 {
		a.coach = coachOff
	}
	if len(a.stack) > 1 {
		if a.working.active && a.working.on(a.top()) {
			a.say(a.working.halt())
			if _, isPacket := a.top().(*packetView); !isPacket {
				return nil
			}
		}
		if m, ok := a.top().(*mapping); ok {
			a.say(m.left())
		}
		a.pop()
		if len(a.stack) == 1 {
			return a.preview()
		}
		return nil
	}
	if a.importing.active {
		what := a.busy()
		left := a.importing.halt()
		return a.say("stopped " + what + "; what was loaded stays" + left)
	}
	if a.home.filter != "" {
		a.home.filter = ""
		a.home.refilter()
		return a.preview()
	}
	return nil
}

// clean masks secrets in what an agent types: it is kept, and shown to others.
func (a *app) clean(text string) string {
	text, _ = safe.Redact(text, a.secrets()...)
	return text
}

// masked is a text of a log for the screen: harmless, and unless numbers are
// revealed without phone numbers and wamids.
func masked(s string, reveal bool) string {
	if reveal {
		return safe.Line(s)
	}
	return safe.Line(safe.MaskText(s))
}

// undo takes the last change back, and all of it when it was one key for several
// incidents.
func (a *app) undo() tea.Cmd { return turn(a.ctx, a.Store, a.Who, pop(&a.undos), false) }

func (a *app) redo() tea.Cmd { return turn(a.ctx, a.Store, a.Who, pop(&a.redos), true) }

// A turning is what one undo takes back, or one redo does again: n changes that
// were made with one key.
type turning struct {
	n    int
	what string // what the key did; the database says it itself for a single change
}

// pop takes the last off a stack; one change when it is empty.
func pop(stack *[]turning) turning {
	n := len(*stack)
	if n == 0 {
		return turning{n: 1}
	}
	last := (*stack)[n-1]
	*stack = (*stack)[:n-1]
	return last
}

// say shows a line until the next key.
func (a *app) say(s string) tea.Cmd { a.notice, a.noticeBad = s, false; return nil }

// warn shows a line that tells of a failure or a refusal.
func (a *app) warn(s string) tea.Cmd { a.notice, a.noticeBad = s, true; return nil }

// fail shows an error the way the command line does: what failed, and what to do.
func (a *app) fail(err error) tea.Cmd {
	s := safe.Line(a.clean(err.Error()))
	if h := model.Hint(err); h != "" {
		s += " " + a.theme.signs.rule + " " + safe.Line(h)
	}
	return a.warn(s)
}

// readFirst reads the incidents that are seen first, and then the rest.
func (a *app) readFirst() tea.Cmd {
	ctx, id := a.loading.start(a.ctx)
	return loadIncidents(ctx, id, a.Store, listedFirst)
}

// reload reads the incident list again.
func (a *app) reload() tea.Cmd {
	ctx, id := a.loading.start(a.ctx)
	return loadIncidents(ctx, id, a.Store, listed)
}

// refresh reads everything on screen again.
func (a *app) refresh() tea.Cmd {
	a.home.likely.forget()
	cmds := []tea.Cmd{a.reload()}
	if c, ok := a.top().(*caseView); ok {
		cmds = append(cmds, c.load(a))
	} else if c := a.home.open; c != nil && c.known() && a.top() == screen(a.home) {
		c.loading.stop()
		c.glanced, c.ready, c.foreseen = false, false, true
		cmds = append(cmds, c.look(a))
	}
	for _, s := range a.stack { // also below a case: its message may have been moved
		if r, ok := s.(*rows); ok {
			cmds = append(cmds, r.again(a))
		}
	}
	return tea.Batch(cmds...)
}

// preview looks at the case of home's selected incident, so that it stands beside
// the list where there is room, and is there when it is opened. What was under
// way for the one before stops.
func (a *app) preview() tea.Cmd {
	inc := a.home.selected()
	if c := a.home.open; c != nil && (inc == nil || c.inc.ID != inc.ID) && a.top() == screen(a.home) {
		c.loading.stop()
		a.home.open = nil
	}
	if inc == nil {
		return nil
	}
	if a.home.open == nil || a.home.open.inc.ID != inc.ID {
		a.home.open = newCase(*inc, nil)
		return a.home.open.look(a)
	}
	if c := a.home.open; a.top() == screen(a.home) && c.known() && standOf(&c.data.Incident) != standOf(inc) {
		c.loading.stop()
		c.glanced, c.ready, c.foreseen = false, false, false // what was read of it is no longer so
		c.inc = *inc
		return c.look(a)
	}
	known := a.home.open.inc.Recipients // counting them takes a query of its own; the list does not
	a.home.open.inc = *inc
	if inc.Recipients < 0 {
		a.home.open.inc.Recipients = known
	}
	return nil
}
