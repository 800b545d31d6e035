package kb

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"unsent/model"
)

// A hit is how much one word says about one article.
type hit struct{ doc, weight int }

// finder is the search's index: every word of the knowledge base.
type finder struct {
	docs  []Article
	words map[string][]hit
}

// Where a word stands decides its weight.
const (
	inCode  = 64
	inTitle = 16
	inNames = 6 // summary, texts, cause titles, related titles
	inText  = 1
)

var index = sync.OnceValue(func() *finder {
	f := &finder{docs: All(), words: map[string][]hit{}}
	for i := range f.docs {
		a := &f.docs[i]
		best := map[string]int{}
		add := func(weight int, texts ...string) {
			for _, t := range texts {
				for _, w := range wordsOf(t) {
					best[w] = max(best[w], weight)
				}
			}
		}
		add(inCode, strings.ReplaceAll(a.ID, "/", " "))
		for _, c := range a.Codes {
			add(inCode, string(c))
			if e, ok := Lookup(c, ""); ok {
				add(inTitle, e.Title)
			}
		}
		add(inTitle, a.Title)
		add(inNames, a.Verdict, a.Summary)
		add(inNames, a.Texts...)
		add(inText, bodyOf(a)...)
		for _, c := range a.Causes {
			add(inNames, c.Key, c.Title)
		}
		if !a.Generated {
			for w := range best {
				best[w]++ // an article says more than a page with the same word
			}
		}
		for w, n := range best {
			f.words[w] = append(f.words[w], hit{i, n})
		}
	}
	return f
})

// Search finds articles and pages, best first, for what somebody typed: a code
// or its beginning, words of a title, words of a text. Case, accents and
// punctuation do not matter, the last letters of a word may be missing, and a
// longer word may have one wrong letter. When nothing has all the words, what
// has most of them is found. An empty search finds everything.
func Search(q string) []Article {
	f := index()
	words := wordsOf(q)
	if len(words) == 0 {
		return slices.Clone(f.docs)
	}
	score := make([]int, len(f.docs))
	has := make([]int, len(f.docs))
	for _, w := range words {
		for doc, n := range f.match(w) {
			score[doc] += n
			has[doc]++
		}
	}
	most := slices.Max(has)
	if most == 0 || 2*most < len(words) {
		return nil
	}
	var found []int
	for doc, n := range has {
		if n == most {
			found = append(found, doc)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	out := make([]Article, len(found))
	for i, doc := range found {
		out[i] = f.docs[doc]
	}
	return out
}

// match gives every article that has a word like w, with the best score.
func (f *finder) match(w string) map[int]int {
	out := map[int]int{}
	typo := len(w) >= 5 && !strings.ContainsAny(w, "0123456789")
	for word, hits := range f.words {
		var share int // of 4
		switch {
		case word == w:
			share = 4
		case strings.HasPrefix(word, w):
			share = 3
		case typo && nearly(word, w):
			share = 1
		default:
			continue
		}
		for _, h := range hits {
			out[h.doc] = max(out[h.doc], h.weight*share)
		}
	}
	return out
}

// wordsOf cuts a text into words: lower case, without accents. "131_000", as
// source code writes it, is one word; other underscores part words.
func wordsOf(s string) []string {
	s = norm.NFD.String(strings.ToLower(s))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, underscored().ReplaceAllString(s, "$1"))
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

var underscored = model.Pattern(`\b([0-9]+)_`)

// nearly reports whether one letter added, left out, changed or swapped with
// its neighbour makes a into b.
func nearly(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if len(a) > len(b) {
		return a[i+1:] == b[i:]
	}
	if i >= len(b)-1 {
		return true
	}
	return a[i+1:] == b[i+1:] || a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// bodyOf is the running text of an article, piece by piece.
func bodyOf(a *Article) []string {
	var out []string
	for _, s := range slices.Concat(a.Sections, a.Prevent) {
		out = append(out, s.Title, s.Body)
	}
	for _, c := range a.Causes {
		out = append(out, c.Body)
	}
	var steps func([]Step)
	steps = func(list []Step) {
		for _, s := range list {
			out = append(out, s.Title, s.Body)
			out = append(out, s.Undo...)
			steps(s.Sub)
		}
	}
	steps(a.Steps)
	for _, r := range a.Replies {
		out = append(out, r.Question, r.Text)
	}
	for _, r := range a.Related {
		out = append(out, r.Why)
	}
	for _, c := range a.Conflicts {
		out = append(out, c.Article, c.Meta, c.We)
	}
	for _, k := range a.Asks {
		out = append(out, k.Text)
	}
	return out
}
