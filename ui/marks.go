package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// This file marks incidents, so that one key changes all of them.

func (h *home) markActions() []action {
	some := func(*app) string {
		if h.selected() == nil {
			return "no incident is selected"
		}
		return ""
	}
	return []action{
		{name: "mark", keys: []string{"space"}, help: "mark it, or unmark it; a w X d N change all marked", why: some, do: func(a *app) tea.Cmd {
			if id := h.selected().ID; h.marks[id] {
				delete(h.marks, id)
				h.marked = 0
			} else {
				h.mark(id)
			}
			return h.move(a, 1)
		}},
		{name: "mark-range", keys: []string{"ctrl+space"}, help: "mark all from the last mark to here", why: func(a *app) string {
			if h.selected() != nil && h.markedAt() < 0 {
				return "space marks the incident where the range begins"
			}
			return some(a)
		}, do: func(a *app) tea.Cmd {
			from, to := h.markedAt(), h.at
			for i := min(from, to); i <= max(from, to); i++ {
				h.mark(h.shown[i].ID)
			}
			return a.say(model.Count(len(h.marks), "incident is", "incidents are") + " marked")
		}},
		{name: "unmark", keys: []string{"ctrl+\\"}, help: "clear all marks", do: func(a *app) tea.Cmd {
			h.marks, h.marked = nil, 0
			return a.say("marks cleared")
		}},
	}
}

func (h *home) mark(id model.IncidentID) {
	if h.marks == nil {
		h.marks = map[model.IncidentID]bool{}
	}
	h.marks[id], h.marked = true, id
}

// markedAt is the row of the last mark, -1 when there is none in the list.
func (h *home) markedAt() int {
	return slices.IndexFunc(h.shown, func(inc model.Incident) bool { return h.marks[inc.ID] && inc.ID == h.marked })
}

// chosen are the incidents that a change is made to: the marked ones, or else the
// selected one. A mark that the filter hides counts as well, and the title bar
// says how many there are.
func (h *home) chosen() []model.IncidentID {
	var ids []model.IncidentID
	for i := range h.all {
		if h.marks[h.all[i].ID] {
			ids = append(ids, h.all[i].ID)
		}
	}
	if inc := h.selected(); len(ids) == 0 && inc != nil {
		ids = append(ids, inc.ID)
	}
	return ids
}

// named is one incident by its number, or how many.
func named(ids []model.IncidentID) string {
	if len(ids) == 1 {
		return ids[0].String()
	}
	return model.Count(len(ids), "incident", "incidents")
}
