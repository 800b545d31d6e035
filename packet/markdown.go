package packet

import (
	"fmt"
	"strings"

	"unsent/safe"
)

// markdown writes the form for trackers and forums: headings, one table, fenced
// payloads. Nothing in it is HTML, and no untrusted sign is left that Markdown
// would act on.
func (k *Packet) markdown(fields []field) string {
	var b strings.Builder
	if lacks := k.lacks(); len(lacks) > 0 {
		fmt.Fprintf(&b, "INCOMPLETE: %s\n\n", escape(strings.Join(lacks, ", ")))
	}
	for _, f := range fields {
		if f.key == "subject" {
			fmt.Fprintf(&b, "# %s\n\n", escape(f.lines[0]))
			continue
		}
		k.section(&b, f)
	}
	fmt.Fprintf(&b, "## Complete\n\n%d of 5, quality %d of 22\n\nmade %s\n\nsha256 `%s`\n",
		k.Complete, k.Quality, escape(k.instant(k.in.Made)), k.hash)
	return b.String()
}

func (k *Packet) section(b *strings.Builder, f field) {
	empty := len(f.lines)+len(f.pre)+len(f.exact)+len(f.table) == 0
	if empty && f.lack == "" {
		return
	}
	fmt.Fprintf(b, "## %s\n\n", strings.ToUpper(f.label[:1])+strings.ToLower(f.label[1:]))
	if empty {
		fmt.Fprintf(b, "%s\n\n", escape(f.lack))
		return
	}
	for _, s := range f.head {
		fmt.Fprintf(b, "%s\n\n", escape(s))
	}
	for _, p := range f.pre {
		fence := strings.Repeat("`", max(3, longestRun(p.text, '`')+1))
		tag := "text"
		if p.json {
			tag = "json"
		}
		fmt.Fprintf(b, "%s:\n\n%s%s\n%s\n%s\n\n", escape(p.note), fence, tag, safe.Text(p.text), fence)
	}
	for _, s := range f.exact {
		fmt.Fprintf(b, "- %s\n", code(s))
	}
	if len(f.exact) > 0 {
		b.WriteByte('\n')
	}
	for i, row := range f.table {
		b.WriteByte('|')
		for _, cell := range row {
			fmt.Fprintf(b, " %s |", escape(cell))
		}
		b.WriteByte('\n')
		if i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	if len(f.table) > 0 {
		b.WriteByte('\n')
	}
	for _, s := range f.lines {
		if len(f.lines) > 1 {
			b.WriteString("- ")
		}
		b.WriteString(escape(s))
		b.WriteByte('\n')
	}
	if len(f.lines) > 0 {
		b.WriteByte('\n')
	}
}

// escape makes a text inert in Markdown: no emphasis, link, heading, table cell,
// mention, HTML or entity comes of it. "@" and "://" have no escape of their own
// that every renderer knows, so they are written as entities.
func escape(s string) string {
	s = safe.Line(s)
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i, r := range s {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '<', '>', '|', '~', '#', '!', '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '&':
			b.WriteString("&amp;")
		case '@':
			b.WriteString("&#64;")
		case ':':
			if strings.HasPrefix(s[i:], "://") {
				b.WriteString("&#58;")
			} else {
				b.WriteByte(':')
			}
		case '-', '+', '=':
			if strings.TrimSpace(s[:i]) == "" {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code writes a text as a code span, whatever backticks it has.
func code(s string) string {
	s = safe.Line(s)
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
