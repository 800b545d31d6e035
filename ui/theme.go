package ui

import (
	"charm.land/lipgloss/v2"

	"unsent/model"
)

// colours is the console's colours on one kind of background. Contrast with
// the background is at least 4.5:1 for every one (WCAG 2.1, 1.4.3); a test
// computes it. Terminals with fewer colours get the nearest, and without colour
// every meaning has a sign and a word as well.
type colours struct {
	background                                   string // what the terminal is taken to have
	text, faint, accent, good, bad, warn, link   string
	selectedText, selectedBack, barText, barBack string
}

var dark = colours{
	background: "#15161e",
	text:       "#d8dbe6", faint: "#9aa0b4", accent: "#8fb8ff", good: "#8fd694", bad: "#ff9b93", warn: "#f2c879", link: "#8fd0e8",
	selectedText: "#ffffff", selectedBack: "#2f3b57", barText: "#d8dbe6", barBack: "#232633",
}

var light = colours{
	background: "#ffffff",
	text:       "#1f2430", faint: "#5b6273", accent: "#1f4fb4", good: "#186a2b", bad: "#a8201a", warn: "#7a5200", link: "#0b5d78",
	selectedText: "#000000", selectedBack: "#d5e2fb", barText: "#1f2430", barBack: "#e8eaf0",
}

// A theme names meanings; nothing else in the package knows a colour.
type theme struct {
	plain, strong, faint, accent, good, bad, warn lipgloss.Style
	head, code, link, selected, bar, barKey, mark lipgloss.Style
	signs                                         signs
}

// signs are the marks of the screen, for terminals that can draw them or cannot.
type signs struct {
	verdict map[model.Verdict]string
	step    map[model.StepState]string
	bars    []string
	rule    string
	full    string // of a bar, what is done
	split   string
	bullet  string
}

var unicodeSigns = signs{
	verdict: map[model.Verdict]string{model.OK: "✓", model.Problem: "✗", model.Unknown: "?", model.Skipped: "–"},
	step: map[model.StepState]string{model.StepOpen: " ", model.StepDone: "✓", model.StepProblem: "✗",
		model.StepSkipped: "–", model.StepLocked: "·"},
	bars: []string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	rule: "─", full: "█", split: "│", bullet: "•",
}

var asciiSigns = signs{
	verdict: map[model.Verdict]string{model.OK: "x", model.Problem: "!", model.Unknown: "?", model.Skipped: "-"},
	step: map[model.StepState]string{model.StepOpen: " ", model.StepDone: "x", model.StepProblem: "!",
		model.StepSkipped: "-", model.StepLocked: "#"},
	bars: []string{" ", ".", ":", "-", "=", "+", "*", "%", "@"},
	rule: "-", full: "#", split: "|", bullet: "*",
}

// newTheme makes the theme. A terminal of 16 colours has its own idea of each, so
// there what must be read against a background is drawn in reverse.
func newTheme(isDark, ascii, sixteen bool) theme {
	p := light
	if isDark {
		p = dark
	}
	fg := func(hex string) lipgloss.Style { return lipgloss.NewStyle().Foreground(lipgloss.Color(hex)) }
	t := theme{
		plain:    lipgloss.NewStyle(),
		strong:   lipgloss.NewStyle().Bold(true),
		faint:    fg(p.faint),
		accent:   fg(p.accent),
		good:     fg(p.good),
		bad:      fg(p.bad),
		warn:     fg(p.warn),
		head:     fg(p.accent).Bold(true),
		code:     fg(p.warn),
		link:     fg(p.link).Underline(true),
		selected: lipgloss.NewStyle().Foreground(lipgloss.Color(p.selectedText)).Background(lipgloss.Color(p.selectedBack)).Bold(true),
		bar:      lipgloss.NewStyle().Foreground(lipgloss.Color(p.barText)).Background(lipgloss.Color(p.barBack)),
		barKey:   lipgloss.NewStyle().Foreground(lipgloss.Color(p.accent)).Background(lipgloss.Color(p.barBack)).Bold(true),
		mark:     lipgloss.NewStyle().Underline(true).Bold(true),
		signs:    unicodeSigns,
	}
	if ascii {
		t.signs = asciiSigns
	}
	if sixteen {
		t.selected = t.plain.Reverse(true).Bold(true)
		t.bar, t.barKey = t.plain.Reverse(true), t.plain.Reverse(true).Bold(true).Underline(true)
	}
	return t
}

// pairs lists every text colour with what it stands on, for the contrast test.
func (p colours) pairs() map[string][2]string {
	return map[string][2]string{
		"text": {p.text, p.background}, "faint": {p.faint, p.background}, "accent": {p.accent, p.background},
		"good": {p.good, p.background}, "bad": {p.bad, p.background}, "warn": {p.warn, p.background},
		"link": {p.link, p.background}, "selected": {p.selectedText, p.selectedBack},
		"bar": {p.barText, p.barBack}, "bar key": {p.accent, p.barBack},
	}
}

// verdict is the mark and style of a verdict, the mark in brackets so that it
// reads as one by ear and without colour.
func (t theme) verdict(v model.Verdict) string {
	s := "[" + t.signs.verdict[v] + "]"
	switch v {
	case model.OK:
		return t.good.Render(s)
	case model.Problem:
		return t.bad.Render(s)
	case model.Unknown:
		return t.warn.Render(s)
	}
	return t.faint.Render(s)
}

// step is the mark of a step's state.
func (t theme) step(st model.StepState) string {
	s := "[" + t.signs.step[st] + "]"
	switch st {
	case model.StepDone:
		return t.good.Render(s)
	case model.StepProblem:
		return t.bad.Render(s)
	case model.StepLocked, model.StepSkipped:
		return t.faint.Render(s)
	}
	return s
}
