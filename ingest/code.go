package ingest

import (
	"strconv"
	"strings"

	"unsent/model"
)

// NormTitle is what titles are compared by: lower case, white space folded,
// without final stops. Package kb compares its titles in the same form.
func NormTitle(s string) string {
	s = strings.Join(strings.Fields(strings.ToLower(s)), " ")
	return strings.TrimSpace(strings.TrimRight(s, "."))
}

// metaNumber reports whether a bare number, of which nothing tells whose it is,
// can only be Meta's: the numbers of its table outside of those that other
// systems use too. 1 to 41, 500, 1002 and their like cannot be
// told; 190, 368 and the long ones can.
func metaNumber(n int) bool {
	switch {
	case n >= 130000 && n < 150000, n >= 200005 && n <= 200007, n >= 1752000 && n < 1753000,
		n >= 2388000 && n < 2389000, n >= 2494000 && n < 2495000, n >= 2593000 && n < 2594000:
		return true
	}
	switch n {
	case 100, 190, 368, 80007, 80008:
		return true
	}
	return false
}

// httpNumber reports whether n is one of the HTTP statuses that log writers put
// into columns of codes.
func httpNumber(n int) bool {
	switch n {
	case 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 501, 502, 503, 504:
		return true
	}
	return false
}

// onPremises reports whether n is a number of the API that Meta ran on customers'
// own machines, whose webhooks had the shape of today's: 470 was there what
// 131047 is now. The Cloud API has no codes in these ranges, as far as its table
// says, but 1016.
func onPremises(n int) bool {
	return n >= 400 && n <= 500 || n >= 1000 && n < 1100 && n != 1016 || n >= 2000 && n <= 2003
}

// plainCode is a number of another system as that writes it, leading zeros and
// all, without what a database or a spreadsheet adds: 63016.00, ６３０１６.
func plainCode(raw string, code model.Code) string {
	if strings.Contains(raw, ".") || !ascii(raw) {
		return string(code)
	}
	return raw
}

// spreadsheetCode reads a code that a spreadsheet has written its own way, with
// all its digits: 131,026 and 131.026, 131,026.00, 1.31026E+05.
func spreadsheetCode(s string) (model.Code, bool) {
	s = strings.TrimPrefix(s, "'")
	if cents := max(0, len(s)-3); s[cents:] == ".00" || s[cents:] == ",00" {
		s = s[:cents]
	}
	if len(s) == 7 && (s[3] == ',' || s[3] == '.' || s[3] == ' ' || s[3] == '\'') || len(s) == 8 && s[3:5] == "\u00a0" {
		if code, ok := sixDigits(s[:3]+s[len(s)-3:], 0); ok {
			return code, true
		}
	}
	if cutNumber(s) && len(s) == len("1.31026E+05") && s[len(s)-2:] == "05" {
		return sixDigits(s[:1]+s[2:7], 0)
	}
	if len(s) != 6 {
		return "", false
	}
	return sixDigits(s, 0)
}

// prefixedCode reads a code behind the name of whose it is: META_131026, WA-131026,
// E131026.
func prefixedCode(s string) (model.Code, bool) {
	if len(s) < 7 || len(s) > 20 {
		return "", false
	}
	head, digits := s[:len(s)-6], s[len(s)-6:]
	switch strings.TrimRight(strings.ToLower(head), "_-: ") {
	case "meta", "wa", "whatsapp", "fb", "facebook", "graph", "cloudapi", "e", "err", "error":
		return sixDigits(digits, 0)
	}
	return "", false
}

// codeSet is what a database's array of codes holds: {131026} or {131026,131047}.
func codeSet(s string) (string, bool) {
	if len(s) < 8 || len(s) > 64 || s[0] != '{' || s[len(s)-1] != '}' {
		return "", false
	}
	s = strings.Trim(s, "{}\" ")
	if _, ok := sixDigits(s, 0); !ok {
		return "", false
	}
	return s, strings.Trim(s, "0123456789,\" ") == ""
}

// cutList takes the first code of a list of them, as in "131026, 131047".
func cutList(s string) (first model.Code, rest string, ok bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;|/ \n\"'", r) })
	if len(parts) < 2 {
		return "", "", false
	}
	for _, part := range parts {
		if _, ok := sixDigits(part, 0); !ok || len(part) != 6 {
			return "", "", false
		}
	}
	return model.Code(parts[0]), strings.Join(parts[1:], ", "), true
}

// titleInText is what stands behind the code in "(#131000) Something went wrong",
// "131026: Message undeliverable" or "131016 – Service unavailable".
func titleInText(s string, code model.Code) string {
	rest, ok := strings.CutPrefix(s, "(#"+string(code)+")")
	if !ok {
		if rest, ok = strings.CutPrefix(strings.TrimPrefix(s, "#"), string(code)); !ok {
			return ""
		}
		trimmed := strings.TrimLeft(rest, " ")
		for _, sep := range []string{":", "–", "—", "-", "·", "•", "|"} {
			if after, found := strings.CutPrefix(trimmed, sep); found {
				return strings.TrimSpace(after)
			}
		}
		return ""
	}
	return strings.TrimSpace(rest)
}

// httpInText finds an HTTP status that a sentence names as one: "HTTP 503", "Graph
// 500: …", "status code 429", "503 – Service Unavailable".
func httpInText(s string) int {
	lower := strings.ToLower(s)
	for i := 0; i+3 <= len(lower); i++ {
		if lower[i] != '4' && lower[i] != '5' || !isDigit(lower[i+1]) || !isDigit(lower[i+2]) {
			continue
		}
		if i > 0 && (isDigit(lower[i-1]) || isLetter(lower[i-1])) || i+3 < len(lower) && (isDigit(lower[i+3]) || isLetter(lower[i+3])) {
			continue
		}
		n, _ := strconv.Atoi(lower[i : i+3])
		before := strings.TrimRight(lower[:i], " :=#/")
		after := strings.TrimLeft(lower[i+3:], " –—-:")
		for _, word := range []string{"http", "http/1.1", "http/2", "http error", "graph", "status", "status code", "statuscode", "whatsapp error"} {
			if strings.HasSuffix(before, word) && httpNumber(n) {
				return n
			}
		}
		if before == "" && httpNumber(n) {
			for _, phrase := range httpPhrases {
				if strings.HasPrefix(after, phrase) {
					return n
				}
			}
		}
	}
	return 0
}

// httpPhrases are the names of HTTP statuses that mean a failed call.
var httpPhrases = []string{
	"bad request", "unauthorized", "forbidden", "not found", "too many requests", "internal server error", "bad gateway",
	"service unavailable", "service temporarily unavailable", "gateway timeout", "gateway time-out", "request timeout", "server error",
}

// symbolic reports whether s is a code made of letters, such as
// BALANCE_INSUFFICIENT or EX_NUMBER_ERROR, and not a sentence.
func symbolic(s string) bool {
	if len(s) < 2 || len(s) > 64 {
		return false
	}
	upper := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			upper = true
		case isDigit(c), c == '_', c == '-', c == '.':
		case c >= 'a' && c <= 'z':
			if !strings.Contains(s, "_") && !hasDigit(s) && !camel(s) {
				return false
			}
		default:
			return false
		}
	}
	return upper || strings.ContainsAny(s, "_0123456789") || camel(s)
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// camel knows words such as noActiveSession.
func camel(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}

// slugCode reads Wexio's whatsapp:131047:re_engagement_message_required.
func slugCode(s string) (model.Code, bool) {
	parts := strings.SplitN(s, ":", 3)
	if len(parts) < 2 || !strings.EqualFold(parts[0], "whatsapp") {
		return "", false
	}
	return model.ParseCode(parts[1])
}
