package kb

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"

	"unsent/model"
)

//go:embed articles/*.md
var files embed.FS

// A library is the loaded knowledge base.
type library struct {
	articles []Article          // written by hand, by code
	pages    []Article          // made from the catalogue, for codes without an article
	byCode   map[model.Code]int // index into articles
	byHTTP   map[int]int        // index into articles
	pageOf   map[string]int     // index into pages; keys are those of book.index
	version  string             // newest checked date
	broken   error              // what could not be read; the tests insist on nothing
}

// load reads everything once. An article that cannot be read is left out, so
// that its code falls back to the page from the catalogue: a program on an
// agent's desk is better off with fifteen articles than with none.
var load = sync.OnceValue(func() *library {
	l := &library{byCode: map[model.Code]int{}, byHTTP: map[int]int{}, pageOf: map[string]int{}}
	var errs []error
	l.articles, errs = readArticles()
	for i, a := range l.articles {
		for _, c := range a.Codes {
			if j, taken := l.byCode[c]; taken {
				errs = append(errs, fmt.Errorf("code %s is served by %s and by %s", c, l.articles[j].ID, a.ID))
				continue
			}
			l.byCode[c] = i
		}
		for _, h := range a.HTTP {
			if j, taken := l.byHTTP[h]; taken {
				errs = append(errs, fmt.Errorf("http %d is served by %s and by %s", h, l.articles[j].ID, a.ID))
				continue
			}
			l.byHTTP[h] = i
		}
		l.version = max(l.version, a.Checked)
	}
	if _, err := catalogue(); err != nil {
		errs = append(errs, err)
	}
	for _, e := range theBook().entries {
		l.version = max(l.version, e.AsOf)
		if _, written := l.byCode[e.Code]; written {
			continue
		}
		l.pageOf[string(e.Code)+"/"+e.Subcode] = len(l.pages)
		l.pages = append(l.pages, page(e))
	}
	l.broken = errors.Join(errs...)
	return l
})

func readArticles() ([]Article, []error) {
	entries, err := files.ReadDir("articles")
	if err != nil {
		return nil, []error{err}
	}
	var all []Article
	var errs []error
	for _, e := range entries {
		text, err := files.ReadFile(path.Join("articles", e.Name()))
		if err == nil {
			var a Article
			if a, err = parse(e.Name(), string(text)); err == nil {
				all = append(all, a)
				continue
			}
		}
		errs = append(errs, fmt.Errorf("reading article %s: %w", e.Name(), err))
	}
	slices.SortFunc(all, func(a, b Article) int { return byCode(a.Codes[0], b.Codes[0]) })
	return all, errs
}

// byCode orders codes as numbers.
func byCode(a, b model.Code) int {
	x, _ := a.Int()
	y, _ := b.Int()
	return cmp.Compare(x, y)
}

// Version is the newest day on which facts of the knowledge base were compared
// with their sources, "2026-11-22". Packets name it.
func Version() string { return load().version }

// find is the article that serves a code, else the page of its entry.
func (l *library) find(code model.Code, subcode string) (a Article, written, ok bool) {
	if i, ok := l.byCode[code]; ok {
		return l.articles[i], true, true
	}
	if e, ok := Lookup(code, subcode); ok {
		if i, ok := l.pageOf[string(e.Code)+"/"+e.Subcode]; ok {
			return l.pages[i], false, true
		}
	}
	return Article{}, false, false
}

// All is every article, then every page made from the catalogue, each by code.
func All() []Article {
	l := load()
	return slices.Concat(l.articles, l.pages)
}
