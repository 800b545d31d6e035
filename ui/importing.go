package ui

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"unsent/model"
	"unsent/safe"
)

// A job is a log to load, and how it is to be read when somebody has said it.
type job struct {
	Log
	how *model.Reading
}

// name is what the log is called on the screen.
func (l Log) name() string { return safe.Line(filepath.Base(l.Name)) }

// importing is the import that is running, while the agent works on.
type importing struct {
	task
	jobs    []job    // the one being loaded first
	refused []string // files of this row of jobs that could not be loaded
	halted  int      // number of the import that was stopped last
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
	if len(im.jobs) == 0 {
		return ""
	}
	return im.jobs[0].name()
}

// halt stops the import and lets go of the files behind it; it says which.
func (im *importing) halt() string {
	if im.active {
		im.halted = im.id
	}
	im.stop()
	var names []string
	for _, j := range im.jobs[min(1, len(im.jobs)):] {
		names = append(names, j.name())
	}
	im.jobs = nil
	if len(names) == 0 {
		return ""
	}
	return "; not loaded: " + strings.Join(names, ", ")
}

// line is the progress in at most w cells: how far, how many rows, how fast, how
// long yet. What there is no room for is left out from the end, the bar first.
func (im *importing) line(a *app, w int) string {
	secs := a.Now().Sub(im.began).Seconds()
	parts := []string{"loading " + im.name()}
	bar := ""
	if im.now.TotalBytes > 0 {
		share := min(max(float64(im.now.Bytes)/float64(im.now.TotalBytes), 0), 1)
		parts = append(parts, fmt.Sprintf("%d %%", int(share*100)))
		const cells = 12
		full := int(share * cells)
		bar = strings.Repeat(a.theme.signs.full, full) + strings.Repeat(a.theme.signs.rule, cells-full) + "  "
	}
	if im.now.Read > 0 {
		parts = append(parts, model.Count(im.now.Read, "row", "rows"))
	}
	if secs > 1 && im.now.Read > 0 {
		parts = append(parts, model.Thousands(int(float64(im.now.Read)/secs))+"/s")
		if left := im.now.TotalBytes - im.now.Bytes; left > 0 && im.now.Bytes > 0 {
			parts = append(parts, left1(time.Duration(float64(left)/float64(im.now.Bytes)*secs*float64(time.Second)))+" left")
		}
	}
	stops := "esc stops"
	if len(a.stack) > 1 {
		stops = "esc at home stops"
	}
	for _, s := range []string{bar + strings.Join(append(parts, stops), "  "), strings.Join(append(parts, stops), "  ")} {
		if ansi.StringWidth(s) <= w {
			return s
		}
	}
	for len(parts) > 1 && ansi.StringWidth(strings.Join(parts, "  ")) > w {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, "  ")
}

func left1(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds())+1)
	}
	return fmt.Sprintf("%d min", int(d.Minutes())+1)
}

// startFiles loads files one after another, beside everything else.
func (a *app) startFiles(names []string) tea.Cmd {
	jobs := make([]job, len(names))
	for i, name := range names {
		jobs[i].Name = name
	}
	return a.startImport(jobs...)
}

// startImport loads logs one after another, beside everything else.
func (a *app) startImport(jobs ...job) tea.Cmd {
	if a.importing.active {
		a.importing.jobs = append(a.importing.jobs, jobs...)
		return a.say("waits until " + a.importing.name() + " is loaded")
	}
	a.importing.jobs, a.importing.refused = jobs, nil
	return a.nextImport()
}

func (a *app) nextImport() tea.Cmd {
	ctx, id := a.importing.start(a.ctx)
	a.importing.now, a.importing.began = model.Import{}, a.Now()
	return runImport(ctx, id, a.Import, a.importing.jobs[0])
}

type importProgress struct {
	id   int
	imp  model.Import
	more tea.Cmd
}

type importDone struct {
	id  int
	job job
	imp Loaded
	err error
}

// runImport starts the import and delivers its first message. Progress goes
// through a channel that holds only the newest, so that the import never waits
// for the screen.
func runImport(ctx context.Context, id int, load func(context.Context, Log, *model.Reading, func(model.Import)) (Loaded, error), j job) tea.Cmd {
	return func() tea.Msg {
		progress := make(chan model.Import, 1)
		done := make(chan importDone, 1)
		go func() {
			imp, err := load(ctx, j.Log, j.how, func(p model.Import) {
				select {
				case <-progress:
				default:
				}
				progress <- p
			})
			done <- importDone{id: id, job: j, imp: imp, err: err}
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
		if len(a.home.all) == 0 {
			return tea.Batch(m.more, a.readFirst())
		}
		return tea.Batch(m.more, a.reload())
	}
	return m.more
}

func (m importDone) arrive(a *app) tea.Cmd {
	if !a.importing.current(m.id) {
		if m.id == a.importing.halted && errors.Is(m.err, context.Canceled) {
			a.say(kept(m.job, m.imp.Import))
		}
		return a.reload() // stopped: what was loaded stays and is shown
	}
	a.importing.done()
	if len(a.importing.jobs) > 0 {
		a.importing.jobs = a.importing.jobs[1:]
	}
	imp := m.imp.Import
	a.importing.last = &imp
	var cmds []tea.Cmd
	switch {
	case errors.Is(m.err, model.ErrColumns):
		cmds = append(cmds, a.askColumns(m.job.Log, m.err))
	case m.err != nil:
		a.importing.refused = append(a.importing.refused, m.job.name())
		cmds = append(cmds, a.fail(m.err))
	default:
		if imp.File == "" {
			imp.File = m.job.Name
		}
		if f := m.imp.Only; f != nil {
			cmds = append(cmds, a.openMessage(f))
		}
		a.say(summary(imp))
		a.noticeBad = imp.Rejected > 0
	}
	a.sayRefused(m.err != nil && !errors.Is(m.err, model.ErrColumns))
	cmds = append(cmds, a.reload())
	if c, ok := a.top().(*caseView); ok && m.imp.Only == nil {
		cmds = append(cmds, c.load(a))
	}
	for _, s := range a.stack { // it may wait below the columns of the next table
		if im, ok := s.(*imports); ok {
			cmds = append(cmds, im.load(a))
		}
	}
	if len(a.importing.jobs) > 0 { // one bad file does not keep the others out
		cmds = append(cmds, a.nextImport())
	}
	return tea.Batch(cmds...)
}

// sayRefused names at the end of a row of files those that could not be loaded,
// for what was said of each was gone with the next. Told says that the screen has
// just told of the last of them.
func (a *app) sayRefused(told bool) {
	refused := a.importing.refused
	if len(a.importing.jobs) > 0 || len(refused) == 0 || len(refused) == 1 && told {
		return
	}
	names := strings.Join(refused[:min(len(refused), 6)], ", ")
	if more := len(refused) - 6; more > 0 {
		names += " and " + model.Thousands(more) + " more"
	}
	a.warn("not loaded: " + names + "; load one by itself to see why")
}

// kept says what stays of an import that was stopped.
func kept(j job, i model.Import) string {
	again := "loading it again goes on from there"
	if j.Pasted {
		again = "pasting it again goes on from there"
	}
	if i.Read == 0 {
		return "stopped loading " + j.name() + ": nothing of it was kept"
	}
	return fmt.Sprintf("stopped loading %s: %s read so far, %s kept; %s", j.name(), model.Count(i.Read, "row", "rows"), model.Count(i.Failures(), "failure is", "failures are"), again)
}

// openMessage shows the case of one message.
func (a *app) openMessage(f *model.Failure) tea.Cmd {
	if len(a.overlays) > 0 {
		return nil // somebody is answering a question; the list shows the message as well
	}
	c := newCase(model.Incident{ID: f.Incident, Code: f.Code, Vendor: f.Vendor, HTTP: f.HTTPStatus, Title: f.Title, State: model.StateNew, Failures: 1}, f)
	a.push(c)
	return c.load(a)
}

// summary says what became of a file, in one sentence, and where there is more to
// know about it.
func summary(i model.Import) string {
	s := safe.Line(filepath.Base(i.File)) + ": " + became(i)
	switch notes := model.Count(len(i.Warnings), "remark", "remarks"); {
	case i.Read == 0 || i.Rejected == 0 && len(i.Warnings) == 0:
	case i.Rejected == 0 && len(i.Warnings) == 1:
		s += "; 1 remark: b shows it"
	case i.Rejected == 0:
		s += "; " + notes + ": b shows them"
	case len(i.Warnings) == 0:
		s += ": b shows them with line and reason"
	default:
		s += ": b shows them with line and reason, and " + notes
	}
	return s
}

// became is the sentence without the file's name.
func became(i model.Import) string {
	switch {
	case i.Read == 0:
		s := "no rows"
		if len(i.Warnings) > 0 {
			s += " (" + safe.Line(i.Warnings[0]) + ")"
		}
		return s
	case i.Stored == 0 && i.Updated == 0 && i.Duplicate > 0 && i.Rejected == 0:
		return fmt.Sprintf("seen before (the same %s). 0 new", model.Count(i.Duplicate, "record", "records"))
	case i.Stored == 0 && i.Updated == 0 && i.Rejected == 0:
		return fmt.Sprintf("%s read, 0 failures (%s). Nothing in it to triage", model.Count(i.Read, "row", "rows"), others(i))
	}
	s := fmt.Sprintf("%s of %s", model.Count(i.Stored, "new failure", "new failures"), model.Count(i.Read, "row", "rows"))
	if i.Updated > 0 {
		s += ", " + model.Thousands(i.Updated) + " known before and failed again"
	}
	if i.Duplicate > 0 {
		s += ", " + model.Thousands(i.Duplicate) + " seen before or equal to another row"
	}
	if o := others(i); o != "" {
		s += ", " + o
	}
	if i.Rejected > 0 {
		s += fmt.Sprintf("; %s could not be read", model.Count(i.Rejected, "row", "rows"))
	}
	return s
}

// others are the rows that are no failures.
func others(i model.Import) string {
	var parts []string
	for _, x := range []struct {
		n    int
		what string
	}{{i.Succeeded, "went well"}, {i.InProgress, "say queued or sent"}, {i.NotAttempted, "not attempted"}, {i.NotASend, "no sends"}} {
		if x.n > 0 {
			parts = append(parts, model.Thousands(x.n)+" "+x.what)
		}
	}
	return strings.Join(parts, ", ")
}

// askImport asks for a file's name.
func (a *app) askImport() tea.Cmd {
	return a.ask(&input{label: "Load which file?", hint: "a path; tab completes. CSV, Excel, JSON, zip", files: true, need: true, do: func(a *app, path string) tea.Cmd {
		return a.startFiles(matching(expand(path)))
	}})
}
