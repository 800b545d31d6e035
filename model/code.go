package model

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// A Code is an error code as Meta numbers them: "131000", "190", "0". It is
// kept as text because 0 is a code of Meta's (AuthException) and "none" must
// differ from it: the empty Code means that no code is known.
//
// Only Meta's own numbers are a Code. A number of another system (Twilio 63016,
// Gupshup 1002) is a Vendor: the same digits mean other things there.
type Code string

// ParseCode reads a code as exports write it: "131000", " 131000 ", "131026.0"
// from a spreadsheet, "131026.00" from a database, "131_049" from source code,
// "(#131000)" and "#131000", with digits of any script, blanks that keep thousands
// apart and marks of writing direction.
// It answers false for anything else, for negative numbers and for more than
// seven digits (Meta's longest codes have seven).
func ParseCode(s string) (Code, bool) {
	s = strings.TrimSpace(plainDigits(s))
	s = strings.TrimSuffix(strings.TrimPrefix(s, "("), ")")
	s = strings.TrimPrefix(s, "#")
	if at := strings.IndexByte(s, '.'); at > 0 {
		// 131.000 is a number with its thousands apart.
		if zeros := s[at+1:]; zeros != "" && (len(zeros) != 3 || at > 3) && strings.Trim(zeros, "0") == "" {
			s = s[:at]
		}
	}
	s = strings.ReplaceAll(s, "_", "")
	if s == "" || len(s) > 7 {
		return "", false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", false
		}
	}
	if s = strings.TrimLeft(s, "0"); s == "" {
		s = "0"
	}
	return Code(s), true
}

// plainDigits writes digits of other scripts as ours, and leaves out marks that
// are not seen and the blanks that languages put between thousands.
func plainDigits(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < 0x80
	}
	if plain || len(s) > 64 {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case unicode.IsDigit(r):
			return '0' + digitOf(r)
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// digitOf is the value of a decimal digit: the ten of a script stand together, and
// all sets of a range are whole.
func digitOf(r rune) rune {
	n := rune(0)
	for unicode.IsDigit(r - n - 1) {
		n++
	}
	return n % 10
}

// Int is the code as a number; false when there is none.
func (c Code) Int() (int, bool) {
	n, err := strconv.Atoi(string(c))
	return n, err == nil
}

// MarshalJSON writes the code as Meta's API does, as a number.
func (c Code) MarshalJSON() ([]byte, error) {
	if n, ok := c.Int(); ok {
		return strconv.AppendInt(nil, int64(n), 10), nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads what MarshalJSON writes, and a code written as text.
func (c *Code) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "null" || s == "" {
		*c = ""
		return nil
	}
	code, ok := ParseCode(s)
	if !ok {
		return fmt.Errorf("%s is no error code", b)
	}
	*c = code
	return nil
}

// CodeFrom says what a failure's code was read from. The order is that of
// trust: a column of codes is better evidence than a title.
type CodeFrom string

// The evidence for a code, best first.
const (
	FromColumn CodeFrom = "column" // a column (or JSON field) that holds codes
	FromJSON   CodeFrom = "json"   // an error object inside a payload
	FromText   CodeFrom = "text"   // a sentence such as "(#131000) Something went wrong"
	FromVendor CodeFrom = "vendor" // another system's code, translated by that system's own table
	FromTitle  CodeFrom = "title"  // a title that Meta's table gives to one code only
	FromNone   CodeFrom = "none"   // no code was found
)

// A Vendor is the error code of a system between the business and Meta, kept
// apart from Meta's codes because the numbers collide.
type Vendor struct {
	System string `json:"system"` // "twilio", "gupshup", "exotel", …
	Code   string `json:"code"`   // as that system writes it, leading zeros and all
}

// String is "twilio 63016", and empty for the zero Vendor.
func (v Vendor) String() string {
	if v == (Vendor{}) {
		return ""
	}
	return v.System + " " + v.Code
}
