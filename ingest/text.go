package ingest

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"unsent/model"
)

// A textReader reads what people paste: error messages as a screen shows them,
// lines of a program's log, JSON in the middle of either. A line that names an
// error is a record; the lines between are passed over and counted.
type textReader struct {
	src    *source
	p      *interpreter
	json   *jsonReader
	o      Options
	loneCR bool

	unclosed int    // braces that never closed
	held     *draft // the record at hand: the next lines may belong to it
	near     bool   // the line before this one belongs to held
	passed   int
}

// newTextReader answers nil when no line of the beginning names an error.
func newTextReader(src *source, name string, o Options) *textReader {
	head := src.peek(peekSize)
	t := &textReader{src: src, o: o}
	t.loneCR = bytes.IndexByte(head, '\n') < 0
	t.p = newInterpreter(name, o, src.fixText)
	t.p.use(nil)
	t.json = &jsonReader{p: t.p, o: o, src: src, file: name, maps: map[string]*mapping{}}
	for line := range strings.Lines(src.fixText(string(head))) {
		if t.recognised(plainLine(line)) {
			return t
		}
	}
	return nil
}

func (t *textReader) recognised(line string) bool {
	if i := strings.IndexByte(line, '{'); i >= 0 && (strings.Contains(line, "code") || strings.Contains(line, "error")) {
		return true
	}
	if f, _, value := label(line); (f == fCode || f == fStatus) && tellsOfError(f, value) {
		return true
	}
	var d draft
	return t.read(line, &d)
}

// plainLine takes off what quoting, lists and bold type leave around a line.
func plainLine(s string) string {
	return strings.Trim(strings.TrimSpace(s), ">*\\`•✗✘❌⚠ \t\ufeff\ufe0f")
}

func (t *textReader) next(r *model.Record) error {
	for {
		if err := t.json.queued(r); err != io.EOF {
			return err
		}
		if len(t.src.rest()) == 0 && !t.src.more() {
			if t.held != nil {
				return t.give(r)
			}
			return t.src.end()
		}
		if d := t.line(); d != nil {
			done := t.held
			t.held, t.near = d, true
			if done != nil {
				return t.p.record(done, r)
			}
		} else if t.held != nil && (!t.near || len(t.json.queue) > t.json.head) {
			return t.give(r)
		}
	}
}

func (t *textReader) give(r *model.Record) error {
	d := t.held
	t.held = nil
	return t.p.record(d, r)
}

// line takes one line. It returns a new record, or nil when the line belongs to
// the one at hand, holds JSON (whose records are queued) or says nothing.
func (t *textReader) line() *draft {
	n := t.src.line
	raw := t.src.fixText(t.src.skipLine(t.loneCR, maxCell))
	line := plainLine(raw)
	if line == "" {
		t.near = t.near && t.headers()
		return nil
	}
	if t.jsonIn(raw, n) {
		t.near = false
		return nil
	}
	if d := t.block(raw, n); d != nil {
		return d
	}
	d := &draft{line: n, raw: strings.TrimSpace(raw), valid: true}
	if !t.read(line, d) {
		if t.near && t.held != nil && t.held.v[fDetails] == "" && t.held.v[fTime] == "" && sentence(line) {
			t.held.v[fDetails] = line
			t.held.raw += "\n" + d.raw
			return nil
		}
		t.near = t.near && (sentence(line) || strings.HasPrefix(line, "at ") || t.headers()) // the lines of a stack trace
		t.passed++
		return nil
	}
	// "131016 – Service unavailable" and, below it, "503 – Service Unavailable" are
	// two names of one failure.
	if h := t.held; h != nil && t.near && h.v[fTime] == "" && h.v[fHTTP] == "" && h.v[fRecipient] == "" && t.httpOnly(d) && !t.httpOnly(h) {
		h.v[fHTTP] = d.v[fHTTP]
		h.raw += "\n" + d.raw
		return nil
	}
	return d
}

func sentence(s string) bool {
	return strings.HasSuffix(s, ".") && strings.Count(s, " ") >= 2 && len(s) < 400
}

// headers reports whether the record at hand is the first line of an HTTP answer,
// whose headers and body follow.
func (t *textReader) headers() bool {
	return t.held != nil && strings.HasPrefix(t.held.v[fMessage], "HTTP/")
}

func (t *textReader) httpOnly(d *draft) bool {
	_, coded := codeInText(d.v[fMessage], t.o.Known)
	return !coded && d.v[fHTTP] != ""
}

var (
	timeInText  = model.Pattern(`\b20\d\d[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d)\b)?`)
	traceInText = model.Pattern(`fbtrace_id["']?\s*[:=]>?\s*["']?([A-Za-z0-9_/+-]+)`)
	wamidInText = model.Pattern(`wamid\.[A-Za-z0-9+/=_-]+`)
	phoneInText = model.Pattern(`(?:\+|\b(?:to|recipient|phone|number)[ :="']+\+?)([0-9]{8,15})\b`)
)

// names fills in when and to whom, as far as a line says it, and returns the line
// without the time in front.
func names(line string, d *draft) (rest string) {
	rest = line
	for _, n := range []int{3, 2, 1} {
		words := strings.SplitN(line, " ", n+1)
		if len(words) <= n {
			continue
		}
		stamp := strings.Trim(strings.Join(words[:n], " "), "[]")
		if _, ok := parseStamp(stamp); ok {
			d.v[fTime] = stamp
			rest = strings.TrimSpace(words[n])
			break
		}
	}
	d.set(fWAMID, wamidInText().FindString(rest))
	if m := traceInText().FindStringSubmatch(rest); m != nil {
		d.set(fTrace, m[1])
	}
	if m := phoneInText().FindStringSubmatch(rest); m != nil {
		d.set(fRecipient, m[1])
	}
	if d.v[fTime] == "" {
		if s := timeInText().FindString(line); s != "" {
			if _, ok := parseStamp(s); ok {
				d.v[fTime] = s
			}
		}
	}
	return rest
}

// read fills d from a line and reports whether the line names an error.
func (t *textReader) read(line string, d *draft) bool {
	rest := names(line, d)
	d.outcome = model.Failed
	code, coded := codeInText(rest, t.o.Known)
	if coded {
		message := rest
		// What a logger wrote before the code is no part of the message.
		if i := strings.Index(rest, "(#"+string(code)+")"); i > 0 {
			message = rest[i:]
		}
		d.set(fMessage, message)
		if n := httpInText(rest); n != 0 {
			d.v[fHTTP] = strconv.Itoa(n)
		}
		return true
	}
	if code, ok := titledCode(rest, t.o); ok {
		d.set(fMessage, rest)
		d.set(fCode, string(code))
		d.from = model.FromText
		return true
	}
	if n := httpInText(rest); n != 0 {
		d.v[fHTTP] = strconv.Itoa(n)
		d.set(fMessage, rest)
		return true
	}
	if _, ok := t.o.Titles[NormTitle(rest)]; ok {
		d.set(fMessage, rest)
		return true
	}
	if head, _, ok := strings.Cut(rest, ": "); ok {
		if _, ok := t.o.Titles[NormTitle(head)]; ok {
			d.set(fMessage, rest)
			return true
		}
	}
	lower := strings.ToLower(strings.TrimSuffix(rest, "."))
	for _, phrase := range httpPhrases {
		if lower == phrase && phrase != "not found" {
			d.set(fMessage, rest)
			return true
		}
	}
	if d.v[fWAMID]+d.v[fRecipient] != "" && (strings.Contains(lower, "fail") || strings.Contains(lower, "undeliver") || strings.Contains(lower, "error")) {
		d.set(fMessage, rest)
		return true
	}
	d.outcome = ""
	return false
}

func (t *textReader) report() model.SourceReport {
	rep := model.SourceReport{File: t.p.file, System: t.p.system, Format: "text", Zone: t.p.clock.zoneReport()}
	if t.passed > 0 {
		rep.Warnings = append(rep.Warnings, countOf(t.passed, "line names no error and was", "lines name no error and were")+" passed over.")
	}
	rep.Warnings = append(rep.Warnings, t.p.warnings()...)
	return rep
}
