package ingest

import (
	"strings"
	"time"
	"unicode/utf8"

	"unsent/model"
	"unsent/safe"
)

// A draft is one record as its format found it: texts by field, nothing read
// into them yet. Every format fills drafts and the interpreter makes records of
// them, so that a rule about codes, times or statuses holds for all formats.
type draft struct {
	v     [nFields]string
	zones *[nFields]*time.Location // that the columns' headers name; nil: none

	line     int
	raw      string // as written
	flags    []model.Flag
	several  bool           // more than one wamid in the cell
	outcome  model.Outcome  // when the format itself knows it
	object   string         // the code of an error object of Meta's own shape
	from     model.CodeFrom // where v[fCode] was found, when not in a column
	cut      string         // a payload that is cut off and could not be parsed
	also     string         // the errors behind the first, in words
	system   string         // whose codes the payload has, when its shape tells
	cutIDs   int            // ids that a spreadsheet has cut digits off
	parsed   bool           // its webhook or answer was read when it was made
	torn     bool           // its columns of status contradict each other
	dayGuess bool           // the order of day and month of its time was assumed
	failing  bool           // there is an error object, whatever the status says
	clean    bool           // its texts are known to hold no secret
	valid    bool           // and to be UTF-8
}

func (d *draft) zoneOf(f field) *time.Location {
	if d.zones == nil {
		return nil
	}
	return d.zones[f]
}

// set gives a field its value unless it has one.
func (d *draft) set(f field, s string) {
	if d.v[f] == "" {
		if s = cleanCell(s); s != "" {
			d.put(f, s)
		}
	}
}

// put files a cleaned value. Ids go where their looks say, because the columns
// of exports rarely do.
func (d *draft) put(f field, s string) {
	switch f {
	case fWAMID, fMessageID, fRowID:
		d.putID(f, s)
		return
	case fPhoneID, fWABA, fApp, fSender:
		if cutNumber(s) {
			d.cutIDs++
			return // an id without its last digits is none, and many have the same
		}
		if strings.EqualFold(s, "redacted") {
			return // names nobody, and would look like one more account
		}
	case fUserID:
		// An inner id must not be taken for a malformed number.
		user, _, _ := strings.Cut(strings.TrimPrefix(s, "whatsapp:"), "@")
		if n := digitsIn(user); n < 7 || n > 15 || hasLetter(user) {
			return
		}
		f = fRecipient
	case fType:
		if directionWord(s) {
			f = fDirection
		} else {
			f = fKind
		}
	case fRecipient:
		// Of two columns, the one with a number names the recipient: the other has a
		// person's name.
		if have := d.v[f]; have != "" && safe.Digits(have) == "" && len(safe.Digits(s)) >= 7 {
			d.v[f] = s
		}
	case fStatus:
		// What failed may stand as sent in another column, where nobody has heard of it.
		if have := d.v[f]; have != "" && have != s && !weakStatus[statusKey(strings.ToLower(s))] && outcomeWord(s) == model.Failed && outcomeWord(have) == model.InProgress {
			d.v[f], d.torn = s, true
		}
	case fDetails, fComment:
		if isWAMID(s) {
			d.putID(fWAMID, s)
			return
		}
	case fCode:
		// A column of codes may hold the whole error object, or a list of codes.
		if s[0] == '{' || s[0] == '[' && strings.Contains(s, "{") {
			f = fPayload
		} else if s[0] == '[' {
			s = strings.Trim(s, "[] ")
		}
	case fError, fMessage, fTitle, fResponse:
		if (s[0] == '{' || s[0] == '[') && len(s) > 2 && f != fResponse {
			f = fPayload
		} else if f == fResponse && s[0] != '{' && s[0] != '[' {
			f = fComment
		}
	}
	if d.v[f] == "" {
		d.v[f] = s
	}
}

func (d *draft) putID(f field, s string) {
	if namesNothing(strings.TrimPrefix(s, "wamid.")) {
		return // all rows with it would be one message
	}
	if isWAMID(s) {
		if i := strings.IndexAny(s, ",; \n"); i > 0 {
			if isWAMID(strings.TrimLeft(s[i:], ",; \n")) {
				d.several = true
			}
			s = s[:i]
		}
		if d.v[fWAMID] == "" {
			d.v[fWAMID] = s
		}
		return
	}
	if f == fRowID && len(s) < 10 && atoi(s) >= 0 {
		return // the number of a row says nothing, and another file has it too
	}
	if cutNumber(s) {
		d.cutIDs++
		return
	}
	if d.v[fMessageID] == "" {
		d.v[fMessageID] = s
	}
}

// namesNothing knows what systems write where a message has no id, because it
// never got one or because somebody made the log unrecognisable: 0, False (Odoo),
// a UUID of zeros, [REDACTED], wamid.HBgM***.
func namesNothing(id string) bool {
	if id == "-1" || strings.ContainsAny(id, "*…") || strings.HasSuffix(id, "...") {
		return true
	}
	if len(id) > 40 || strings.ContainsAny(id, "123456789") {
		return false
	}
	core := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && !isDigit(byte(r)) && !isLetter(byte(r)) {
			return -1
		}
		return r
	}, strings.ToLower(id))
	switch core {
	case "false", "true", "na", "unknown", "redacted", "hidden", "masked", "removed", "anonymized", "anonymised", "pending", "failed", "error",
		"notavailable", "notsent", "nomessageid", "noid", "tbd":
		return true
	}
	return strings.Trim(core, "0") == "" || len(core) > 2 && strings.Trim(core, "x") == ""
}

// isWAMID knows Meta's message ids, those of the on-premises API too.
func isWAMID(s string) bool {
	if strings.HasPrefix(s, "wamid.") {
		return len(s) > 6
	}
	if len(s) < 16 || !strings.HasPrefix(s, "gBE") && !strings.HasPrefix(s, "gBG") && !strings.HasPrefix(s, "ABE") && !strings.HasPrefix(s, "ABG") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && !isLetter(c) && c != '-' && c != '_' && c != '=' {
			return false
		}
	}
	return true
}

// cutNumber knows what a spreadsheet makes of a long number: 1.06541E+14.
func cutNumber(s string) bool {
	whole, exp, ok := strings.Cut(strings.ToUpper(s), "E+")
	if !ok || len(exp) > 2 || atoi(exp) < 0 || exp == "" {
		return false
	}
	head, frac, _ := strings.Cut(strings.Replace(whole, ",", ".", 1), ".")
	return len(head) == 1 && isDigit(head[0]) && atoi(frac) >= 0
}

func digitsIn(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

func hasLetter(s string) bool {
	for i := range len(s) {
		if isLetter(s[i]) {
			return true
		}
	}
	return false
}

// cleanCell trims a cell and empties the ways to write "nothing".
func cleanCell(s string) string {
	for len(s) > 0 && (s[0] <= ' ' || s[len(s)-1] <= ' ') {
		s = strings.TrimSpace(s)
		if len(s) > 0 && s[0] < ' ' {
			break // a control character that is no white space is evidence
		}
		if len(s) > 0 && s[len(s)-1] < ' ' {
			break
		}
	}
	if len(s) > 12 || s == "" {
		return s
	}
	switch s[0] {
	case 'n', 'N', '\\', '-', '(', '<', 'u', 'U', '#', '{', '[', '"', '0':
	default:
		return s
	}
	switch strings.ToLower(s) {
	case "null", "nil", "none", "n/a", "na", "nan", `\n`, "-", "--", "(null)", "<null>", "(none)", "(empty)", "undefined", "#n/a", "#ref!", "{}", "[]", `""`,
		"0000-00-00":
		return ""
	}
	return s
}
