package packet

import (
	"fmt"
	"slices"
	"strings"

	"unsent/safe"
)

// indent is the column at which the text of a field begins.
const indent = 11

// text writes the plain form: ASCII, at most 72 columns, no marks of any markup.
// Without final it leaves out what the hash does not cover.
func (k *Packet) text(fields []field, final bool) string {
	w := &page{}
	if lacks := k.lacks(); len(lacks) > 0 {
		w.block("INCOMPLETE: "+strings.Join(lacks, ", "), 0, 2)
		w.line("")
	}
	for _, f := range fields {
		k.textField(w, f)
	}
	k.closing(w, final)
	return w.String()
}

func (k *Packet) textField(w *page, f field) {
	fold := safe.ASCII
	switch f.key {
	case "workaround", "contact", "steps", "control_test":
		fold = safe.Fold // what people wrote in their own words
	}
	w.label(f.label)
	if f.state == missing && f.lack != "" && len(f.lines)+len(f.pre)+len(f.table) == 0 {
		w.block(f.lack, indent, indent)
	}
	for _, s := range f.head {
		w.block(fold(s), indent, indent+2)
	}
	for i, p := range f.pre {
		if i > 0 {
			w.line("")
		}
		w.block("("+fold(p.note)+")", indent, indent)
		for _, l := range strings.Split(fold(p.text), "\n") {
			w.block(l, indent, indent)
		}
	}
	for _, s := range f.exact {
		w.exact(fold(s))
	}
	for i, row := range f.table {
		if i > 0 {
			w.block(fmt.Sprintf("%-15s %6s  %s", fold(row[0]), row[1], fold(row[2])), indent, indent+4)
		}
	}
	for _, s := range f.lines {
		w.block(fold(s), indent, indent+2)
	}
	w.flush()
}

// closing is the meter, the clock and the hash.
func (k *Packet) closing(w *page, final bool) {
	w.label("COMPLETE")
	w.block(fmt.Sprintf("%d of 5, quality %d of 22", k.Complete, k.Quality), indent, indent)
	if final {
		w.label("MADE")
		w.block(k.instant(k.in.Made), indent, indent)
		w.label("SHA256")
		w.block(k.hash, indent-9, indent-9)
	}
	w.flush()
}

// A page collects lines. A label waits for the first line of its block.
type page struct {
	b       strings.Builder
	waiting string
}

func (w *page) String() string { return strings.TrimRight(w.b.String(), "\n") + "\n" }

func (w *page) line(s string) {
	w.b.WriteString(strings.TrimRight(s, " "))
	w.b.WriteByte('\n')
}

func (w *page) label(s string) { w.flush(); w.waiting = s }

// flush drops a label that nothing followed.
func (w *page) flush() { w.waiting = "" }

// head is the margin of the next line, with the label in it if one waits.
func (w *page) head(n int) string {
	if w.waiting == "" {
		return strings.Repeat(" ", n)
	}
	s := w.waiting
	w.waiting = ""
	if len(s)+1 > n {
		w.line(s)
		return strings.Repeat(" ", n)
	}
	return s + strings.Repeat(" ", n-len(s))
}

// block writes s from column first, its further lines from column rest. It
// breaks at spaces and behind commas, and what is longer than a line anywhere.
func (w *page) block(s string, first, rest int) {
	at := first
	for {
		room := Columns - at
		if len(s) <= room {
			w.line(w.head(at) + s)
			return
		}
		n := breakAt(s, room)
		w.line(w.head(at) + s[:n])
		s = strings.TrimLeft(s[n:], " ")
		if s == "" {
			return
		}
		at = rest
	}
}

// breakAt is how much of s goes on a line of room characters.
func breakAt(s string, room int) int {
	if s[room] == ' ' {
		return room
	}
	for i := room; i > room/2; i-- {
		if strings.IndexByte(" ,{[", s[i-1]) >= 0 {
			return i
		}
	}
	for i := room; i > room/8; i-- {
		if strings.IndexByte(" ,{[:;&?/}", s[i-1]) >= 0 {
			return i
		}
	}
	return room
}

// exact writes an id that must stay whole: at the usual column, or further left,
// or else on lines of its own.
func (w *page) exact(s string) {
	for _, at := range []int{indent, 2, 0} {
		if len(s) <= Columns-at {
			if at < indent && w.waiting != "" {
				w.line(w.waiting)
				w.waiting = ""
			}
			w.line(w.head(at) + s)
			return
		}
	}
	// The id is whole and the time follows on a line of its own.
	id, when, two := strings.Cut(s, " ")
	if !two || len(id) > Columns {
		w.block(s, 2, 2)
		return
	}
	w.exact(id)
	w.block(when, indent+2, indent+2)
}

// short is the digest for boxes with a limit: the subject, what is asked, the
// counts, three ids, the steps.
func (k *Packet) short([]field) string {
	get := func(key string) field {
		for _, f := range k.fields {
			if f.key == key {
				return f
			}
		}
		return field{}
	}
	first := func(f field) string {
		if len(f.lines) == 0 {
			return ""
		}
		return safe.ASCII(strings.Join(append(slices.Clone(f.head), f.lines[0]), " "))
	}
	var out []string
	if lacks := k.lacks(); len(lacks) > 0 {
		out = append(out, cut("INCOMPLETE: "+strings.Join(lacks, ", "), 160))
	}
	var marks []string
	for _, p := range k.progress() {
		if !p.sub {
			marks = append(marks, p.step.ID+p.mark())
		}
	}
	steps := "steps " + cut(strings.Join(marks, " "), 80)
	if len(marks) == 0 {
		steps = "steps: none known"
	}
	var ids []string
	for _, key := range []string{"traces", "messages"} {
		for _, s := range get(key).exact {
			if len(ids) < 3 && len(s) <= 110 {
				ids = append(ids, safe.ASCII(s))
			}
		}
	}
	tail := []string{steps, fmt.Sprintf("complete %d/5 quality %d/22 sha256 %s", k.Complete, k.Quality, k.hash[:12])}
	head := append(out,
		cut(first(get("subject")), 200),
		cut(first(get("ask")), 160),
		cut(first(get("impact")), 150),
		cut(first(get("frequency")), 120),
	)
	if !k.in.Well.IsZero() {
		head = append(head, k.well())
	}
	join := func(ids []string) string {
		all := append(append(append([]string{}, head...), ids...), tail...)
		kept := all[:0]
		for _, s := range all {
			if s = strings.TrimSpace(strings.ReplaceAll(s, "\n", " ")); s != "" {
				kept = append(kept, s)
			}
		}
		return strings.Join(kept, "\n") + "\n"
	}
	for len(ids) > 0 && len(join(ids)) > ShortLimit {
		ids = ids[:len(ids)-1]
	}
	return join(ids)
}
