package safe

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestLineRegression is threat T1b: the kinds of text that a stripper of escape
// sequences lets through or swallows. Each must come out visible and whole.
func TestLineRegression(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"T1b-01 colour", "a\x1b[31mred\x1b[0m", "a␛[31mred␛[0m"},
		{"T1b-02 clipboard with bell", "\x1b]52;c;ZWNobw==\x07x", "␛]52;c;ZWNobw==^Gx"},
		{"T1b-03 raw 8-bit CSI", "a\x9b2Jb", "a<0x9B>2Jb"},
		{"T1b-04 reset", "\x1bc", "␛c"},
		{"T1b-05 device control", "\x1bPq#0\x1b\\", "␛Pq#0␛\\"},
		{"T1b-06 application command", "\x1b_G\x1b\\z", "␛_G␛\\z"},
		{"T1b-07 tab and newline", "a\tb\nc", "a b↵c"},
		{"T1b-08 title with a star", "\x1b]0;✳ done\x07tail", "␛]0;✳ done^Gtail"},
		{"T1b-09 UTF-8 CSI", "\u009b31mx", "<U+009B>31mx"},
		{"T1b-10 UTF-8 OSC 52", "\u009d52;c;YQ==\u009cx", "<U+009D>52;c;YQ==<U+009C>x"},
		{"T1b-11 carriage return", "failed\rok    ", "failed^Mok    "},
		{"T1b-12 backspace", "131000\b\b\b\b\b\b0", "131000^H^H^H^H^H^H0"},
		{"T1b-13 bell", "\a", "^G"},
		{"T1b-14 NUL", "a\x00b", "a^@b"},
		{"T1b-15 DEL", "a\x7fb", "a^?b"},
		{"T1b-16 bidi override", "a\u202efdp.exe\u202c", "a<U+202E>fdp.exe<U+202C>"},
		{"T1b-17 zero width", "a\u200bb\u2060c\ufeffd", "a<U+200B>b<U+2060>c<U+FEFF>d"},
		{"T1b-18 unterminated OSC", "\x1b]0;rest of the field", "␛]0;rest of the field"},
		{"T1b-19 tags", "x\U000e0041\U000e0042", "x<U+E0041><U+E0042>"},
		{"CRLF", "a\r\nb", "a↵b"},
		{"isolates", "\u2066a\u2069\u061c", "<U+2066>a<U+2069><U+061C>"},
		{"joiners", "a\u200db\u200c", "a<U+200D>b<U+200C>"},
		{"separators", "a\u2028b\u2029", "a<U+2028>b<U+2029>"},
		{"private use", "\ue0b0\U0010fffd", "<U+E0B0><U+10FFFD>"},
		{"Hangul filler", "a\u3164b", "a<U+3164>b"},
		{"half a rune", "caf\xc3", "caf<0xC3>"},
		{"surrogate", "\xed\xa0\x80", "<0xED><0xA0><0x80>"},
		{"replacement character stays", "\ufffd", "\ufffd"},
		{"scripts stay", "Olá नमस्ते 你好 مرحبا שלום ไทย 👍", "Olá नमस्ते 你好 مرحبا שלום ไทย 👍"},
		{"mark without a letter", "\u0301a", "◌\u0301a"},
		{"stacked marks", "a" + strings.Repeat("\u0301", 7), "a" + strings.Repeat("\u0301", 6) + "<U+0301>"},
		{"plain", "order_ready en_US", "order_ready en_US"},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Line(c.in); got != c.want {
				t.Errorf("Line(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	if got, want := Text("a\r\nb\n\x1b[2J\rc\td"), "a\nb\n␛[2J^Mc d"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Text("a\n\u0301b"), "a\n◌\u0301b"; got != want {
		t.Errorf("a mark at a line's start: got %q, want %q", got, want)
	}
}

func TestASCII(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"“Olá” – it’s…", `"Ol<U+00E1>" - it's...`},
		{"order_re\u0430dy", "order_re<U+0430>dy"},
		{"\x1b[1m\x9b", "^[[1m<0x9B>"},
		{"98\u00a0% ≥ 5 → 6", "98 % >= 5 -> 6"},
		{"👍", "<U+1F44D>"},
		{"a\nb", "a\nb"},
	} {
		if got := ASCII(c.in); got != c.want {
			t.Errorf("ASCII(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if got, want := Fold("não é possível; Straße; e\u0301; Łódź; 你"), "nao e possivel; Strasse; e; Lodz; <U+4F60>"; got != want {
		t.Errorf("Fold: got %q, want %q", got, want)
	}
}

// clean is the property that every screen rests on.
func checkClean(t *testing.T, in, out string, breaks bool) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("%q became invalid UTF-8: %q", in, out)
	}
	for _, r := range out {
		bad := r < 0x20 && !(breaks && r == '\n') || r >= 0x7f && r < 0xa0 ||
			r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x61c ||
			r >= 0x200b && r <= 0x200d || r == 0x2060 || r == 0xfeff || r >= 0xe0000 && r <= 0xe0fff ||
			r == 0x2028 || r == 0x2029 || unicode.Is(unicode.Cs, r)
		if bad {
			t.Fatalf("%q became %q, which has %U", in, out, r)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b]52;c;x\a", "\u009b1m", "\u202e", "a\u0301\u0301", "\xff\xfe", "\r\n\r", "\U000e0041", "◌\u0301", "␛"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, text, ascii, fold := Line(s), Text(s), ASCII(s), Fold(s)
		checkClean(t, s, line, false)
		checkClean(t, s, text, true)
		checkClean(t, s, ascii, true)
		if strings.Contains(line, "\n") {
			t.Fatalf("Line(%q) has a line break", s)
		}
		for _, out := range []string{ascii, fold} {
			for i := range len(out) {
				if c := out[i]; c >= 0x7f || c < 0x20 && c != '\n' {
					t.Fatalf("ASCII form of %q has byte %#x", s, c)
				}
			}
		}
		for name, again := range map[string][2]string{
			"Line": {Line(line), line}, "Text": {Text(text), text}, "ASCII": {ASCII(ascii), ascii}, "Fold": {Fold(fold), fold},
		} {
			if again[0] != again[1] {
				t.Fatalf("%s is not idempotent on %q: %q, then %q", name, s, again[1], again[0])
			}
		}
	})
}

func TestCell(t *testing.T) {
	for _, in := range []string{
		"=cmd|' /C calc'!A0", "+1+2", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1",
		"＝1", "＋1", "－1", "＠x", " =1", "\u00a0=1", "\ufeff=1", "−1",
	} {
		if got := Cell(in); got != "'"+in {
			t.Errorf("Cell(%q) = %q, which a spreadsheet would compute", in, got)
		}
	}
	for _, in := range []string{"", "15550100123", "order_ready", "a=b", "'quoted", "wamid.HBgL", " ", "0.5"} {
		if got := Cell(in); got != in {
			t.Errorf("Cell(%q) = %q; it is no formula", in, got)
		}
	}
}

func TestCSV(t *testing.T) {
	rows := [][]string{
		{"recipient", "note"},
		{"15550100123", `say "hi", twice`},
		{"=1+1", "two\nlines"},
		{"a;=2", "\x1b[31mred"},
		{" lead", "tail "},
		{"", ""},
	}
	var b bytes.Buffer
	w := CSV(&b)
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Write([]string{""}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "\r\n") != len(rows)+1 {
		t.Errorf("lines do not end as RFC 4180 has it: %q", b.String())
	}
	if !strings.Contains(b.String(), `"a;=2"`) {
		t.Errorf("a separator of another locale is not quoted: %q", b.String())
	}
	r := csv.NewReader(&b)
	r.FieldsPerRecord = -1
	got, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"recipient", "note"},
		{"15550100123", `say "hi", twice`},
		{"'=1+1", "two\nlines"},
		{"a;=2", "␛[31mred"},
		{" lead", "tail "},
		{"", ""},
		{""},
	}
	if len(got) != len(want) {
		t.Fatalf("read %d rows back, want %d", len(got), len(want))
	}
	for i := range want {
		if strings.Join(got[i], "\x00") != strings.Join(want[i], "\x00") {
			t.Errorf("row %d: got %q, want %q", i, got[i], want[i])
		}
	}
}

type fullDisk struct{ n int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.n += len(p); d.n > 10000 {
		return 0, bytes.ErrTooLarge
	}
	return len(p), nil
}

func TestCSVError(t *testing.T) {
	w := CSV(&fullDisk{})
	var err error
	for range 2000 {
		if err = w.Write([]string{"15550100123", "x"}); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("writing to a full disk went on")
	}
	if w.Flush() == nil {
		t.Error("Flush forgot the error")
	}
}
