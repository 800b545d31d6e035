package safe

import (
	"strings"
	"sync"
)

// typographic holds the characters that have an ASCII spelling everybody reads
// the same way. Letters are not among them: in a template's name an "é" or a
// Cyrillic "а" may be the very fault.
var typographic = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '´': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '«': "<<", '»': ">>", '‹': "<", '›': ">",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '﹣': "-", '－': "-",
	'…': "...", '•': "*", '·': "*", '‣': "*", '◦': "*", '●': "*",
	'→': "->", '←': "<-", '⇒': "=>", '↔': "<->",
	'≤': "<=", '≥': ">=", '≠': "!=", '≈': "~", '×': "x", '÷': "/", '±': "+/-",
	'½': "1/2", '¼': "1/4", '¾': "3/4", '°': " deg", '€': "EUR", '£': "GBP", '¥': "JPY", '¢': "c",
	'©': "(c)", '®': "(R)", '™': "(TM)", '№': "No", '§': "section ", '¶': "paragraph ",
	'\u00a0': " ", '\u2000': " ", '\u2001': " ", '\u2002': " ", '\u2003': " ", '\u2004': " ", '\u2005': " ",
	'\u2006': " ", '\u2007': " ", '\u2008': " ", '\u2009': " ", '\u200a': " ", '\u202f': " ", '\u205f': " ", '\u3000': " ",
	'␛': "^[", '↵': "\\n", '◌': "", '✓': "yes", '✔': "yes", '✗': "no", '✘': "no", '�': "?",
}

// ASCII is Text in which only ASCII is left, for receivers of plain text.
// Quotation marks, dashes, spaces and the like get their usual ASCII spelling;
// any other character is named, "<U+00E9>", so that nothing is silently changed.
func ASCII(s string) string { return toASCII(s, nil) }

// Fold is ASCII for prose that a person wrote to be read: Latin letters lose
// their accents ("não" becomes "nao") before the rest is named. Never use it for
// names and ids, where the accent may be the fault.
func Fold(s string) string { return toASCII(s, latin()) }

func toASCII(s string, letters map[rune]string) string {
	s = Text(s)
	i := 0
	for i < len(s) && s[i] < 0x80 {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	for _, r := range s[i:] {
		if r < 0x80 {
			b.WriteByte(byte(r))
			continue
		}
		if t, ok := typographic[r]; ok {
			b.WriteString(t)
			continue
		}
		if t, ok := letters[r]; ok {
			b.WriteString(t)
			continue
		}
		writeCodePoint(&b, r)
	}
	return b.String()
}

// latin maps the accented letters of Latin-1 and Latin Extended-A to their
// plain spelling.
var latin = sync.OnceValue(func() map[rune]string {
	m := map[rune]string{
		'ß': "ss", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'þ': "th", 'Þ': "Th", 'ĳ': "ij", 'Ĳ': "IJ",
		'¿': "?", '¡': "!", 'ª': "a", 'º': "o",
	}
	for plain, accented := range map[string]string{
		"a": "àáâãäåāăą", "A": "ÀÁÂÃÄÅĀĂĄ", "c": "çćĉċč", "C": "ÇĆĈĊČ", "d": "ďđð", "D": "ĎĐÐ",
		"e": "èéêëēĕėęě", "E": "ÈÉÊËĒĔĖĘĚ", "g": "ĝğġģ", "G": "ĜĞĠĢ", "h": "ĥħ", "H": "ĤĦ",
		"i": "ìíîïĩīĭįı", "I": "ÌÍÎÏĨĪĬĮİ", "j": "ĵ", "J": "Ĵ", "k": "ķĸ", "K": "Ķ",
		"l": "ĺļľŀł", "L": "ĹĻĽĿŁ", "n": "ñńņňŉŋ", "N": "ÑŃŅŇŊ", "o": "òóôõöøōŏő", "O": "ÒÓÔÕÖØŌŎŐ",
		"r": "ŕŗř", "R": "ŔŖŘ", "s": "śŝşšșſ", "S": "ŚŜŞŠȘ", "t": "ţťŧț", "T": "ŢŤŦȚ",
		"u": "ùúûüũūŭůűų", "U": "ÙÚÛÜŨŪŬŮŰŲ", "w": "ŵ", "W": "Ŵ", "y": "ýÿŷ", "Y": "ÝŶŸ", "z": "źżž", "Z": "ŹŻŽ",
	} {
		for _, r := range accented {
			m[r] = plain
		}
	}
	// A letter may also come as base and mark; the mark alone is what folds away.
	for r := rune(0x300); r <= 0x36f; r++ {
		m[r] = ""
	}
	return m
})
