package status

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"unsent/model"
)

// Where an event is listed.
const (
	FromActive  = "outage list"
	FromHistory = "past outages"
	FromFeed    = "feed"
)

// most is how many entries of one file are read; the page shows a week.
const most = 500

// unreadable says why an answer cannot be one of the files. Empty: it may be.
func unreadable(status int, body []byte) string {
	body = bytes.TrimSpace(body)
	switch {
	case status != 200:
		return fmt.Sprintf("HTTP %d", status)
	case len(body) == 0:
		return "an empty answer"
	case isHTML(body):
		return "a web page came in its place"
	}
	return ""
}

func isHTML(body []byte) bool {
	head := bytes.ToLower(body[:min(len(body), 200)])
	return bytes.HasPrefix(head, []byte("<!doctype")) || bytes.HasPrefix(head, []byte("<html"))
}

// text reads a name, id or time that a file gives as a string or a number.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(strings.TrimSpace(s))
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return errors.New("neither a text nor a number")
	}
	*t = text(n)
	return nil
}

type orgJSON struct {
	ID       text     `json:"id"`
	Name     text     `json:"name"`
	Feeds    []string `json:"rss_file_paths"`
	Services []struct {
		ID     text `json:"id"`
		Name   text `json:"name"`
		Status text `json:"status"`
		Time   text `json:"time"`
	} `json:"services"`
}

// notRead is the reason for JSON of another shape. The library's words would
// tell an agent nothing.
const (
	notJSON  = "it is not whole, or not JSON"
	notShape = "it has another shape than it had"
)

func decode(body []byte, v any) string {
	if !json.Valid(body) {
		return notJSON
	}
	if b := bytes.TrimSpace(body); b[0] != '[' || json.Unmarshal(body, v) != nil {
		return notShape
	}
	return ""
}

func (r *Report) readOrgs(p *Part, body []byte) {
	var orgs []orgJSON
	if p.Why = decode(body, &orgs); p.Why != "" {
		return
	}
	found := false
	for _, o := range orgs {
		var into *[]Service
		switch string(o.ID) {
		case Product:
			into, found = &r.Services, true
			for _, f := range o.Feeds {
				if feedName().MatchString(f) && r.feedName == "" {
					r.feedName = f
				}
			}
		case "graph-api":
			into = &r.Platform
		default:
			continue
		}
		for _, s := range o.Services[:min(len(o.Services), most)] {
			at, _, _ := parseTime(string(s.Time))
			*into = append(*into, Service{Name: string(s.Name), Word: string(s.Status), Level: levelOf(string(s.Status)), At: at, id: string(s.ID)})
		}
	}
	p.Count = len(r.Services)
	switch {
	case !found:
		p.Why = "it does not list the WhatsApp Business Platform"
	case p.Count == 0:
		p.Why = "it lists no service of the WhatsApp Business Platform"
	}
}

// feedName is what a name of a feed may look like: it becomes a path.
var feedName = model.Pattern(`^[a-z0-9-]{1,80}\.rss$`)

type outageJSON struct {
	ID      text `json:"id"`
	Service text `json:"service_id"`
	Status  text `json:"status"`
	Time    text `json:"time"`
	Posts   []struct {
		Status text `json:"status"`
		Text   text `json:"description"`
		Time   text `json:"time"`
	} `json:"posts"`
}

func (r *Report) readActive(p *Part, body []byte)  { r.readOutages(p, body, FromActive) }
func (r *Report) readHistory(p *Part, body []byte) { r.readOutages(p, body, FromHistory) }

func (r *Report) readOutages(p *Part, body []byte, from string) {
	var list []outageJSON
	if p.Why = decode(body, &list); p.Why != "" {
		return
	}
	p.Count = len(list)
	for _, o := range list[:min(len(list), most)] {
		r.Events = append(r.Events, o.event(from))
	}
}

// event reads one outage. It begins with the earliest time that is given. It is
// over when its word is "Resolved" or when it stands in the list of past ones,
// and the time of the post that says so is its end.
func (o outageJSON) event(from string) Event {
	e := Event{From: from, Word: string(o.Status), Level: levelOf(string(o.Status)), Sure: true, id: string(o.ID), service: string(o.Service)}
	var last, resolved time.Time
	newest, word := Unknown, string(o.Status) // word is the one that holds now
	see := func(t text, l Level) {
		at, zoned, ok := parseTime(string(t))
		if !ok {
			return
		}
		e.Sure = e.Sure && zoned
		if e.Start.IsZero() || at.Before(e.Start) {
			e.Start = at
		}
		if at.After(last) {
			last = at
		}
		if l.past() {
			resolved = at
		}
	}
	see(o.Time, e.Level)
	for _, p := range o.Posts[:min(len(o.Posts), most)] { // the last is the newest
		l := levelOf(string(p.Status))
		see(p.Time, l)
		if said := plain(string(p.Text)); e.Title == "" {
			e.Title = said
		} else if said != "" {
			e.News = said
		}
		if p.Status != "" {
			newest = l
			if o.Status == "" {
				word = string(p.Status)
			}
		}
		// "Resolved" says nothing of how bad it was.
		if l.Bad() && (l > e.Level || e.Level.past()) {
			e.Level, e.Word = l, string(p.Status)
		}
	}
	e.Word = cmp.Or(e.Word, word)
	now := levelOf(word)
	if e.Level == Unknown {
		e.Level = now
	}
	e.Over = now.past() || from == FromHistory
	if newest != Unknown && newest.past() != now.past() && from == FromActive {
		e.Sure = false // its word says one thing and its newest post another
	}
	if e.Over {
		e.End, e.EndSure = resolved, true
		if resolved.IsZero() || resolved.Before(e.Start) || resolved.Equal(e.Start) && len(o.Posts) == 0 {
			e.End, e.EndSure = last, false
		}
	}
	return e
}

type feedXML struct {
	XMLName xml.Name `xml:"rss"`
	Channel *struct {
		Title       string   `xml:"title"`
		Link        []string `xml:"link"`
		Description string   `xml:"description"`
		Items       []struct {
			Title       string `xml:"title"`
			Description string `xml:"description"`
			Date        string `xml:"pubDate"`
			Link        string `xml:"link"`
			GUID        string `xml:"guid"`
		} `xml:"item"`
	} `xml:"channel"`
}

// readFeed reads the feed. A channel without an entry is a good answer; anything
// that is not a whole channel of this product is none.
func (r *Report) readFeed(p *Part, body []byte) {
	var f feedXML
	if err := strictXML(body, &f); err != nil {
		p.Why = err.Error()
		return
	}
	if f.Channel == nil {
		p.Why = "it is not a feed"
		return
	}
	about := strings.ToLower(f.Channel.Title + " " + strings.Join(f.Channel.Link, " ") + " " + f.Channel.Description)
	if !strings.Contains(about, "whatsapp") && !strings.Contains(about, "waba") {
		p.Why = "it is the feed of another product"
		return
	}
	p.Count = len(f.Channel.Items)
	for _, it := range f.Channel.Items[:min(len(f.Channel.Items), most)] {
		at, _, _ := parseTime(it.Date)
		e := Event{From: FromFeed, Title: plain(it.Title), Start: at}
		if e.Title == "" {
			e.Title = plain(it.Description)
		}
		e.Word, e.Over = feedWord(plain(it.Title) + " . " + plain(it.Description))
		e.Level = levelOf(e.Word)
		if e.Over {
			e.End = at
		}
		r.Events = append(r.Events, e)
	}
}

// strictXML reads one whole document. Declarations of types and entities are not
// part of a feed, and what they could unfold into is not read.
func strictXML(body []byte, v any) error {
	whole := errors.New("it is not whole, or not XML")
	dec := xml.NewDecoder(bytes.NewReader(body))
	for depth := 0; ; {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return whole
		}
		switch tok.(type) {
		case xml.Directive:
			return errors.New("it declares types, which a feed does not")
		case xml.StartElement:
			if depth++; depth > 32 {
				return errors.New("it is nested too deep for a feed")
			}
		case xml.EndElement:
			depth--
		}
	}
	if xml.Unmarshal(body, v) != nil {
		return errors.New("it is not a feed")
	}
	return nil
}

var (
	tags      = model.Pattern(`(?s)<[^<>]*>`)
	feedWords = model.Pattern(`(?i)\b(no known issues?|(?:low|some|medium|high|major) disruptions?|major outages?)\b`)
	isOver    = model.Pattern(`(?i)\b(not |un)?(?:been )?resolved\b`)
)

// feedWord finds the page's words in an entry's text: how bad it is, and whether
// the text says that it is over.
func feedWord(s string) (word string, over bool) {
	if m := feedWords().FindString(s); m != "" {
		word = m
	}
	for _, m := range isOver().FindAllStringSubmatch(s, -1) {
		if m[1] != "" {
			return word, false
		}
		over = true
	}
	return word, over
}

// plain is the text of a piece of HTML on one line, at most 300 characters.
func plain(s string) string {
	s = html.UnescapeString(tags().ReplaceAllString(s, " "))
	s = strings.Join(strings.Fields(tags().ReplaceAllString(s, " ")), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "…"
	}
	return s
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700",
}

// parseTime reads the time of an entry. A time without a zone is read as UTC, and
// zoned is false; letters for a zone are believed where they mean UTC only.
func parseTime(s string) (t time.Time, zoned, ok bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
		if n > 1e11 {
			n /= 1000 // milliseconds
		}
		if n < 1e9 || n > 1e10 {
			return time.Time{}, false, false
		}
		return time.Unix(int64(n), 0).UTC(), true, true
	}
	for _, l := range layouts {
		t, err := time.Parse(l, s)
		if err != nil || t.Year() < 2000 {
			continue
		}
		name, _ := t.Zone()
		utc := name == "UTC" || name == "GMT"
		letters := strings.HasSuffix(l, "MST")
		return t.UTC(), utc && letters || !letters && strings.Contains(l, "07"), true
	}
	return time.Time{}, false, false
}
