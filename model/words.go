package model

import "strconv"

// How numbers are written wherever somebody reads them.

// Thousands is n with a comma between thousands: "11,902".
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count is "1 message" or "11,902 messages".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Percent is how many of the sends failed: "71 %", "0.4 %", or in words "all" and
// "none", which are said only when they are true, "under 0.1 %" and "over 99 %". It
// is "none" where there are no sends.
func (s Share) Percent() string {
	p := 100 * float64(s.Failed) / float64(max(s.Sends, 1))
	switch {
	case s.Failed == 0:
		return "none"
	case s.Failed == s.Sends:
		return "all"
	case p < 0.1:
		return "under 0.1 %"
	case p < 10:
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	case p > 99:
		return "over 99 %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}
