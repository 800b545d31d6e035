package check

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"unsent/check/graph"
	"unsent/safe"
)

// twins are letters that look like an ASCII letter or digit and are another: the
// small and capital ones of Cyrillic, Greek and Armenian that a font draws alike.
var twins = sync.OnceValue(func() map[rune]rune {
	m := map[rune]rune{}
	for latin, others := range map[rune]string{
		'a': "аɑα", 'b': "Ьь", 'c': "сϲ", 'd': "ԁ", 'e': "её", 'g': "ց", 'h': "һհ", 'i': "іıɩι", 'j': "јϳ", 'k': "кκ",
		'l': "ӏⅼ", 'm': "м", 'n': "ոп", 'o': "оοօσ", 'p': "рρ", 'q': "ԛգ", 'r': "г", 's': "ѕ", 't': "тτ", 'u': "սυ", 'v': "ѵν", 'w': "ԝѡω",
		'x': "хχ", 'y': "уүγ", 'z': "ʐ",
		'A': "АΑ", 'B': "ВΒ", 'C': "СϹ", 'E': "ЕΕ", 'H': "НΗ", 'I': "ІΙ", 'J': "Ј", 'K': "КΚ", 'M': "МΜ", 'N': "Ν", 'O': "ОΟՕ", 'P': "РΡ",
		'S': "Ѕ", 'T': "ТΤ", 'X': "ХΧ", 'Y': "УΥ", 'Z': "Ζ",
	} {
		for _, r := range others {
			m[r] = latin
		}
	}
	return m
})

// skeleton is what an eye keeps of a name: letters without case and script, one
// kind of separator, and neither blanks around it nor characters that show nothing.
func skeleton(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		if t, ok := twins()[r]; ok {
			r = t
		}
		if r >= 0xff01 && r <= 0xff5e { // full width
			r -= 0xfee0
		}
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
			continue
		case r == '-', r == '.', unicode.IsSpace(r), r >= 0x2010 && r <= 0x2015:
			r = '_'
		case r == '0':
			r = 'o'
		case r == '1', r == '|', r == 'I', r == 'l':
			r = 'i'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// near are the names, other than name, that may have been meant: those that look
// the same first, then those that differ by one or two letters. At most five.
func near(name string, all []graph.Template) []string {
	type candidate struct {
		name string
		far  int
	}
	var found []candidate
	want := skeleton(name)
	for _, t := range all {
		if t.Name == name || slices.ContainsFunc(found, func(c candidate) bool { return c.name == t.Name }) {
			continue
		}
		far := distance(want, skeleton(t.Name))
		if most := min(2, len([]rune(want))/4); far <= most {
			found = append(found, candidate{t.Name, far})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.far - b.far })
	var out []string
	for _, c := range found[:min(len(found), 5)] {
		out = append(out, c.name)
	}
	return out
}

// maxName bounds the names that are compared letter by letter. Meta's are at most
// 512 characters long.
const maxName = 600

// distance is how many letters must be put in, taken out or changed to make b of
// a. Names that are too long to be names are far apart.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > maxName || len(y) > maxName {
		return maxName
	}
	if d := len(x) - len(y); d > 2 || d < -2 {
		return 3 // further than anybody asks about
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// differences says, character by character and by code point, how the text that
// was sent differs from the one that exists. At most five lines.
func differences(sent, exists string) []string {
	x, y := []rune(sent), []rune(exists)
	if len(x) > maxName || len(y) > maxName {
		return []string{"one of the two is too long to be compared"}
	}
	// far[i][j]: the fewest changes from x[i:] to y[j:].
	far := make([][]int, len(x)+1)
	for i := len(x); i >= 0; i-- {
		far[i] = make([]int, len(y)+1)
		for j := len(y); j >= 0; j-- {
			switch {
			case i == len(x):
				far[i][j] = len(y) - j
			case j == len(y):
				far[i][j] = len(x) - i
			case x[i] == y[j]:
				far[i][j] = far[i+1][j+1]
			default:
				far[i][j] = 1 + min(far[i+1][j+1], far[i+1][j], far[i][j+1])
			}
		}
	}
	var out []string
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			i, j = i+1, j+1
			continue
		case i < len(x) && j < len(y) && far[i][j] == 1+far[i+1][j+1]:
			out = append(out, fmt.Sprintf("character %d: sent %s, exists %s", i+1, letter(x[i]), letter(y[j])))
			i, j = i+1, j+1
		case i < len(x) && far[i][j] == 1+far[i+1][j]:
			out = append(out, fmt.Sprintf("character %d: sent %s, which the existing one does not have", i+1, letter(x[i])))
			i++
		default:
			out = append(out, fmt.Sprintf("before character %d: the existing one has %s, which was not sent", i+1, letter(y[j])))
			j++
		}
		if len(out) == 5 {
			out = append(out, "and so on")
			break
		}
	}
	return out
}

// scripts that are named beside a letter; others are told by the code point.
var scriptNames = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek}, {"Armenian", unicode.Armenian},
	{"Arabic", unicode.Arabic}, {"Hebrew", unicode.Hebrew}, {"Han", unicode.Han}, {"Devanagari", unicode.Devanagari},
}

// letter is a character with its code point: `"а" (Cyrillic, U+0430)`.
func letter(r rune) string {
	name := ""
	switch {
	case r == ' ':
		name = "a blank, "
	case unicode.IsDigit(r):
		name = "a digit, "
	case unicode.IsUpper(r):
		name = "capital "
	}
	for _, s := range scriptNames {
		if unicode.Is(s.table, r) {
			name += s.name + ", "
		}
	}
	return fmt.Sprintf("%q (%sU+%04X)", safe.Line(string(r)), name, r)
}
