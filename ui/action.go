package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// An action is something that the agent can do: its name in the command
// palette, its keys, its line in the help, and what it does. Keys, help,
// palette and footer are all read from the screens' lists of actions.
type action struct {
	name  string   // ":name", one word
	keys  []string // as Bubble Tea spells them
	help  string   // what it does, in a few words
	short string   // one word for the footer; empty: not in the footer
	// why says why it cannot be done now; empty: it can. A disabled action is
	// shown all the same, with this reason.
	why func(a *app) string
	do  func(a *app) tea.Cmd
}

func (x action) reason(a *app) string {
	if x.why == nil {
		return ""
	}
	return x.why(a)
}

// has reports whether key runs the action.
func (x action) has(key string) bool {
	for _, k := range x.keys {
		if k == key {
			return true
		}
	}
	return false
}

// keyName is a key as people write it.
func keyName(k string) string {
	switch k {
	case "space":
		return "space"
	case "pgdown":
		return "PgDn"
	case "pgup":
		return "PgUp"
	case "down":
		return "↓"
	case "up":
		return "↑"
	}
	return k
}

// keyList is the keys of an action for the help.
func (x action) keyList() string {
	var all []string
	for _, k := range x.keys {
		all = append(all, keyName(k))
	}
	return strings.Join(all, " ")
}

// actions are what works now: those of the screen on top, then those that work
// everywhere, but for those whose key the screen has for something of its own.
func (a *app) actions() []action {
	list := a.top().actions(a)
	own := map[string]bool{}
	for _, x := range list {
		for _, k := range x.keys {
			own[k] = true
		}
	}
	for _, x := range a.everywhere() {
		if slices.ContainsFunc(x.keys, func(k string) bool { return !own[k] }) {
			list = append(list, x)
		}
	}
	return list
}

// run does the action, or says why it cannot be done.
func (a *app) run(x action) tea.Cmd {
	if why := x.reason(a); why != "" {
		return a.warn(x.help + ": " + why)
	}
	return x.do(a)
}

// everywhere are the actions of every screen.
func (a *app) everywhere() []action {
	loadWord := ""
	if a.totals.Messages == 0 { // then it is what to do
		loadWord = "load a log"
	}
	return []action{
		{name: "back", keys: []string{"esc", "-"}, help: "back one level; at home: stop the running work, clear the filter", do: (*app).back},
		{name: "help", keys: []string{"?"}, help: "what works here; type to filter, enter runs it", short: "help", do: (*app).openHelp},
		{name: "command", keys: []string{":"}, help: "run an action by its name", do: (*app).openPalette},
		{name: "import", keys: []string{"i"}, help: "load a failure log", short: loadWord, do: (*app).askImport},
		{name: "paste", keys: []string{"ctrl+v"}, help: "paste a message or an error", do: (*app).openPasteBox},
		{name: "imports", keys: []string{"I", "b"}, help: "files loaded so far, rejected rows, undo of an import", do: (*app).openImports},
		{name: "kb", keys: []string{"K"}, help: "the knowledge base", do: (*app).openKB},
		{name: "account", keys: []string{"B"}, help: "business accounts and their tokens: add, change, remove", why: noAccounts, do: (*app).openAccounts},
		{name: "undo", keys: []string{"z"}, help: "undo the last change of state, step, note or place", do: (*app).undo},
		{name: "redo", keys: []string{"Z"}, help: "do it again", do: (*app).redo},
		{name: "refresh", keys: []string{"ctrl+r"}, help: "read the database again", do: (*app).refresh},
		{name: "redraw", keys: []string{"ctrl+l"}, help: "draw the screen anew", do: func(*app) tea.Cmd { return tea.ClearScreen }},
		{name: "quit", keys: []string{"q"}, help: "leave the console", short: "quit", do: (*app).quit},
	}
}
