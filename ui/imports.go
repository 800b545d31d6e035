package ui

import (
	"fmt"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
)

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
		line := fmt.Sprintf(" %s  %s", fit(safe.Line(filepath.Base(imp.File)), min(30, w/3)), became(imp))
		if imp.Unfinished() != "" {
			line = fmt.Sprintf(" %s  not to its end: %s", fit(safe.Line(filepath.Base(imp.File)), min(30, w/3)), became(imp))
		}
		if i == im.at {
			line = t.selected.Render(fit(">"+line[1:], sz.w))
		}
		out = append(out, fit(line, sz.w))
	}
	imp := im.list[im.at]
	var more []string
	add := func(s string) { more = append(more, wrap(s, w)...) }
	add(account(imp))
	add(t.faint.Render("read as ") + safe.Line(imp.Format+" from "+imp.System) + t.faint.Render(", times: ") + zoneText(imp.Zone))
	for _, warning := range imp.Warnings {
		add(t.warn.Render(safe.Line(warning)))
	}
	if len(imp.Unmapped) > 0 {
		add(t.faint.Render("columns not used: " + safe.Line(strings.Join(imp.Unmapped, ", "))))
	}
	if imp.Rejected > 0 {
		more = append(more, a.theme.rule(model.Count(imp.Rejected, "row that could not be read", "rows that could not be read"), w))
		for _, b := range im.bad {
			add(t.warn.Render(fmt.Sprintf("line %d", b.Line)) + "  " + safe.Line(b.Reason))
			more = append(more, fitLine(t.faint.Render("  "+masked(b.Raw, false)), w))
		}
		if imp.Rejected > len(im.bad) && len(im.bad) > 0 {
			add(t.faint.Render(fmt.Sprintf("and %s more", model.Thousands(imp.Rejected-len(im.bad)))))
		}
	} else {
		add(t.good.Render("no row was rejected"))
	}
	out = append(out, a.theme.rule("", sz.w))
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

// account says what became of each row; the parts add up to all of them.
func account(i model.Import) string {
	parts := []string{model.Thousands(i.Stored) + " stored"}
	for _, x := range []struct {
		n    int
		what string
	}{{i.Updated, "known before and failed again"}, {i.Duplicate, "seen before or equal to another row"}, {i.Succeeded, "went well"},
		{i.NotAttempted, "not attempted"}, {i.InProgress, "say queued or sent"}, {i.NotASend, "no sends"}, {i.Rejected, "could not be read"}} {
		if x.n > 0 {
			parts = append(parts, model.Thousands(x.n)+" "+x.what)
		}
	}
	return model.Count(i.Read, "row", "rows") + " = " + strings.Join(parts, " + ")
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
		{name: "columns", keys: []string{"m"}, help: "what its columns are: look, correct, load again", short: "columns", why: func(*app) string {
			switch i := im.selected(); {
			case i == nil:
				return "no file is selected"
			case i.Format != "csv" && i.Format != "xlsx" && i.Format != "zip":
				return "only a table has columns, and this is none"
			case strings.HasPrefix(i.File, pastedName):
				return "a pasted text is not kept; paste it again"
			}
			return ""
		}, do: func(a *app) tea.Cmd {
			i := im.selected()
			return a.openMapping(Log{Name: i.File}, i, nil)
		}},
		{name: "undo-import", keys: []string{"U"}, help: "take everything out again that this file brought in", short: "undo import", why: some, do: func(a *app) tea.Cmd {
			imp := *im.selected()
			a.overlays = append(a.overlays, &confirm{
				question: "Take out what " + safe.Line(filepath.Base(imp.File)) + " brought in?",
				detail:   model.Count(imp.Stored, "message goes", "messages go") + ". Those that another file has too go as well, until it is loaded again. Notes and steps on incidents stay.",
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
	a.say(model.Count(m.n, "message", "messages") + " taken out")
	return tea.Batch(m.im.load(a), a.reload())
}
