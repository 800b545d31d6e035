package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// A table is drawn as columns; what only looks like one stays the text it is.
func TestMarkdownTable(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"| Sign | Look at |\n|---|:--|\n| one `x` | *two* |\n| longer sign | [page](https://example.com) |",
			"Sign         Look at\none x        two\nlonger sign  page (https://example.com)"},
		{"| a | b |\n| c | d |", "| a | b | | c | d |"},
		{"| a | b |\n|---|---|\n| c |", "| a | b | |---|---| | c |"},
		{"| a | b |\n|---|---|\nno row", "| a | b | |---|---| no row"},
		{"a | b", "a | b"},
	} {
		lines := markdown(tt.src, 60, newTheme(true, false, false))
		for i := range lines {
			lines[i] = strings.TrimRight(ansi.Strip(lines[i]), " ")
		}
		if got := strings.Join(lines, "\n"); got != tt.want {
			t.Errorf("%q is drawn as\n%s\nwant\n%s", tt.src, got, tt.want)
		}
	}
}
