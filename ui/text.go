package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"unsent/model"
)

// cells is how many cells a styled text takes. Nearly all that is drawn is
// ASCII and the screen's own signs, each a cell wide, and every line is measured
// several times a frame: those are counted here, and ansi.StringWidth, which
// looks for grapheme clusters, is asked about the rest.
func cells(s string) int {
	n := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= ' ' && c < 0x7f:
			n, i = n+1, i+1
		case c == '\x1b':
			end := i + 1
			if end < len(s) && s[end] == '[' {
				for end++; end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ';' || s[end] == ':'); end++ {
				}
			}
			if end >= len(s) || s[end] != 'm' {
				return ansi.StringWidth(s)
			}
			i = end + 1
		case c >= 0x80:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !oneCell(r) {
				return ansi.StringWidth(s)
			}
			n, i = n+1, i+size
		default:
			return ansi.StringWidth(s)
		}
	}
	return n
}

// oneCell reports whether r is one of the signs beyond ASCII that the screen is
// drawn with: lines, bars, marks and the punctuation of running text. None joins
// with its neighbour to one cluster.
func oneCell(r rune) bool {
	switch r {
	case '…', '–', '—', '‘', '’', '“', '”', '•', '·', '✓', '✗', '↑', '↓', '←', '→':
		return true
	}
	return r >= 0x2500 && r <= 0x259f
}

// fit makes a styled line exactly w cells wide: cut with "…" or padded.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := cells(s)
	if n > w {
		s = ansi.Truncate(s, w, "…")
		n = cells(s)
	}
	if n >= w {
		return s
	}
	return s + strings.Repeat(" ", w-n)
}

// right is fit with the text at the right edge.
func right(s string, w int) string {
	if n := cells(s); n < w {
		return strings.Repeat(" ", w-n) + s
	}
	return fit(s, w)
}

// middle cuts a plain text in its middle, where names differ least.
func middle(s string, w int) string {
	if cells(s) <= w || w < 5 {
		return fit(s, w)
	}
	left := (w - 1) * 2 / 3
	tail := w - 1 - left
	return fit(ansi.Truncate(s, left, "")+"…"+ansi.TruncateLeft(s, cells(s)-tail, ""), w)
}

// block makes lines exactly sz: every line w wide, h lines.
func block(lines []string, sz size) []string {
	out := make([]string, max(sz.h, 0))
	for i := range out {
		if i < len(lines) {
			out[i] = fit(lines[i], sz.w)
		} else {
			out[i] = strings.Repeat(" ", max(sz.w, 0))
		}
	}
	return out
}

// beside puts blocks of the same height side by side, sep between them.
func beside(sep string, blocks ...[]string) []string {
	out := make([]string, len(blocks[0]))
	for i := range out {
		parts := make([]string, len(blocks))
		for j, b := range blocks {
			parts[j] = b[i]
		}
		out[i] = strings.Join(parts, sep)
	}
	return out
}

// wrap breaks a styled text into lines of at most w cells, keeping its styles
// on every line.
func wrap(s string, w int) []string {
	switch {
	case w <= 0:
		return nil
	case !strings.Contains(s, "\n") && cells(s) <= w:
		return []string{s}
	case !strings.Contains(s, "\x1b"): // no styles to carry over to the next line
		return strings.Split(ansi.Wrap(s, w, ""), "\n")
	}
	return strings.Split(lipgloss.Wrap(s, w, ""), "\n")
}

// indent wraps s behind a prefix that stands on the first line only.
func indent(prefix, s string, w int) []string {
	n := cells(prefix)
	if w-n < 8 {
		return wrap(prefix+s, w)
	}
	lines := wrap(s, w-n)
	for i := range lines {
		if i == 0 {
			lines[i] = prefix + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", n) + lines[i]
		}
	}
	return lines
}

// ago is how long ago t was, in at most seven cells: "41 min", "3 h", "12 d".
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return "no time"
	case d < -time.Minute:
		return "future"
	case d < time.Minute:
		return "now"
	case d < 2*time.Hour: // "1 h" below "99 min" would look newer than it
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

// passed is the same in a sentence: "41 min ago", "now", "in the future".
func passed(t, now time.Time) string {
	switch s := ago(t, now); s {
	case "future":
		return "in the future"
	case "now", "no time":
		return s
	default:
		return s + " ago"
	}
}

// long is a length of time in words: "45 minutes", "3 hours", "12 days".
func long(d time.Duration) string {
	switch {
	case d < 2*time.Hour-time.Minute:
		return model.Count(int(d.Minutes()), "minute", "minutes")
	case d < 48*time.Hour:
		return model.Count(int(d.Hours()), "hour", "hours")
	}
	return model.Count(int(d.Hours()/24), "day", "days")
}

// lasted is how long something has lasted that was to be over sooner.
func lasted(age, expected time.Duration) string {
	if long(age) == long(expected) {
		return "a little longer than the article expects (" + long(expected) + ")"
	}
	return long(age) + ", longer than the article expects (" + long(expected) + ")"
}

// moment is a time for reading: UTC, and the agent's own clock where it differs.
func moment(t time.Time, local *time.Location) string {
	if t.IsZero() {
		return "no time in the log"
	}
	s := t.UTC().Format("2006-01-02 15:04:05 UTC")
	if _, off := t.In(local).Zone(); off != 0 {
		s += t.In(local).Format(" (15:04 -07:00)")
	}
	return s
}

// spark draws counts as a line of bars, one cell each.
func spark(counts []int, w int, bars []string) string {
	if len(counts) == 0 || w <= 0 {
		return ""
	}
	if len(counts) > w { // fold neighbours together
		folded := make([]int, w)
		for i, n := range counts {
			folded[i*w/len(counts)] += n
		}
		counts = folded
	}
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	var b strings.Builder
	for _, n := range counts {
		switch {
		case n <= 0 || most == 0:
			b.WriteString(bars[0])
		default:
			// At least the lowest bar: a slice with one failure is not an empty one.
			b.WriteString(bars[max(1, n*(len(bars)-1)/most)])
		}
	}
	return b.String()
}

func itoa(n int) string { return strconv.Itoa(n) }

// asciiOf spells the signs of the screen and of running text for a terminal
// that draws ASCII only. Each is as wide as what it stands for.
var asciiOf = map[rune]string{
	'…': "~", '–': "-", '—': "-", '‘': "'", '’': "'", '“': `"`, '”': `"`, '·': ".", '•': "*",
	'↑': "^", '↓': "v", '←': "<", '→': ">", '↵': "/", '␛': "^", '×': "x", '≥': ">", '≤': "<", ' ': " ",
}

// asciified is a drawn line without any sign that ASCII lacks, its cells in the
// same places.
func asciified(line string) string {
	var b strings.Builder
	for _, r := range line {
		switch s, ok := asciiOf[r]; {
		case r < 0x7f:
			b.WriteRune(r)
		case ok:
			b.WriteString(s)
		default:
			b.WriteString(strings.Repeat("?", cells(string(r))))
		}
	}
	return b.String()
}
