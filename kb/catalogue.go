package kb

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"unsent/model"
)

//go:embed catalogue.toml
var catalogueText string

// An Entry is what the catalogue knows about one code, in our words.
type Entry struct {
	Code     model.Code
	Subcode  string     // error_subcode, "463"; empty for the code itself
	Through  model.Code // the last code of a range that begins with Code; empty for one code
	Title    string     // Meta's title today, or our name for the error where Meta's is not known
	HTTP     int        // the status in an older copy of Meta's table or in Source; 0 when none is known
	Category string     // authorization, flow, integrity, media, other, payment, recipient, registration, server, template, throttling
	Retry    string     // yes: another try may help; later: after a wait; no: first something must change
	Fix      bool       // a wait alone does not help: something has to be put right before it
	Cause    string
	Remedy   string
	Source   string // name and address
	AsOf     string // the day the source is dated or was read
	Meta     bool   // the source is Meta's own; false: others report the code
	verdict  string // where category and retry do not lead to the right one
	link     Link
}

// Name is the code as people write it: "190/463", "201 to 219".
func (e Entry) Name() string {
	switch {
	case e.Subcode != "":
		return string(e.Code) + "/" + e.Subcode
	case e.Through != "":
		return string(e.Code) + " to " + string(e.Through)
	}
	return string(e.Code)
}

// The words that a catalogue entry may use.
var (
	categories = []string{"authorization", "flow", "integrity", "media", "other", "payment", "recipient", "registration", "server", "template", "throttling"}
	retries    = []string{"yes", "later", "no"}
)

// A book is the catalogue as it was read.
type book struct {
	entries []Entry
	index   map[string]int        // "190/463", "190/" -> entries
	titles  map[string]model.Code // of codes that have a title to themselves
}

var catalogue = sync.OnceValues(func() (*book, error) { return readCatalogue(catalogueText) })

// theBook is the catalogue for reading; empty should it be damaged, which the
// tests rule out.
func theBook() *book {
	b, err := catalogue()
	if err != nil {
		return &book{}
	}
	return b
}

// line is one entry as catalogue.toml writes it.
type line struct {
	Code     string   `toml:"code"`
	Subcode  string   `toml:"subcode"`
	Through  string   `toml:"through"`
	Title    string   `toml:"title"`
	Also     []string `toml:"also"`
	Shared   bool     `toml:"shared"`
	HTTP     int      `toml:"http"`
	Category string   `toml:"category"`
	Verdict  string   `toml:"verdict"`
	Retry    string   `toml:"retry"`
	Fix      bool     `toml:"fix"`
	Cause    string   `toml:"cause"`
	Remedy   string   `toml:"remedy"`
	Source   string   `toml:"source"`
}

type catalogueFile struct {
	Source map[string]*struct {
		Name string `toml:"name"`
		URL  string `toml:"url"`
		Date string `toml:"date"`
		Meta bool   `toml:"meta"`
	} `toml:"source"`
	Entry []line `toml:"entry"`
}

func readCatalogue(text string) (*book, error) {
	var file catalogueFile
	if err := decode(text, &file); err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	b := &book{index: map[string]int{}, titles: map[string]model.Code{}}
	taken := map[string]bool{} // titles that more than one code has
	var errs []error
	for _, l := range file.Entry {
		s, known := file.Source[l.Source]
		if !known {
			errs = append(errs, fmt.Errorf("code %s has no source called %q", l.Code, l.Source))
			continue
		}
		e := Entry{
			Code: model.Code(l.Code), Subcode: l.Subcode, Through: model.Code(l.Through), Title: l.Title, HTTP: l.HTTP,
			Category: l.Category, Retry: l.Retry, Fix: l.Fix, Cause: l.Cause, Remedy: l.Remedy,
			Source: s.Name + ", " + s.URL, AsOf: s.Date, Meta: s.Meta, verdict: l.Verdict,
			link: Link{Name: s.Name, URL: s.URL, Date: s.Date},
		}
		if err := e.check(); err != nil {
			errs = append(errs, err)
		}
		k := l.Code + "/" + l.Subcode
		if _, twice := b.index[k]; twice {
			errs = append(errs, fmt.Errorf("code %s is there twice", e.Name()))
		}
		b.index[k] = len(b.entries)
		b.entries = append(b.entries, e)
		if e.Subcode != "" {
			continue // "Expired" is the title of many things
		}
		names := l.Also
		if l.Source == "errors" || l.Source == "marketing" {
			names = append([]string{l.Title}, names...) // Meta's own words; other sources have their own
		}
		for _, t := range names {
			t = NormTitle(t)
			if other, twice := b.titles[t]; (twice && other != e.Code) || l.Shared || e.Through != "" {
				taken[t] = true
			}
			b.titles[t] = e.Code
		}
	}
	for t := range taken {
		delete(b.titles, t)
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("reading the catalogue: %w", errors.Join(errs...))
	}
	slices.SortStableFunc(b.entries, func(x, y Entry) int {
		if c := byCode(x.Code, y.Code); c != 0 {
			return c
		}
		return strings.Compare(x.Subcode, y.Subcode)
	})
	for i, e := range b.entries {
		b.index[string(e.Code)+"/"+e.Subcode] = i
	}
	return b, nil
}

func (e Entry) check() error {
	if c, ok := model.ParseCode(string(e.Code)); !ok || c != e.Code {
		return fmt.Errorf("%q is no code", e.Code)
	}
	if e.Through != "" && byCode(e.Code, e.Through) >= 0 {
		return fmt.Errorf("range %s ends before it begins", e.Name())
	}
	for _, s := range []string{e.Title, e.Cause, e.Remedy, e.AsOf} {
		if strings.TrimSpace(s) == "" {
			return fmt.Errorf("code %s lacks a title, cause, remedy or source", e.Name())
		}
	}
	if e.Fix && e.Retry == "no" {
		return fmt.Errorf("code %s is not retried at all, so fix says nothing", e.Name())
	}
	if !slices.Contains(categories, e.Category) || !slices.Contains(retries, e.Retry) {
		return fmt.Errorf("code %s has a category %q or a retry %q that nobody knows", e.Name(), e.Category, e.Retry)
	}
	return nil
}

// Lookup finds what the catalogue has on a code. With a subcode that it knows,
// the entry is that subcode's; otherwise it is the code's own, or that of the
// range in which the code lies.
func Lookup(code model.Code, subcode string) (Entry, bool) {
	b := theBook()
	if i, ok := b.index[string(code)+"/"+strings.TrimSpace(subcode)]; ok {
		return b.entries[i], true
	}
	if i, ok := b.index[string(code)+"/"]; ok {
		return b.entries[i], true
	}
	n, ok := code.Int()
	if !ok {
		return Entry{}, false
	}
	for _, e := range b.entries {
		from, _ := e.Code.Int()
		if to, ok := e.Through.Int(); ok && from <= n && n <= to {
			return e, true
		}
	}
	return Entry{}, false
}

// Titles maps titles of Meta's, today's and older ones, to the one code that
// has them, for logs that have titles and no codes. The titles are in the form
// of NormTitle. A title that fits several codes, or that other systems use too,
// is not in the map, and neither are names that are not Meta's.
func Titles() map[string]model.Code { return maps.Clone(theBook().titles) }
