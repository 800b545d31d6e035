package safe

import (
	"strings"
	"unicode"

	"unsent/model"
)

// A Phone is what a recipient column holds, as far as it can be told without
// guessing.
type Phone struct {
	Digits string       // the number's digits as written, without "+"; empty when they are not all there
	Flags  []model.Flag // what is wrong or special; none for an ordinary number
	Shape  string       // PhoneShape of what was written
}

// The least and most digits that a number with its country code can have. Most
// is E.164's; the least are the plans of small islands.
const (
	leastDigits = 7
	mostDigits  = 15
)

// ParsePhone reads a recipient as exports write it. It takes off what programs
// put around a number (the "whatsapp:" prefix, "@c.us" and its kin, the
// apostrophe, tab or space that guards against formulas, the ".0" of a numeric
// column) and the usual punctuation. It never completes, repairs or expands a
// number: digits that a spreadsheet cut off or an export masked are gone, and
// Digits is then empty, as it is for two numbers in one text. A number that cannot be a full international one keeps
// its digits and is flagged as odd.
func ParsePhone(raw string) Phone {
	p := Phone{Shape: PhoneShape(raw)}
	s := trimPhone(raw)
	if isEmptyMarker(s) {
		p.Flags = []model.Flag{model.FlagNoRecipient}
		return p
	}
	s = cutPrefixFold(cutPrefixFold(s, "whatsapp:"), "tel:")
	s = strings.TrimSpace(s)

	odd := false
	if user, host, ok := strings.Cut(s, "@"); ok {
		switch strings.ToLower(host) {
		case "c.us", "s.whatsapp.net":
			user, _, _ = strings.Cut(user, ":") // the number of a linked device
			s = user
		case "g.us", "broadcast":
			p.Flags = []model.Flag{model.FlagGroup}
			return p
		case "lid":
			p.Flags = []model.Flag{model.FlagBSUID}
			return p
		default:
			p.Flags = []model.Flag{model.FlagRecipientOdd}
			return p
		}
	}
	if isBSUID(s) {
		p.Flags = []model.Flag{model.FlagBSUID}
		return p
	}
	if digits, exact, ok := scientific(s); ok {
		if !exact {
			p.Flags = []model.Flag{model.FlagRecipientDamaged}
			return p
		}
		s = digits
	}
	if strings.EqualFold(s, "redacted") || isMaskedNumber(s) {
		p.Flags = []model.Flag{model.FlagRecipientMasked}
		return p
	}
	s = cutZeroFraction(s)

	digits, ok := phoneDigits(s)
	if !ok || twoNumbers(s, digits) {
		p.Flags = []model.Flag{model.FlagRecipientOdd}
		return p
	}
	p.Digits = digits
	plan, known := planOf(digits)
	behind := len(digits) - len(plan.code)
	switch {
	case !known, len(digits) < leastDigits, len(digits) > mostDigits:
		odd = true
	case plan.most > 0 && (behind < plan.least || behind > plan.most):
		odd = true
	case strings.Contains(s, "(0)"), strings.HasPrefix(s, "("):
		// A trunk zero within, or an area code in front: written for callers at
		// home, not for the API.
		odd = true
	}
	if odd {
		p.Flags = []model.Flag{model.FlagRecipientOdd}
	}
	return p
}

// trimPhone takes off white space, invisible characters that come along when a
// number is copied from a web page, and one guard against formulas.
func trimPhone(s string) string {
	trim := func(s string) string {
		return strings.TrimFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || r < 0x20 || r >= 0x80 && hidden(r)
		})
	}
	s = trim(s)
	if rest, ok := strings.CutPrefix(s, "'"); ok {
		s = trim(rest)
	}
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = trim(s[1 : len(s)-1])
	}
	// ="447900123456" keeps a spreadsheet from reading a number.
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) > 3 {
		s = s[2 : len(s)-1]
	}
	return s
}

func cutPrefixFold(s, prefix string) string {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):]
	}
	return s
}

func isEmptyMarker(s string) bool {
	switch strings.ToLower(s) {
	case "", "null", "nil", "none", "undefined", "nan", `\n`, "n/a", "na", "-", "--", "0", "unknown":
		return true
	}
	return strings.HasPrefix(s, "{{") || strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">")
}

// isBSUID knows the form "US.1349…" and "US.ENT.1349…" of user ids that stand in
// for a number.
func isBSUID(s string) bool {
	if len(s) < 6 || s[2] != '.' || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return false
	}
	for i := 3; i < len(s); i++ {
		c := s[i]
		if c != '.' && !isAlnum(c) {
			return false
		}
	}
	return true
}

// scientific reads "4.479E+11". Exact is true when the mantissa has every digit
// of the number, as in 3.108207129E9.
func scientific(s string) (digits string, exact, ok bool) {
	s = strings.TrimPrefix(s, "+")
	at := strings.IndexAny(s, "eE")
	if at < 1 {
		return "", false, false
	}
	mantissa, exp := s[:at], strings.TrimPrefix(s[at+1:], "+")
	whole, frac, _ := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	if len(whole) != 1 || !allDigits(whole) || frac != "" && !allDigits(frac) || !allDigits(exp) || len(exp) > 2 {
		return "", false, false
	}
	n := 0
	for i := range len(exp) {
		n = n*10 + int(exp[i]-'0')
	}
	return whole + frac, len(frac) == n, true
}

// isMaskedNumber reports digits with signs of masking among them. Letters other
// than X are no masking.
func isMaskedNumber(s string) bool {
	digits, masks := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case strings.ContainsRune("*xX•●#█…·_?∗", r):
			masks++
		case strings.ContainsRune("+-–. ()", r) || r == 0xa0:
		default:
			return false
		}
	}
	return masks > 0 && (digits > 0 || masks >= 3)
}

// cutZeroFraction takes off the ".0" that a numeric column leaves.
func cutZeroFraction(s string) string {
	if at := strings.IndexByte(s, '.'); at > 5 && at < len(s)-1 && strings.Trim(s[at+1:], "0") == "" {
		return s[:at]
	}
	return s
}

// phoneDigits takes the punctuation of a number away. It answers false when
// anything else is there.
func phoneDigits(s string) (string, bool) {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteByte(byte(r))
		case r == '+' && i == 0:
		case strings.ContainsRune("-()./ \u00a0\u2007\u2009\u202f‐‑‒–—", r):
		case unicode.IsDigit(r):
			b.WriteByte('0' + digitValue(r))
		case r >= 0x80 && hidden(r):
		default:
			return "", false
		}
		if b.Len() > 24 {
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// twoNumbers reports whether a text with so many digits has two numbers in it: it
// has more than one can have and signs between them, or a stroke that does not
// stand behind an area code.
func twoNumbers(s, digits string) bool {
	if len(digits) > mostDigits && len(digits) != len(s) {
		return true
	}
	first, second, ok := strings.Cut(s, "/")
	return ok && s[0] != '+' && len(Digits(first)) >= leastDigits && len(Digits(second)) >= leastDigits
}

// Digits are the decimal digits of s, of any script, written in ASCII; all else
// is left out.
func Digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteByte(byte(r))
		case r >= 0x80 && unicode.IsDigit(r):
			b.WriteByte('0' + digitValue(r))
		}
	}
	return b.String()
}

// digitValue is the value of a decimal digit of any script. Unicode keeps each
// script's ten digits together and in order, and every set begins at a multiple
// of ten counted from the start of its range.
func digitValue(r rune) byte {
	for _, set := range unicode.Nd.R16 {
		if lo, hi := rune(set.Lo), rune(set.Hi); r >= lo && r <= hi {
			return byte((r - lo) % 10)
		}
	}
	for _, set := range unicode.Nd.R32 {
		if lo, hi := rune(set.Lo), rune(set.Hi); r >= lo && r <= hi {
			return byte((r - lo) % 10)
		}
	}
	return 0
}

// PhoneShape is how a number was written, without the number: every digit is a
// "d" (a "D" when it is a digit of another script than ASCII's), every letter an
// "a", the rest stays. "+1 (555) 010-0123" has the shape "+d (ddd) ddd-dddd". The shape is evidence of a malformed number and holds
// nothing personal. It is cut at 40 characters.
func PhoneShape(raw string) string {
	var b strings.Builder
	n := 0
	for _, r := range raw {
		if n++; n > 40 {
			b.WriteString("...")
			break
		}
		switch {
		case unicode.IsDigit(r):
			if r >= 0x80 {
				b.WriteByte('D')
			} else {
				b.WriteByte('d')
			}
		case unicode.IsLetter(r):
			b.WriteByte('a')
		default:
			b.WriteRune(r)
		}
	}
	s := b.String()
	if strings.Contains(s, "\t") {
		s = strings.ReplaceAll(s, "\t", "^I") // Line would hide the tab
	}
	return ASCII(Line(s))
}

// MaskPhone shows enough of a number to tell people apart in a list and too
// little to call them: "+1 555 ... 67". Short numbers show less. What is not all
// digits is masked wholly.
func MaskPhone(digits string) string {
	digits = strings.TrimPrefix(digits, "+")
	if !allDigits(digits) {
		return "..."
	}
	code, _ := Country(digits)
	rest := digits[len(code):]
	head, tail := "", ""
	switch {
	case len(rest) >= 9:
		head, tail = rest[:3], rest[len(rest)-2:]
	case len(rest) >= 7:
		head, tail = rest[:2], rest[len(rest)-2:]
	case len(rest) >= 5:
		tail = rest[len(rest)-2:]
	}
	parts := make([]string, 0, 4)
	if code != "" {
		parts = append(parts, "+"+code)
	}
	for _, s := range []string{head, "...", tail} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
