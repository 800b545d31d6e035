package check

import (
	"strings"
	"time"

	"unsent/model"
)

// factPageTime says when the incident was of which the fact before it speaks, with
// the year and so that PageIncidents can read it.
const factPageTime = "its time"

const (
	pageTime  = "2006-01-02 15:04"
	pageOpen  = ", still open"
	pageAbout = "about "
)

// A PageIncident is an incident of Meta's status page, as a finding of the
// status-page check has it.
type PageIncident struct {
	Said  string    // its title, service and times: untrusted text
	From  time.Time // UTC
	To    time.Time // UTC; From where its end is not said. While it is open, when the page was asked
	Open  bool      // it was, when the page was asked
	About bool      // its times are not exact
}

// PageIncidents are the incidents with a time that a finding of the status page
// has, newest first. A finding names five at most.
func PageIncidents(f model.Finding) []PageIncident {
	var out []PageIncident
	said := ""
	for _, x := range f.Facts {
		switch x.Name {
		case "incident":
			said = x.Value
		case factPageTime:
			if p, ok := readPageTime(x.Value, f.At); ok {
				p.Said = said
				out = append(out, p)
			}
		}
	}
	return out
}

// pageTimes is the text of factPageTime; empty when the page does not say.
func (l *listed) pageTimes() string {
	if l.Start.IsZero() {
		return ""
	}
	s := l.Start.UTC().Format(pageTime)
	if l.Over && l.End.After(l.Start) {
		s += " to " + l.End.UTC().Format(pageTime)
	}
	s += " UTC"
	if !l.Over {
		s += pageOpen
	}
	if !l.Sure || l.Over && !l.EndSure {
		s = pageAbout + s
	}
	return s
}

func readPageTime(s string, asked time.Time) (p PageIncident, ok bool) {
	s, p.About = strings.CutPrefix(s, pageAbout)
	s, p.Open = strings.CutSuffix(s, pageOpen)
	from, to, ends := strings.Cut(strings.TrimSuffix(s, " UTC"), " to ")
	var err error
	if p.From, err = time.Parse(pageTime, from); err != nil {
		return p, false
	}
	p.To = p.From
	if ends {
		if p.To, err = time.Parse(pageTime, to); err != nil {
			return p, false
		}
	}
	if p.Open && asked.After(p.From) {
		p.To = asked
	}
	return p, true
}
