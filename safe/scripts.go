package safe

import (
	"strings"
	"unicode"
)

// lookAlike are the scripts that share letters by their looks: a Cyrillic "а"
// cannot be told from a Latin one.
var lookAlike = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek},
	{"Armenian", unicode.Armenian}, {"Cherokee", unicode.Cherokee}, {"Coptic", unicode.Coptic},
}

// MixedScripts names the scripts, "Latin and Cyrillic", when the letters of a
// name come from more than one of those that look alike; else it is empty. Names
// in one script, whichever, and the usual mixtures such as Latin with Chinese
// are no hit.
func MixedScripts(name string) string {
	if plainPrefix(name) == len(name) {
		return ""
	}
	var found []string
	for _, s := range lookAlike {
		if strings.IndexFunc(name, func(r rune) bool { return unicode.IsLetter(r) && unicode.Is(s.table, r) }) >= 0 {
			found = append(found, s.name)
		}
	}
	if len(found) < 2 {
		return ""
	}
	return strings.Join(found, " and ")
}
