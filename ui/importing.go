package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
)

// importing is the import that is running, while the agent works on.
type importing struct {
	task
	files   []string // the one being loaded first
	now     model.Import
	began   time.Time
	last    *model.Import // what became of the last file
	shownAt time.Time     // when the incidents were read again
}

// How often a running import is shown, and how often the incidents are read
// again because of it.
const (
	importTick   = 100 * time.Millisecond
	importReread = 400 * time.Millisecond
)

func (im *importing) name() string {
	if len(im.files) == 0 {
		return ""
	}
	return filepath.Base(im.files[0])
}

// halt stops the import and lets go of the files behind it; it says which.
func (im *importing) halt() string {
	im.stop()
	if len(im.files) < 2 {
		im.files = nil
		return ""
	}
	var names []string
	for _, f := range im.files[1:] {
		names = append(names, safe.Line(filepath.Base(f)))
	}
	im.files = nil
	return "; not loaded: " + strings.Join(names, ", ")
}

// line is the progress in at most w cells.
func (im *importing) line(a *app, w int) string {
	s := "loading " + safe.Line(im.name())
	secs := a.Now().Sub(im.began).Seconds()
	var more []string
	if im.now.TotalBytes > 0 {
		more = append(more, fmt.Sprintf("%d %%", min(im.now.Bytes*100/im.now.TotalBytes, 100)))
	}
	if im.now.Read > 0 {
		more = append(more, count(im.now.Read, "row", "rows"))
	}
	if secs > 1 && im.now.Read > 0 {
		more = append(more, number(int(float64(im.now.Read)/secs))+"/s")
		if left := im.now.TotalBytes - im.now.Bytes; left > 0 && im.now.Bytes > 0 {
			more = append(more, left1(time.Duration(float64(left)/float64(im.now.Bytes)*secs*float64(time.Second)))+" left")
		}
	}
	for len(more) > 0 && len(s)+2+len(strings.Join(more, ", ")) > w {
		more = more[:len(more)-1]
	}
	if len(more) == 0 {
		return s
	}
	return s + "  " + strings.Join(more, ", ")
}

func left1(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds())+1)
	}
	return fmt.Sprintf("%d min", int(d.Minutes())+1)
}

// startImport loads files one after another, beside everything else.
func (a *app) startImport(files []string) tea.Cmd {
	if a.importing.active {
		a.importing.files = append(a.importing.files, files...)
		return a.say("waits until " + safe.Line(a.importing.name()) + " is loaded")
	}
	a.importing.files = files
	return a.nextImport()
}

func (a *app) nextImport() tea.Cmd {
	ctx, id := a.importing.start(a.ctx)
	a.importing.now, a.importing.began = model.Import{}, a.Now()
	return runImport(ctx, id, a.Import, a.importing.files[0])
}

type importProgress struct {
	id   int
	imp  model.Import
	more tea.Cmd
}

type importDone struct {
	id  int
	imp model.Import
	err error
}

// runImport starts the import and delivers its first message. Progress goes
// through a channel that holds only the newest, so that the import never waits
// for the screen.
func runImport(ctx context.Context, id int, load func(context.Context, string, func(model.Import)) (model.Import, error), file string) tea.Cmd {
	return func() tea.Msg {
		progress := make(chan model.Import, 1)
		done := make(chan importDone, 1)
		go func() {
			imp, err := load(ctx, file, func(p model.Import) {
				select {
				case <-progress:
				default:
				}
				progress <- p
			})
			done <- importDone{id: id, imp: imp, err: err}
		}()
		return nextProgress(id, progress, done)()
	}
}

func nextProgress(id int, progress <-chan model.Import, done <-chan importDone) tea.Cmd {
	return func() tea.Msg {
		select {
		case d := <-done:
			return d
		case <-time.After(importTick):
		}
		select {
		case d := <-done:
			return d
		case p := <-progress:
			return importProgress{id: id, imp: p, more: nextProgress(id, progress, done)}
		case <-time.After(importTick):
			return importProgress{id: id, more: nextProgress(id, progress, done)}
		}
	}
}

func (m importProgress) arrive(a *app) tea.Cmd {
	if !a.importing.current(m.id) {
		return m.more // stopped, and still on its way out: what it stored is read when it is done
	}
	if m.imp.Read > 0 {
		a.importing.now = m.imp
	}
	// Until there is an incident to see, every tick looks for one.
	if now := a.Now(); !a.loading.active && (len(a.home.all) == 0 || now.Sub(a.importing.shownAt) > importReread) {
		a.importing.shownAt = now
		return tea.Batch(m.more, a.reload())
	}
	return m.more
}

func (m importDone) arrive(a *app) tea.Cmd {
	if !a.importing.current(m.id) {
		return a.reload() // stopped: what was loaded stays and is shown
	}
	file := a.importing.name()
	a.importing.done()
	if len(a.importing.files) > 0 {
		a.importing.files = a.importing.files[1:]
	}
	imp := m.imp
	a.importing.last = &imp
	var said tea.Cmd
	switch {
	case m.err != nil:
		said = a.fail(m.err)
	default:
		if imp.File == "" {
			imp.File = file
		}
		a.say(summary(imp))
		a.noticeBad = imp.Rejected > 0
	}
	cmds := []tea.Cmd{said, a.reload()}
	if c, ok := a.top().(*caseView); ok {
		cmds = append(cmds, c.load(a))
	}
	if im, ok := a.top().(*imports); ok {
		cmds = append(cmds, im.load(a))
	}
	if len(a.importing.files) > 0 { // one bad file does not keep the others out
		cmds = append(cmds, a.nextImport())
	}
	return tea.Batch(cmds...)
}

// summary says what became of a file, in one sentence.
func summary(i model.Import) string {
	name := safe.Line(filepath.Base(i.File))
	switch {
	case i.Read == 0:
		s := name + ": no rows"
		if len(i.Warnings) > 0 {
			s += " (" + safe.Line(i.Warnings[0]) + ")"
		}
		return s
	case i.Stored == 0 && i.Updated == 0 && i.Duplicate > 0 && i.Rejected == 0:
		return fmt.Sprintf("%s: seen before (the same %s). 0 new", name, count(i.Duplicate, "record", "records"))
	case i.Stored == 0 && i.Updated == 0 && i.Rejected == 0:
		return fmt.Sprintf("%s: %s read, 0 failures (%s). Nothing to triage", name, count(i.Read, "row", "rows"), others(i))
	}
	s := fmt.Sprintf("%s: %s of %s", name, count(i.Stored, "new failure", "new failures"), count(i.Read, "row", "rows"))
	if i.Updated > 0 {
		s += ", " + number(i.Updated) + " known before and failed again"
	}
	if i.Duplicate > 0 {
		s += ", " + number(i.Duplicate) + " seen before or equal to another row"
	}
	if o := others(i); o != "" {
		s += ", " + o
	}
	if i.Rejected > 0 {
		s += fmt.Sprintf("; %s could not be read: b shows them with line and reason", count(i.Rejected, "row", "rows"))
	}
	return s
}

// others are the rows that are no failures.
func others(i model.Import) string {
	var parts []string
	for _, x := range []struct {
		n    int
		what string
	}{{i.Succeeded, "went well"}, {i.InProgress, "still under way"}, {i.NotAttempted, "not attempted"}, {i.NotASend, "no sends"}} {
		if x.n > 0 {
			parts = append(parts, number(x.n)+" "+x.what)
		}
	}
	return strings.Join(parts, ", ")
}

// askImport asks for a file's name.
func (a *app) askImport() tea.Cmd {
	return a.ask(&input{label: "Load which file?", hint: "a path; tab completes. CSV, Excel, JSON, zip", files: true, need: true, do: func(a *app, path string) tea.Cmd {
		return a.startImport([]string{expand(path)})
	}})
}

// imports lists the files loaded so far and what was rejected in each.
type imports struct {
	list    []model.Import
	at      int
	bad     []model.Rejection
	badOf   int64
	off     int
	high    int
	total   int
	loaded  bool
	err     error
	loading task
	reading task
}

type importsLoaded struct {
	im   *imports
	id   int
	list []model.Import
	err  error
}

type rejectionsLoaded struct {
	im  *imports
	id  int
	of  int64
	bad []model.Rejection
	err error
}

func (a *app) openImports() tea.Cmd {
	im := &imports{}
	a.push(im)
	return im.load(a)
}

func (im *imports) load(a *app) tea.Cmd {
	ctx, id := im.loading.start(a.ctx)
	s := a.Store
	return func() tea.Msg {
		list, err := s.Imports(ctx)
		return importsLoaded{im: im, id: id, list: list, err: err}
	}
}

func (m importsLoaded) arrive(a *app) tea.Cmd {
	if !m.im.loading.current(m.id) {
		return nil
	}
	m.im.loading.done()
	m.im.loaded, m.im.err = true, m.err
	if m.err != nil {
		return a.fail(m.err)
	}
	m.im.list = m.list
	m.im.at = min(m.im.at, max(len(m.list)-1, 0))
	return m.im.readBad(a)
}

// badShown is how many rejected rows are shown; the command line lists all.
const badShown = 500

func (im *imports) readBad(a *app) tea.Cmd {
	i := im.selected()
	if i == nil || i.Rejected == 0 {
		im.bad = nil
		return nil
	}
	ctx, id := im.reading.start(a.ctx)
	s, of := a.Store, i.ID
	return func() tea.Msg {
		bad, err := s.Rejections(ctx, of, 0, badShown)
		return rejectionsLoaded{im: im, id: id, of: of, bad: bad, err: err}
	}
}

func (m rejectionsLoaded) arrive(a *app) tea.Cmd {
	if !m.im.reading.current(m.id) {
		return nil
	}
	m.im.reading.done()
	if m.err != nil {
		return a.fail(m.err)
	}
	m.im.bad, m.im.badOf, m.im.off = m.bad, m.of, 0
	return nil
}

func (im *imports) selected() *model.Import {
	if im.at < 0 || im.at >= len(im.list) {
		return nil
	}
	return &im.list[im.at]
}

func (im *imports) title(*app) string { return "files loaded" }

func (im *imports) cursorLine() int {
	if len(im.list) == 0 {
		return -1
	}
	return im.at
}

func (im *imports) lines(a *app, sz size, _ bool) []string {
	t := a.theme
	if len(im.list) == 0 {
		switch {
		case im.err != nil:
			return block([]string{"", " " + t.bad.Render(safe.Line(im.err.Error()))}, sz)
		case !im.loaded:
			return block([]string{"", " reading"}, sz)
		}
		return block([]string{"", " No file has been loaded yet.", " i loads one"}, sz)
	}
	w := max(sz.w-2, 1)
	n := min(len(im.list), max(sz.h/3, 1))
	first := max(min(im.at-n/2, len(im.list)-n), 0)
	var out []string
	for i := first; i < first+n; i++ {
		imp := im.list[i]
		line := fmt.Sprintf(" %s  %s", fit(safe.Line(filepath.Base(imp.File)), min(30, w/3)), summary(imp))
		if i == im.at {
			line = t.selected.Render(fit(">"+line[1:], sz.w))
		}
		out = append(out, fit(line, sz.w))
	}
	imp := im.list[im.at]
	var more []string
	add := func(s string) { more = append(more, wrap(s, w)...) }
	add(fmt.Sprintf("read %s = %s stored + %s updated + %s duplicate + %s succeeded + %s not attempted + %s in progress + %s no send + %s rejected",
		number(imp.Read), number(imp.Stored), number(imp.Updated), number(imp.Duplicate), number(imp.Succeeded),
		number(imp.NotAttempted), number(imp.InProgress), number(imp.NotASend), number(imp.Rejected)))
	add(t.faint.Render("read as ") + safe.Line(imp.Format+" from "+imp.System) + t.faint.Render(", times: ") + zoneText(imp.Zone))
	for _, warning := range imp.Warnings {
		add(t.warn.Render(safe.Line(warning)))
	}
	if len(imp.Unmapped) > 0 {
		add(t.faint.Render("columns not used: " + safe.Line(strings.Join(imp.Unmapped, ", "))))
	}
	if imp.Rejected > 0 {
		more = append(more, a.rule(count(imp.Rejected, "row that could not be read", "rows that could not be read"), w))
		for _, b := range im.bad {
			add(t.warn.Render(fmt.Sprintf("line %d", b.Line)) + "  " + safe.Line(b.Reason))
			more = append(more, fitLine(t.faint.Render("  "+masked(b.Raw, false)), w))
		}
		if imp.Rejected > len(im.bad) && len(im.bad) > 0 {
			add(t.faint.Render(fmt.Sprintf("and %s more", number(imp.Rejected-len(im.bad)))))
		}
	} else {
		add(t.good.Render("no row was rejected"))
	}
	out = append(out, a.rule("", sz.w))
	im.high = max(sz.h-len(out), 1)
	im.total = len(more)
	im.off = max(min(im.off, im.total-im.high), 0)
	for _, l := range more[min(im.off, len(more)):] {
		out = append(out, " "+l)
	}
	return block(out, sz)
}

func zoneText(z model.Zone) string {
	switch z.From {
	case model.ZoneOffset:
		return "each carries its zone"
	case model.ZoneHeader:
		return safe.Line(z.Name) + ", as the column's name says"
	case model.ZoneFlag:
		return safe.Line(z.Name) + ", as you said"
	case model.ZoneAssumed:
		return "all or some without a zone, " + safe.Line(z.Name) + " assumed for those"
	}
	return "none in the file"
}

func (im *imports) actions(a *app) []action {
	some := func(*app) string {
		if im.selected() == nil {
			return "no file is selected"
		}
		return ""
	}
	pick := func(by int) func(a *app) tea.Cmd {
		return func(a *app) tea.Cmd {
			im.at = min(max(im.at+by, 0), max(len(im.list)-1, 0))
			return im.readBad(a)
		}
	}
	list := []action{
		{name: "next-file", keys: []string{"tab", "n"}, help: "next file", short: "next file", do: pick(1)},
		{name: "previous-file", keys: []string{"shift+tab", "p"}, help: "previous file", do: pick(-1)},
		{name: "undo-import", keys: []string{"U"}, help: "take everything out again that this file brought in", short: "undo import", why: some, do: func(a *app) tea.Cmd {
			imp := *im.selected()
			a.overlays = append(a.overlays, &confirm{
				question: "Take out what " + safe.Line(filepath.Base(imp.File)) + " brought in?",
				detail:   count(imp.Stored, "message goes", "messages go") + ". Those that another file has too go as well, until it is loaded again. Notes and steps on incidents stay.",
				yes:      "take out", no: "keep",
				do: func(a *app) tea.Cmd {
					ctx, s := a.ctx, a.Store
					return func() tea.Msg {
						n, err := s.UndoImport(ctx, imp.ID)
						return importUndone{im: im, n: n, err: err}
					}
				},
			})
			return nil
		}},
	}
	return append(list, moves(func(_ *app, by int) tea.Cmd {
		im.off = min(max(im.off+by, 0), max(im.total-im.high, 0))
		return nil
	}, func() int { return im.high }, func() int { return im.total })...)
}

type importUndone struct {
	im  *imports
	n   int
	err error
}

func (m importUndone) arrive(a *app) tea.Cmd {
	if m.err != nil {
		return a.fail(m.err)
	}
	a.say(count(m.n, "message", "messages") + " taken out")
	return tea.Batch(m.im.load(a), a.reload())
}
