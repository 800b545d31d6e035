package kb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/model"
)

// head is the front matter of an article, as its file writes it.
type head struct {
	Codes    []string `toml:"codes"`
	HTTP     []int    `toml:"http"`
	Texts    []string `toml:"texts"`
	Title    string   `toml:"title"`
	Verdict  string   `toml:"verdict"`
	Summary  string   `toml:"summary"`
	Modified string   `toml:"modified"`
	Checked  string   `toml:"checked"`
	Expect   string   `toml:"expect"`
	Source   []struct {
		Name string `toml:"name"`
		URL  string `toml:"url"`
		Date string `toml:"date"`
	} `toml:"source"`
	Cause []struct {
		N   int    `toml:"n"`
		Key string `toml:"key"`
	} `toml:"cause"`
	Step []struct {
		ID          string   `toml:"id"`
		Checks      []string `toml:"checks"`
		Open        string   `toml:"open"`
		Hand        bool     `toml:"hand"`
		OutageLocks bool     `toml:"outage_locks"`
		Escalates   bool     `toml:"escalates"`
		Needs       []string `toml:"needs"`
		Undo        []string `toml:"undo"`
	} `toml:"step"`
	Related []struct {
		Code string `toml:"code"`
		Why  string `toml:"why"`
	} `toml:"related"`
	Conflict []struct {
		ID      string `toml:"id"`
		Article string `toml:"article"`
		Meta    string `toml:"meta"`
		We      string `toml:"we"`
		Source  string `toml:"source"`
	} `toml:"conflict"`
	Ask []struct {
		Key  string `toml:"key"`
		Text string `toml:"text"`
	} `toml:"ask"`
}

// parse reads one article. name is the file's name and must be the main code.
func parse(name, text string) (Article, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	rest, ok := strings.CutPrefix(text, "+++\n")
	if !ok {
		return Article{}, errors.New("reading the front matter: the first line is not +++")
	}
	front, body, ok := strings.Cut(rest, "\n+++\n")
	if !ok {
		return Article{}, errors.New("reading the front matter: it is not closed by +++")
	}
	var h head
	if err := decode(front, &h); err != nil {
		return Article{}, fmt.Errorf("reading the front matter: %w", err)
	}
	a := Article{
		ID: strings.TrimSuffix(name, ".md"), HTTP: h.HTTP, Title: h.Title, Verdict: h.Verdict,
		Summary: h.Summary, Modified: h.Modified, Checked: h.Checked,
	}
	var err error
	if a.Codes, err = codes(h.Codes); err != nil {
		return Article{}, err
	}
	if len(a.Codes) == 0 || string(a.Codes[0]) != a.ID {
		return Article{}, fmt.Errorf("the first code is not the file's name %q", a.ID)
	}
	if h.Expect != "" {
		if a.Expect, err = time.ParseDuration(h.Expect); err != nil || a.Expect <= 0 {
			return Article{}, fmt.Errorf("expect %q is no length of time", h.Expect)
		}
	}
	for _, t := range h.Texts {
		t = phrase(t)
		if len(t) < 12 {
			return Article{}, fmt.Errorf("text %q is too short to tell one error from another", t)
		}
		a.Texts = append(a.Texts, t)
	}
	for _, s := range h.Source {
		a.Sources = append(a.Sources, Link(s))
	}
	for _, r := range h.Related {
		c, ok := model.ParseCode(r.Code)
		if !ok {
			return Article{}, fmt.Errorf("related %q is no code", r.Code)
		}
		a.Related = append(a.Related, Related{Code: c, Why: r.Why})
	}
	for _, c := range h.Conflict {
		a.Conflicts = append(a.Conflicts, Conflict(c))
	}
	for _, k := range h.Ask {
		a.Asks = append(a.Asks, Ask(k))
	}
	if err := fill(&a, &h, parts(body)); err != nil {
		return Article{}, err
	}
	return a, nil
}

func codes(in []string) ([]model.Code, error) {
	var out []model.Code
	for _, s := range in {
		c, ok := model.ParseCode(s)
		if !ok {
			return nil, fmt.Errorf("%q is no code", s)
		}
		out = append(out, c)
	}
	return out, nil
}

// A part is a heading and the text below it, up to the next heading.
type part struct {
	level       int // 0: before the first heading
	title, body string
}

// parts cuts Markdown at its headings. A line inside a code fence is no heading.
func parts(body string) []part {
	out := []part{{}}
	var text []string
	fence := ""
	end := func() {
		out[len(out)-1].body = strings.TrimSpace(strings.Join(text, "\n"))
		text = nil
	}
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\n")
		bare := strings.TrimSpace(line)
		switch {
		case fence != "":
			if strings.HasPrefix(bare, fence) && strings.Trim(bare, "`") == "" {
				fence = ""
			}
		case strings.HasPrefix(bare, "```"):
			fence = bare[:len(bare)-len(strings.TrimLeft(bare, "`"))]
		default:
			level := len(line) - len(strings.TrimLeft(line, "#"))
			if level > 0 && strings.HasPrefix(line[level:], " ") {
				end()
				out = append(out, part{level: level, title: strings.TrimSpace(line[level:])})
				continue
			}
		}
		text = append(text, line)
	}
	end()
	return out
}

// fill puts the parts of the body where they belong and insists that causes and
// steps have both halves: an entry in the front matter and a heading.
func fill(a *Article, h *head, ps []part) error {
	if ps[0].body != "" {
		a.Sections = append(a.Sections, Section{Key: "lead", Body: ps[0].body})
	}
	under, step := "", ""
	causes, steps := map[string]part{}, map[string]part{}
	var order []string
	for _, p := range ps[1:] {
		number, title, _ := strings.Cut(p.title, " ")
		switch {
		case p.level == 2:
			under, step = key(p.title), ""
			switch under {
			case "":
				return fmt.Errorf("heading %q has no words", p.title)
			case "causes", "steps", "prevent", "replies":
				if p.body != "" {
					a.Sections = append(a.Sections, Section{Key: under, Title: p.title, Body: p.body})
				}
			default:
				a.Sections = append(a.Sections, Section{Key: under, Title: p.title, Body: p.body})
			}
		case p.level == 3 && under == "causes":
			causes[number] = part{title: title, body: p.body}
			order = append(order, "cause "+number)
		case p.level == 3 && under == "steps":
			step = number
			steps[number] = part{title: title, body: p.body}
			order = append(order, "step "+number)
		case p.level == 4 && under == "steps" && step != "" && strings.HasPrefix(number, step+"."):
			steps[number] = part{title: title, body: p.body}
			order = append(order, "step "+number)
		case p.level == 3 && under == "prevent":
			a.Prevent = append(a.Prevent, Section{Key: key(p.title), Title: p.title, Body: p.body})
		case p.level == 3 && under == "replies":
			k, q, ok := strings.Cut(p.title, ": ")
			if !ok || key(k) != k {
				return fmt.Errorf("reply %q does not begin with a key and a colon", p.title)
			}
			a.Replies = append(a.Replies, Reply{Key: k, Question: q, Text: p.body})
		case p.level == 3 && under != "":
			// A section of the article's own may have headings inside it.
			last := &a.Sections[len(a.Sections)-1]
			last.Body = strings.TrimSpace(last.Body + "\n\n### " + p.title + "\n\n" + p.body)
		default:
			return fmt.Errorf("heading %q stands where none is expected", p.title)
		}
	}
	var want []string
	for _, c := range h.Cause {
		id := fmt.Sprint(c.N)
		want = append(want, "cause "+id)
		a.Causes = append(a.Causes, Cause{N: c.N, Key: c.Key, Title: causes[id].title, Body: causes[id].body})
	}
	for _, s := range h.Step {
		want = append(want, "step "+s.ID)
		st := Step{
			ID: s.ID, Title: steps[s.ID].title, Body: steps[s.ID].body, Checks: s.Checks, Open: s.Open,
			Hand: s.Hand, OutageLocks: s.OutageLocks, Escalates: s.Escalates,
			Needs: s.Needs, Undo: s.Undo,
		}
		if up, _, inside := strings.Cut(s.ID, "."); inside {
			i := slices.IndexFunc(a.Steps, func(t Step) bool { return t.ID == up })
			if i < 0 {
				return fmt.Errorf("step %s stands before step %s", s.ID, up)
			}
			a.Steps[i].Sub = append(a.Steps[i].Sub, st)
			continue
		}
		a.Steps = append(a.Steps, st)
	}
	if !slices.Equal(order, want) {
		return fmt.Errorf("front matter has %v, the text has %v", want, order)
	}
	return nil
}

// key makes "The example error" into "the-example-error".
func key(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}
