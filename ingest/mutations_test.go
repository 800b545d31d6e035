package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"unsent/model"
)

// TestMutations damages 10,000 files in the ways that people and programs do, and
// reads each: nothing panics, reading ends, what was read is the sum of what it
// became, every rejection has a reason and a line that the file has, and where
// rows and lines are the same each line is accounted for.
func TestMutations(t *testing.T) {
	files := mutants(t)
	n := 10_000
	if raced || testing.Short() {
		n = 500
	}
	opened, failures, rejected := 0, 0, 0
	for i := range n {
		rng := rand.New(rand.NewPCG(48, uint64(i)))
		text := files[i%len(files)]
		for range 1 + rng.IntN(3) {
			text = mutations[rng.IntN(len(mutations))](rng, text)
		}
		d, ok := readMutant(t, i, text)
		if t.Failed() {
			t.Fatalf("file %d:\n%q", i, text)
		}
		if ok {
			opened++
			failures += d.count(model.Failed)
			rejected += len(d.rejected)
		}
	}
	// Damage as light as this leaves most files readable.
	if opened < n/2 || failures < n/2 || rejected < n/20 {
		t.Errorf("of %d files %d were read, with %d failures and %d rejections", n, opened, failures, rejected)
	}
}

// mutants are the files to be damaged: the presets' samples, the hazards, and
// what the shared material has.
func mutants(t *testing.T) []string {
	var files []string
	for _, p := range presets() {
		files = append(files, strings.Join(p.Sample, "\n")+"\n")
	}
	for _, h := range append(append(fileHazards(), meaningHazards()...), pasteHazards()...) {
		if len(h.text) < 64<<10 {
			files = append(files, h.text)
		}
	}
	for _, dir := range []string{"logs", "whatsapp"} {
		names, err := filepath.Glob(filepath.Join("..", "..", "shared", "facts", dir, "samples", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, string(data))
		}
	}
	return files
}

var mutations = []func(*rand.Rand, string) string{
	func(r *rand.Rand, s string) string { // bytes flipped
		b := []byte(s)
		for range 1 + len(b)/500 {
			if len(b) > 0 {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
		}
		return string(b)
	},
	func(r *rand.Rand, s string) string { // the end is missing
		return s[:r.IntN(len(s)+1)]
	},
	func(r *rand.Rand, s string) string { // a line is cut
		lines := strings.SplitAfter(s, "\n")
		i := r.IntN(len(lines))
		line := strings.TrimSuffix(lines[i], "\n")
		lines[i] = line[:r.IntN(len(line)+1)] + lines[i][len(line):]
		return strings.Join(lines, "")
	},
	func(r *rand.Rand, s string) string { // a line is missing
		lines := strings.SplitAfter(s, "\n")
		i := r.IntN(len(lines))
		return strings.Join(append(lines[:i:i], lines[i+1:]...), "")
	},
	func(r *rand.Rand, s string) string { // a line comes again elsewhere
		lines := strings.SplitAfter(s, "\n")
		i, j := r.IntN(len(lines)), r.IntN(len(lines))
		return strings.Join(append(append(lines[:i:i], lines[j]), lines[i:]...), "")
	},
	func(r *rand.Rand, s string) string { // two lines became one
		if i := strings.IndexByte(s, '\n'); i >= 0 {
			for at, n := i, r.IntN(4); n >= 0 && at >= 0; n-- {
				i = at
				if at = strings.IndexByte(s[i+1:], '\n'); at >= 0 {
					at += i + 1
				}
			}
			return s[:i] + s[i+1:]
		}
		return s
	},
	func(r *rand.Rand, s string) string { // quotes removed: one, or all
		if r.IntN(2) == 0 {
			return strings.ReplaceAll(s, `"`, "")
		}
		return without(r, s, '"')
	},
	func(r *rand.Rand, s string) string { return without(r, s, ',') },
	func(r *rand.Rand, s string) string { return without(r, s, '}') },
	func(r *rand.Rand, s string) string { // something stray
		i := r.IntN(len(s) + 1)
		return s[:i] + []string{`"`, ",", "\n", "\r", "\t", ";", "{", "'", `\`, "\x00", "\x1b", "é", "\xff", "|", "=>"}[r.IntN(15)] + s[i:]
	},
	func(r *rand.Rand, s string) string { // two columns swapped
		lines := strings.Split(s, "\n")
		n := strings.Count(lines[0], ",") + 1
		a, b := r.IntN(n), r.IntN(n)
		for i, line := range lines {
			if cells := strings.Split(line, ","); len(cells) > max(a, b) {
				cells[a], cells[b] = cells[b], cells[a]
				lines[i] = strings.Join(cells, ",")
			}
		}
		return strings.Join(lines, "\n")
	},
}

// without is s without one of its bytes c, any.
func without(r *rand.Rand, s string, c byte) string {
	if n := strings.Count(s, string(c)); n > 0 {
		for i, k := 0, r.IntN(n); i < len(s); i++ {
			if s[i] == c {
				if k == 0 {
					return s[:i] + s[i+1:]
				}
				k--
			}
		}
	}
	return s
}

// readMutant reads one file and says what is wrong with what came of it. False:
// it was refused, with a reason.
func readMutant(t *testing.T, n int, text string) (d drained, ok bool) {
	r, err := Open(context.Background(), strings.NewReader(text), "mutant", options())
	if err != nil {
		if err.Error() == "" || model.Hint(err) == "" && !hintless(err) {
			t.Errorf("file %d: refused with %q and no hint", n, err)
		}
		return d, false
	}
	lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1
	for calls := 0; ; calls++ {
		if calls > 10*len(text)+100 {
			t.Errorf("file %d: %d records of %d bytes", n, calls, len(text))
			return d, true
		}
		var rec model.Record
		err := r.Next(&rec)
		placed(t, &rec)
		if err == io.EOF {
			break
		}
		var rej *model.Rejection
		switch {
		case errors.As(err, &rej):
			if rej.Reason == "" || rej.Line < 1 || rej.Line > lines || !utf8.ValidString(rej.Raw) {
				t.Errorf("file %d of %d lines: rejection %+v", n, lines, *rej)
			}
			d.rejected = append(d.rejected, *rej)
		case err != nil:
			t.Errorf("file %d: %v", n, err)
			return d, true
		default:
			if rec.Source.Line < 1 || rec.Source.Line > lines {
				t.Errorf("file %d of %d lines: a record in line %d", n, lines, rec.Source.Line)
			}
			d.records = append(d.records, rec)
		}
	}
	d.report = r.Report()
	sum := model.Import{
		Read:   len(d.records) + len(d.rejected),
		Stored: d.count(model.Failed), Succeeded: d.count(model.Succeeded), NotAttempted: d.count(model.NotAttempted),
		InProgress: d.count(model.InProgress), NotASend: d.count(model.NotASend), Rejected: len(d.rejected),
	}
	if sum.Sum() != sum.Read {
		t.Errorf("file %d: read %d, the sum is %d: a record has none of the outcomes", n, sum.Read, sum.Sum())
	}
	if line := unaccounted(text, d); line > 0 {
		t.Errorf("file %d: line %d became nothing and nothing says so", n, line)
	}
	return d, true
}

// hintless are refusals that need no hint: the error is the file's own.
func hintless(err error) bool { return strings.Contains(err.Error(), "JSON") }

// unaccounted is the first line of which neither a record nor a rejection nor a
// remark tells; 0 for none, and where one record may have several lines.
func unaccounted(text string, d drained) int {
	if strings.ContainsAny(text, "\x00\r") || !utf8.ValidString(text) || strings.HasPrefix(text, "\x1f\x8b") {
		return 0
	}
	told := map[int]bool{}
	for _, r := range d.records {
		told[r.Source.Line] = true
	}
	for _, r := range d.rejected {
		told[r.Line] = true
	}
	for _, w := range d.report.Warnings {
		if _, list, ok := strings.Cut(w, "The header stands again in line "); ok {
			for _, word := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
				told[atoi(word)] = true
			}
		}
		line := 0
		if _, err := fmt.Sscanf(w, "Another table begins in line %d,", &line); err == nil {
			told[line] = true
		}
	}
	first := 1
	switch {
	case d.report.Format == "ndjson":
	case d.report.Format == "csv" && !strings.ContainsAny(text, `"`):
		first = 2 // behind the header
		if strings.HasPrefix(strings.ToLower(text), "sep=") {
			first = 3
		}
		for _, w := range d.report.Warnings {
			if _, err := fmt.Sscanf(w, "The header is in line %d;", &first); err == nil {
				for line := range first {
					told[line+1] = true // "what stands above it was passed over"
				}
				first++
			}
			if strings.HasPrefix(w, "The file has no header") {
				first = 1
			}
		}
		// Blank lines above the header need no remark.
		for i, line := range strings.Split(text, "\n") {
			if strings.TrimSpace(line) != "" {
				first = max(first, i+2)
				if told[i+1] {
					first = i + 1
				}
				break
			}
		}
	default:
		return 0
	}
	for i, line := range strings.Split(text, "\n") {
		if i+1 >= first && strings.Trim(line, " \t,;|\ufeff") != "" && !told[i+1] {
			return i + 1
		}
	}
	return 0
}
