package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// home lists the incidents, the biggest first.
type home struct {
	all    []model.Incident
	shown  []model.Incident // all that the filter lets through, sorted
	at     int              // selected, index into shown
	off    int              // first line shown
	high   int              // lines of the table when it was drawn last
	part   bool             // more incidents are still to come
	want   model.IncidentID // selection to keep while the list changes
	moved  bool             // the agent has moved the selection
	marks  map[model.IncidentID]bool
	marked model.IncidentID // the last one that was marked; a range begins there
	filter string
	sort   int
	desc   bool // the other way round
	loaded bool
	err    error
	open   *caseView // the selected incident's case
	likely likely
}

func (h *home) title(a *app) string {
	said := ""
	if h.filter != "" {
		said = "filter: " + safe.Line(h.filter)
	}
	if n := len(h.marks); n > 0 {
		said += "  " + model.Thousands(n) + " marked"
	}
	return said
}

// set takes a new list and keeps the selection on the same incident.
func (h *home) set(all []model.Incident) {
	h.all = all
	for id := range h.marks { // what has become a part of another is not changed unseen
		if !slices.ContainsFunc(all, func(inc model.Incident) bool { return inc.ID == id }) {
			delete(h.marks, id)
		}
	}
	if h.moved || h.want != 0 {
		if s := h.selected(); s != nil && h.want == 0 {
			h.want = s.ID
		}
	}
	h.refilter()
}

func (h *home) selected() *model.Incident {
	if h.at < 0 || h.at >= len(h.shown) {
		return nil
	}
	return &h.shown[h.at]
}

// refilter applies filter and sorting. The selected incident stays selected
// when it is still shown.
func (h *home) refilter() {
	want := h.want
	if want == 0 && h.moved {
		if s := h.selected(); s != nil {
			want = s.ID
		}
	}
	h.shown = h.shown[:0:0]
	for _, inc := range h.all {
		if matches(h.filter, inc) {
			h.shown = append(h.shown, inc)
		}
	}
	slices.SortStableFunc(h.shown, func(x, y model.Incident) int {
		if a, b := x.Shape == model.ShapeScattered, y.Shape == model.ShapeScattered; a != b {
			if a { // no fault, and so behind the faults
				return 1
			}
			return -1
		}
		n := sorts[h.sort].less(x, y)
		if h.desc {
			n = -n
		}
		return n
	})
	h.at = 0
	for i := range h.shown {
		if h.shown[i].ID == want {
			h.at = i
		}
	}
	if h.loaded && !h.part {
		h.want = 0
	}
	h.scroll()
}

// sorts are the orders of the list; the first is the one it begins with.
var sorts = []struct {
	name string
	less func(x, y model.Incident) int
}{
	{"impact", func(x, y model.Incident) int { return y.Failures - x.Failures }},
	{"newest", func(x, y model.Incident) int { return y.Last.Compare(x.Last) }},
	{"code", func(x, y model.Incident) int {
		a, _ := x.Code.Int()
		b, _ := y.Code.Int()
		return a - b
	}},
	{"state", func(x, y model.Incident) int {
		return slices.Index(model.CaseStates, x.State) - slices.Index(model.CaseStates, y.State)
	}},
}

// matches applies the filter: "text", "!text" for all without it, "-f txt" for
// letters in this order with others between.
func matches(filter string, inc model.Incident) bool {
	if filter == "" {
		return true
	}
	hay := strings.ToLower(strings.Join([]string{inc.ID.String(), errorName(inc), inc.Title, where(inc), inc.WABA, inc.Template,
		inc.Language, inc.PhoneID, string(inc.State), inc.Assignee, inc.Ticket, verdictOf(inc)}, " "))
	f := strings.ToLower(filter)
	if rest, ok := strings.CutPrefix(f, "!"); ok {
		return rest == "" || !strings.Contains(hay, strings.TrimSpace(rest))
	}
	if rest, ok := strings.CutPrefix(f, "-f "); ok {
		return fuzzy(strings.TrimSpace(rest), hay)
	}
	for _, word := range strings.Fields(f) {
		if !strings.Contains(hay, word) {
			return false
		}
	}
	return true
}

func fuzzy(needle, hay string) bool {
	rest := hay
	for _, r := range needle {
		i := strings.IndexRune(rest, r)
		if i < 0 {
			return false
		}
		rest = rest[i+len(string(r)):]
	}
	return true
}

// errorName is the shortest name of an incident's error.
func errorName(inc model.Incident) string {
	switch {
	case inc.Code != "":
		return string(inc.Code)
	case inc.Vendor != (model.Vendor{}):
		return safe.Line(inc.Vendor.String())
	case inc.HTTP != 0:
		return "HTTP " + itoa(inc.HTTP)
	}
	return "no code"
}

// where says what an incident is confined to: what its shape is about first, then
// the rest as far as the counts tell.
func where(inc model.Incident) string { return strings.Join(whereParts(inc, 6), ", ") }

// shortWhere is the same in w cells. Ids get shorter, then the last parts go, so
// that what is left can be read; only the first is ever cut.
func shortWhere(inc model.Incident, w int) string {
	for _, digits := range []int{6, 4} {
		if s := strings.Join(whereParts(inc, digits), ", "); cells(s) <= w {
			return fit(s, w)
		}
	}
	for _, digits := range []int{6, 4} {
		parts := whereParts(inc, digits)
		for n := len(parts) - 1; n > 0; n-- {
			if s := strings.Join(parts[:n], ", "); cells(s) <= w {
				return fit(s, w)
			}
		}
	}
	first := strings.Join(whereParts(inc, 4)[:1], "")
	if name, _, cut := strings.Cut(first, " / "); cut && cells(first) > w {
		first = name
	}
	return middle(first, w)
}

// whereParts are the parts of where, with that many of an id's last digits.
func whereParts(inc model.Incident, digits int) []string {
	template, waba := "", ""
	switch {
	case inc.Template != "" && inc.Language != "":
		template = inc.Template + " / " + inc.Language
	case inc.Template != "":
		template = inc.Template
	case inc.Templates > 1:
		template = model.Count(inc.Templates, "template", "templates")
	case inc.WABAs == 0:
		template = "no template named"
	}
	switch {
	case inc.WABA != "":
		waba = "WABA …" + tail(inc.WABA, digits)
	case inc.WABAs > 1:
		waba = model.Count(inc.WABAs, "WABA", "WABAs")
	}
	parts := []string{template, waba}
	switch inc.Shape {
	case model.ShapeOutage, model.ShapeAccount:
		parts = []string{waba, template}
	case model.ShapeApp:
		parts = []string{"one app", waba, template}
	case model.ShapeNumber:
		parts = []string{"one number", template}
		if inc.PhoneID != "" {
			parts[0] = "number …" + tail(inc.PhoneID, digits)
		}
	case model.ShapeRecipient:
		parts = []string{"one recipient", template}
	case model.ShapeFormat:
		parts = []string{"many recipients", waba}
	case model.ShapeScattered:
		parts = []string{"scattered", waba}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	for i := range parts {
		parts[i] = safe.Line(parts[i])
	}
	return parts
}

// tail is the last n letters of an id: enough to tell two apart at a glance.
func tail(id string, n int) string {
	r := []rune(id)
	return string(r[max(len(r)-n, 0):])
}

// verdictOf is the article's verdict for an incident, in four words or fewer.
func verdictOf(inc model.Incident) string {
	m := kb.For(triage.Facts(&inc))
	if !m.Known {
		return "not in the knowledge base"
	}
	return m.Article.Verdict
}

func (h *home) scroll() {
	if h.high <= 0 {
		return
	}
	h.off = min(max(h.off, h.at-h.high+1), h.at)
	h.off = max(min(h.off, len(h.shown)-h.high+1), 0) // one line for what is said at the end
}

// cursorLine is the selected line within the body.
func (h *home) cursorLine() int {
	if len(h.shown) == 0 {
		return -1
	}
	return 1 + h.at - h.off
}

func (h *home) lines(a *app, sz size, focus bool) []string {
	if len(h.all) == 0 {
		return h.empty(a, sz)
	}
	l := layoutFor(a.term)
	table := sz
	var reason []string
	if l.columns() == 1 && l.reason > 0 {
		reason = h.reason(a, sz.w, l.reason)
		table.h -= len(reason)
	}
	h.high = max(table.h-1, 1)
	h.scroll()
	cols := homeColumns(sz.w, l.columns() > 1)
	out := []string{a.theme.faint.Render(fit(cols.header(), sz.w))}
	for i := h.off; i < len(h.shown) && len(out) < table.h; i++ {
		inc := h.shown[i]
		line := cols.line(a, &inc, h.likely.word(&inc), h.marks[inc.ID], i == h.at)
		if i == h.at {
			style := a.theme.selected
			if !focus {
				style = a.theme.strong
			}
			line = style.Render(fit(line, sz.w))
		}
		out = append(out, line)
	}
	if more := a.totals.Incidents - len(h.all); more > 0 && len(h.all) >= listed && h.off+h.high >= len(h.shown) && len(out) < table.h {
		out = append(out, a.theme.faint.Render(fitLine(fmt.Sprintf("  the %s biggest are listed; %s smaller ones are found by searching the messages (l /)", model.Thousands(len(h.all)), model.Thousands(more)), sz.w)))
	}
	if len(h.shown) == 0 {
		out = append(out, "", " "+a.theme.warn.Render("No incident matches "+safe.Line(h.filter)), " esc clears the filter")
	}
	return block(append(block(out, table), reason...), sz)
}

// empty says what to do when nothing is loaded.
func (h *home) empty(a *app, sz size) []string {
	t := a.theme
	var lines []string
	switch {
	case h.err != nil:
		lines = append(lines, t.bad.Render("The database could not be read."), "", safe.Line(h.err.Error()))
		if hint := model.Hint(h.err); hint != "" {
			lines = append(lines, safe.Line(hint))
		}
		lines = append(lines, "", t.barKey.Render(" ctrl+r ")+" try again")
	case !h.loaded:
		lines = append(lines, "reading the database")
	case a.importing.active:
		lines = append(lines, "Loading "+a.importing.name()+".", "", "Incidents appear here as they are found.")
	case a.totals.Imports > 0:
		lines = append(lines, t.strong.Render("No failed message is loaded."), "")
		if imp := a.importing.last; imp != nil {
			lines = append(lines, wrap(summary(*imp), min(sz.w-4, prose))...)
			lines = append(lines, "")
		}
		lines = append(lines, t.barKey.Render(" i ")+" load another log", t.barKey.Render(" I ")+" what was loaded, and what was rejected")
	default:
		lines = append(lines, t.strong.Render("Nothing is loaded yet."), "",
			t.barKey.Render(" i ")+" load a failure log: CSV, Excel, webhook JSON, also in a zip",
			" or paste what you have: an error message, some rows, a webhook",
			t.barKey.Render(" K ")+" read the knowledge base",
			t.barKey.Render(" ? ")+" help", "",
			t.faint.Render("To try it on invented data: unsent demo"))
	}
	var out []string
	if sz.h > len(lines)+2 {
		out = append(out, "")
	}
	for _, line := range lines {
		for _, part := range wrap(line, max(sz.w-4, 1)) {
			out = append(out, "  "+part)
		}
	}
	return block(out, sz)
}

func (h *home) move(a *app, by int) tea.Cmd {
	if len(h.shown) == 0 {
		return nil
	}
	h.moved, h.want = true, 0
	h.at = min(max(h.at+by, 0), len(h.shown)-1)
	h.scroll()
	return a.preview()
}

func (h *home) actions(a *app) []action {
	some := func(*app) string {
		if h.selected() == nil {
			return "no incident is selected"
		}
		return ""
	}
	list := []action{
		{name: "open", keys: []string{"enter"}, help: "open the incident", short: "open", why: some, do: func(a *app) tea.Cmd {
			cmd := a.preview()
			a.push(h.open)
			return tea.Batch(cmd, h.open.whole(a))
		}},
	}
	// On home these act on the case of the selected incident, so that the main
	// job needs no more keys than it must.
	list = append(list,
		action{name: "express", keys: []string{"E"}, help: "open, check and build the packet at once", short: "express", why: some, do: func(a *app) tea.Cmd {
			cmd := a.preview()
			a.push(h.open)
			return tea.Batch(cmd, h.open.check(a, nil), h.open.openPacket(a))
		}},
		action{name: "messages", keys: []string{"l"}, help: "all failed messages, newest first", short: "messages", do: func(a *app) tea.Cmd { return a.openRows(model.Query{}) }},
		planAction(func() (model.Target, bool) {
			if inc := h.selected(); inc != nil {
				return model.Target{Incident: inc.ID}, true
			}
			return model.Target{}, false
		}),
		timelineAction(nil),
		action{name: "filter", keys: []string{"/"}, help: "filter: text, !text without it, -f txt fuzzy", short: "filter", do: func(a *app) tea.Cmd {
			return a.ask(&input{label: "Filter incidents", hint: "text   !text: all without it   -f txt: fuzzy", value: h.filter,
				live: func(a *app, s string) tea.Cmd { h.filter = strings.TrimSpace(s); h.refilter(); return a.preview() },
				do:   func(a *app, s string) tea.Cmd { h.filter = strings.TrimSpace(s); h.refilter(); return a.preview() }})
		}},
	)
	list = append(list, moves(func(a *app, by int) tea.Cmd { return h.move(a, by) }, func() int { return h.high }, func() int { return len(h.shown) })...)
	list = append(list,
		action{name: "sort", keys: []string{"s"}, help: "sort by impact, newest, code, state", do: func(a *app) tea.Cmd {
			h.sort = (h.sort + 1) % len(sorts)
			h.refilter()
			said := "sorted by " + sorts[h.sort].name
			if a.totals.Incidents > len(h.all) {
				said += ", among the " + model.Thousands(len(h.all)) + " biggest"
			}
			a.say(said)
			return a.preview()
		}},
		action{name: "reverse", keys: []string{"S"}, help: "sort the other way round", do: func(a *app) tea.Cmd {
			h.desc = !h.desc
			h.refilter()
			return a.preview()
		}},
	)
	list = append(list, h.markActions()...)
	return append(list, states(h.chosen)...)
}

// moves are the actions that move a selection or scroll; page and all tell how
// far a page and the whole are.
func moves(move func(a *app, by int) tea.Cmd, page, all func() int) []action {
	by := func(n func() int) func(*app) tea.Cmd { return func(a *app) tea.Cmd { return move(a, n()) } }
	return []action{
		{name: "down", keys: []string{"j", "down"}, help: "down", do: by(func() int { return 1 })},
		{name: "up", keys: []string{"k", "up"}, help: "up", do: by(func() int { return -1 })},
		{name: "page-down", keys: []string{"pgdown", "ctrl+d"}, help: "a page down", do: by(func() int { return max(page(), 1) })},
		{name: "page-up", keys: []string{"pgup", "ctrl+u"}, help: "a page up", do: by(func() int { return -max(page(), 1) })},
		{name: "top", keys: []string{"g", "home"}, help: "to the top", do: by(func() int { return -all() })},
		{name: "bottom", keys: []string{"G", "end"}, help: "to the end", do: by(func() int { return all() })},
	}
}

// states are the actions that change how far the work on incidents has come.
func states(ids func() []model.IncidentID) []action {
	why := func(*app) string {
		if len(ids()) == 0 {
			return "no incident is selected"
		}
		return ""
	}
	set := func(to model.CaseState) func(a *app) tea.Cmd {
		return func(a *app) tea.Cmd {
			all, ctx, s, who := ids(), a.ctx, a.Store, a.Who
			return writeAll(named(all)+" now "+string(to)+undoable, func(done func()) error {
				for _, id := range all {
					if err := s.SetState(ctx, id, to, "", "", who); err != nil {
						return err
					}
					done()
				}
				return nil
			})
		}
	}
	return []action{
		{name: "assign", keys: []string{"a"}, help: "assign to me and mark as working", why: why, do: func(a *app) tea.Cmd {
			all, ctx, s, who := ids(), a.ctx, a.Store, a.Who
			return writeAll(named(all)+" assigned to "+safe.Line(who)+undoable, func(done func()) error {
				for _, id := range all {
					if err := s.Assign(ctx, id, who, who); err != nil {
						return err
					}
					done()
					if err := s.SetState(ctx, id, model.StateWorking, "", "", who); err != nil {
						return err
					}
					done()
				}
				return nil
			})
		}},
		{name: "waiting", keys: []string{"w"}, help: "state: waiting", why: why, do: set(model.StateWaiting)},
		{name: "escalated", keys: []string{"X"}, help: "state: escalated", why: why, do: set(model.StateEscalated)},
		{name: "solved", keys: []string{"d"}, help: "state: solved", why: why, do: set(model.StateSolved)},
		{name: "reopen", keys: []string{"N"}, help: "state: new again", why: why, do: set(model.StateNew)},
	}
}
