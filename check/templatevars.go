package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"unsent/check/graph"
	"unsent/model"
)

var variable = model.Pattern(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// variables counts the different variables in a text.
func variables(text string) int {
	var seen []string
	for _, m := range variable().FindAllStringSubmatch(text, -1) {
		if !slices.Contains(seen, m[1]) {
			seen = append(seen, m[1])
		}
	}
	return len(seen)
}

// A slot is a place of a template that takes parameters.
type slot struct {
	name string // "header", "body", "button 1"
	n    int
}

// slots are the places of a template that may take parameters, as its components
// tell: text variables, a header that is a medium, a link that ends in a variable.
// Kinds of components that are not known here are left out: nothing is said of
// them.
func slots(t graph.Template) []slot {
	var out []slot
	for _, p := range t.Parts {
		switch upper(p.Type) {
		case "HEADER":
			switch upper(p.Format) {
			case "TEXT", "":
				out = append(out, slot{"header", variables(p.Text)})
			case "IMAGE", "VIDEO", "DOCUMENT", "LOCATION":
				out = append(out, slot{"header", 1})
			}
		case "BODY":
			out = append(out, slot{"body", variables(p.Text)})
		case "BUTTONS":
			for i, b := range p.Buttons {
				if upper(b.Type) == "URL" {
					out = append(out, slot{"button " + strconv.Itoa(i+1), variables(b.URL)})
				}
			}
		}
	}
	return out
}

// A sending is what the request in the log says of the template.
type sending struct {
	name, language string
	given          map[string]int // parameters by slot
	counted        bool           // whether the components could be read
}

// sent reads the template out of a request; false when there is none in it.
func sent(request string) (sending, bool) {
	var r struct {
		Template *struct {
			Name     string          `json:"name"`
			Language json.RawMessage `json:"language"`
			Parts    []struct {
				Type       string            `json:"type"`
				SubType    string            `json:"sub_type"`
				Index      json.RawMessage   `json:"index"`
				Parameters []json.RawMessage `json:"parameters"`
			} `json:"components"`
		} `json:"template"`
	}
	if request == "" {
		return sending{}, false
	}
	if err := json.Unmarshal([]byte(request), &r); err != nil || r.Template == nil {
		return sending{}, false
	}
	s := sending{name: r.Template.Name, given: map[string]int{}, counted: true}
	var code struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(r.Template.Language, &code) == nil {
		s.language = code.Code
	} else {
		_ = json.Unmarshal(r.Template.Language, &s.language)
	}
	for _, p := range r.Template.Parts {
		place := strings.ToLower(p.Type)
		if place == "button" {
			if !strings.EqualFold(p.SubType, "url") {
				continue
			}
			n, err := strconv.Atoi(strings.Trim(string(p.Index), `"`))
			if err != nil {
				s.counted = false
				continue
			}
			place = "button " + strconv.Itoa(n+1)
		}
		s.given[place] += len(p.Parameters)
	}
	return s, true
}

// compare says where the parameters that were sent do not fit the template
// (132000). Empty: nowhere.
func (s sending) compare(t graph.Template) []string {
	var out []string
	wants := slots(t)
	for _, w := range wants {
		if got := s.given[w.name]; got != w.n {
			out = append(out, fmt.Sprintf("its %s takes %d parameters and %d were sent", w.name, w.n, got))
		}
	}
	if n := s.given["header"]; n > 0 && !slices.ContainsFunc(t.Parts, func(p graph.Part) bool { return upper(p.Type) == "HEADER" }) {
		out = append(out, fmt.Sprintf("it has no header and %d parameters were sent for one", n))
	}
	return out
}

// requestOf is the request of a message with this template, from the samples:
// they are the only ones that have payloads.
func (s Subject) requestOf(template, language string) (sending, *model.Failure) {
	sample, _ := s.looked()
	for _, f := range sample {
		if f.Template != template || f.Language != language {
			continue
		}
		if r, ok := sent(f.Request); ok {
			return r, f
		}
	}
	return sending{}, nil
}
