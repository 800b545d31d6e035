package ingest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"unsent/model"
	"unsent/safe"
)

// How the values of a JSON file stand in it.
type jsonLayout int

const (
	jsonValues jsonLayout = iota // one or more values, over as many lines as they like
	jsonLines                    // one value a line: NDJSON
)

// A jsonReader reads JSON and NDJSON: webhooks, API errors, and objects with the
// names that columns have. Each value may hold any number of records.
type jsonReader struct {
	src    *source
	p      *interpreter
	o      Options
	file   string
	layout jsonLayout
	depth  int // 1 inside the file's own array
	failed int // values that did not close

	doc   jsonDoc
	text  string // of the value at hand
	line  int    // where it begins
	mark  int    // a place in text whose line is known
	at    int    // that line
	queue []item
	head  int

	maps   map[string]*mapping
	tells  map[string]bool // names of members that may say which message it is
	first  *mapping        // of the first flat object, for the report
	loose  int             // values that were no valid JSON and could be read
	seen   int             // bytes of the values so far
	latest error           // why the last value was no record
}

// An item is a record to come or what could not be one.
type item struct {
	d      draft
	reject *model.Rejection
	rules  *preset
	flat   bool
}

func newJSONReader(src *source, name string, o Options) (*jsonReader, error) {
	j := &jsonReader{src: src, o: o, file: name, maps: map[string]*mapping{}}
	j.p = newInterpreter(name, o, src.fixText)
	j.layout = layoutOf(src.peek(peekSize), src.eof)
	// Look at what is in memory: when no value in it is a record, this is no log.
	// A log may begin with many lines about other things.
	var why error
	for j.seen < peekSize {
		err := j.load()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if j.latest == nil {
			return j, nil
		}
		var answer *ContentError
		if why == nil || errors.As(j.latest, &answer) {
			why = j.latest
		}
	}
	if src.err != nil {
		return nil, src.err
	}
	if why != nil {
		return nil, why
	}
	if len(j.queue) == 0 {
		j.p.use(nil)
	}
	return j, nil
}

// newCellReader expands webhooks that stand in the cells of a table.
func newCellReader(p *interpreter) *jsonReader {
	return &jsonReader{p: p, maps: map[string]*mapping{}}
}

// layoutOf tells NDJSON from values that span lines.
func layoutOf(b []byte, whole bool) jsonLayout {
	text := strings.TrimLeft(string(b), " \t\r\n\ufeff")
	first, rest, more := strings.Cut(text, "\n")
	first, rest = strings.TrimSpace(first), strings.TrimLeft(rest, " \t\r\n")
	if !more || rest == "" && whole || len(first) < 2 {
		return jsonValues
	}
	var d jsonDoc
	if _, err := d.parse(strings.TrimSuffix(first, ",")); err == nil {
		return jsonLines
	}
	// The first line may be the damaged one. Inside an array, too, each line may
	// be an object, but then a comma ends it.
	second, _, _ := strings.Cut(rest, "\n")
	second = strings.TrimSpace(second)
	if _, err := d.parse(second); err == nil && strings.HasPrefix(second, "{") && !strings.HasSuffix(second, ",") && strings.HasPrefix(first, `{"`) {
		return jsonLines
	}
	return jsonValues
}

func (j *jsonReader) next(r *model.Record) error {
	for {
		if err := j.queued(r); err != io.EOF {
			return err
		}
		if err := j.load(); err != nil {
			return err
		}
	}
}

// queued gives out the next record of the values that are loaded; io.EOF when
// there is none.
func (j *jsonReader) queued(r *model.Record) error {
	if j.head >= len(j.queue) {
		j.queue, j.head = j.queue[:0], 0
		return io.EOF
	}
	it := &j.queue[j.head]
	j.head++
	if it.reject != nil {
		return it.reject
	}
	if it.flat {
		j.p.use(it.rules)
	} else {
		j.p.rules, j.p.codes = nil, "meta"
	}
	return j.p.record(&it.d, r)
}

// load reads one value and queues what it holds. Latest says why it holds
// nothing.
func (j *jsonReader) load() error {
	text, line, err := j.value()
	j.seen += len(text) + 1
	var reject *model.Rejection
	if errors.As(err, &reject) {
		reject.Raw = j.rawText(reject.Raw)
		j.latest = &ContentError{"JSON that cannot be read: " + reject.Reason, "save the file again as it came, or one object a line"}
		j.queue = append(j.queue, item{reject: reject})
		return nil
	}
	if err != nil {
		return err
	}
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		text = j.src.fixText(text)
	}
	j.latest = j.expandText(text, line)
	if j.latest != nil {
		j.queue = append(j.queue, item{reject: &model.Rejection{Line: line, Reason: j.latest.Error(), Raw: j.rawText(text)}})
	}
	return nil
}

func (j *jsonReader) rawText(s string) string {
	clean, _ := safe.Redact(j.src.fixText(clip(s, maxRaw-4)))
	return clip(clean, maxRaw-4)
}

// expandText parses a value and queues its records.
func (j *jsonReader) expandText(text string, line int) error {
	v, err := j.doc.parse(text)
	if err != nil {
		return err
	}
	if j.doc.loose {
		j.loose++
	}
	j.text, j.line, j.mark, j.at = j.doc.src, line, 0, line
	before := len(j.queue)
	if err := j.walk(v, envelope{}, 0); err != nil {
		j.queue = j.queue[:before]
		return err
	}
	if len(j.queue) == before {
		return errors.New("there is nothing in it")
	}
	clean := !safe.HasSecret(text)
	for i := before; i < len(j.queue); i++ {
		d := &j.queue[i].d
		d.clean, d.valid = clean, true
		if d.outcome == model.NotASend {
			continue
		}
		// One record: the whole value is its row. Many: each has its own part, so
		// that a body of a thousand statuses is not kept a thousand times.
		if len(j.queue)-before == 1 {
			d.raw = text
		}
		if !j.queue[i].flat {
			d.v[fResponse] = d.raw
		}
	}
	return nil
}

// lineOf is the line of a place in the value at hand. Places must come in order.
func (j *jsonReader) lineOf(offset int) int {
	if offset > j.mark && offset <= len(j.text) {
		j.at += strings.Count(j.text[j.mark:offset], "\n")
		j.mark = offset
	}
	return j.at
}

// value is the text of the next value and its line.
func (j *jsonReader) value() (string, int, error) {
	for {
		b := j.src.rest()
		n := 0
		for n < len(b) && (b[n] <= ' ' || b[n] == ',' || b[n] == 0xef || b[n] == 0xbb || b[n] == 0xbf) {
			n++
		}
		if n > 0 {
			j.src.take(n, false)
			continue
		}
		if len(b) == 0 {
			if j.src.more() {
				continue
			}
			return "", 0, j.src.end()
		}
		switch {
		case j.layout == jsonLines:
			return j.lineValue()
		case b[0] == '[' && j.depth == 0:
			j.depth = 1
			j.src.take(1, false)
		case b[0] == ']' && j.depth == 1:
			j.depth = 0
			j.src.take(1, false)
		default:
			return j.spanValue()
		}
	}
}

// lineValue takes one line of NDJSON. What a logger wrote in front of the object
// is passed over.
func (j *jsonReader) lineValue() (string, int, error) {
	for {
		b := j.src.rest()
		next, length := lineEnd(b, false, j.src.eof)
		if next < 0 {
			if len(b) < maxRecord && (j.src.more() || j.src.eof) {
				continue
			}
			return "", 0, &model.Rejection{Line: j.src.line, Reason: "the line is larger than 16 MiB", Raw: j.src.skipLine(false, maxRaw)}
		}
		line := j.src.line
		text := strings.TrimSuffix(strings.TrimSpace(string(b[:length])), ",")
		j.src.take(next, false)
		if text != "" && text[0] != '{' && text[0] != '[' && text[0] != '"' {
			if i := strings.IndexByte(text, '{'); i > 0 {
				text = text[i:]
			}
		}
		return text, line, nil
	}
}

// spanValue takes a value that may span lines, by its brackets.
func (j *jsonReader) spanValue() (string, int, error) {
	line := j.src.line
	i, depth := 0, 0
	var quote byte
	for {
		b := j.src.rest()
	scan:
		for ; i < len(b); i++ {
			c := b[i]
			if quote != 0 {
				switch c {
				case '\\':
					i++
				case quote:
					quote = 0
					if depth == 0 {
						return j.takeValue(i+1, line)
					}
				}
				continue
			}
			switch c {
			case '"':
				quote = c
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth <= 0 {
					return j.takeValue(i+1, line)
				}
			case ',', '\n':
				if depth == 0 {
					return j.takeValue(max(i, 1), line)
				}
			}
			if i >= maxRecord {
				break scan
			}
		}
		if i >= maxRecord {
			return "", 0, j.lose("a value is larger than 16 MiB")
		}
		if !j.src.more() {
			if depth == 0 && quote == 0 {
				return j.takeValue(len(j.src.rest()), line)
			}
			return "", 0, j.lose("the JSON is cut off: a bracket or quote is not closed")
		}
	}
}

func (j *jsonReader) takeValue(n, line int) (string, int, error) {
	text := string(j.src.rest()[:n])
	j.src.take(n, false)
	return strings.TrimSpace(text), line, nil
}

// lose gives up the value at hand and goes on where the next one seems to begin:
// at a line that opens a bracket as this one did.
func (j *jsonReader) lose(reason string) error {
	line := j.src.line
	if j.failed++; j.failed > 50 {
		j.layout = jsonLines // whatever it is, it is no sequence of values
	}
	raw := j.src.skipLine(false, maxRaw)
	for {
		b := j.src.peek(2)
		if len(b) == 0 || b[0] == '{' || b[0] == '[' {
			break
		}
		more := j.src.skipLine(false, max(0, maxRaw-len(raw)-1))
		if len(raw) < maxRaw {
			raw += "\n" + more
		}
	}
	return &model.Rejection{Line: line, Reason: reason, Raw: raw}
}

func (j *jsonReader) report() model.SourceReport {
	rep := model.SourceReport{File: j.file, System: j.p.system, Format: "json", Zone: j.p.clock.zoneReport()}
	if rep.System == "" {
		rep.System = "generic"
	}
	if j.layout == jsonLines {
		rep.Format = "ndjson"
	}
	if j.first != nil {
		j.first.report(&rep)
	}
	if j.loose > 0 {
		rep.Warnings = append(rep.Warnings, countOf(j.loose, "value is", "values are")+" not valid JSON (single quotes, stray commas or the like); they could be read all the same.")
	}
	rep.Warnings = append(rep.Warnings, j.p.warnings()...)
	return rep
}

func keysOf(v jsonValue) []string {
	var keys []string
	for c := range v.children {
		keys = append(keys, c.node().key)
	}
	return keys
}

// notALog is what a value is that holds no record.
func notALog(v jsonValue, line int) error {
	if !v.isObject() {
		return fmt.Errorf("it is no JSON object")
	}
	return &ColumnsError{Found: keysOf(v), Line: line, Reason: "no field of a failure log is recognised"}
}
