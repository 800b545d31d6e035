package ingest

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"unsent/safe"
)

// A stamp is a time as it stands there.
type stamp struct {
	t       time.Time     // what the wall clock showed, as if in UTC
	offset  time.Duration // of that clock, east is positive
	zoned   bool          // offset is known
	a, b    int           // the first two numbers of a date whose order is not clear
	unclear bool
	iso     bool // the year stands first
	plain   bool // the year stands last, and no AM or PM behind the clock

	short [3]int // the numbers of a date whose year has two digits
	sep   byte   // and what stands between them; 0: the year has four
	text  string // that it was read from
	month string // a name that two languages have for different months
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// civil is a date and time of the calendar; false when there is no such day, or
// when no message of WhatsApp's can be as old or as late.
func civil(y, mon, d, h, min, sec, ns int) (time.Time, bool) {
	if y < 2000 || y > 2100 || mon < 1 || mon > 12 || d < 1 || d > 31 || h > 24 || min > 59 || sec > 60 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(mon), d, h, min, sec, ns, time.UTC)
	if t.Day() != d && h < 24 {
		return time.Time{}, false
	}
	return t, true
}

// parseStamp reads a time in any of the forms that exports write.
func parseStamp(s string) (stamp, bool) {
	if st, ok := parseISO(s); ok {
		return st, true
	}
	s = plainTime(s)
	if s == "" {
		return stamp{}, false
	}
	if st, ok := parsePlain(s); ok {
		return st, true
	}
	if local, ok := localTime(s); ok && local != s {
		return parsePlain(local)
	}
	return stamp{}, false
}

func parsePlain(s string) (stamp, bool) {
	if isDigit(s[0]) {
		if st, ok := parseEpoch(s); ok {
			return st, true
		}
		if st, ok := parseISO(s); ok {
			return st, true
		}
		if st, ok := parseNumeric(s); ok {
			return st, true
		}
	}
	return parseWords(s)
}

// plainTime turns digits of other scripts into ours and takes marks of writing
// direction, odd blanks and guards out.
func plainTime(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			plain = false
			break
		}
	}
	if !plain {
		s = strings.Map(func(r rune) rune {
			switch {
			case unicode.IsDigit(r):
				return rune(safe.Digits(string(r))[0])
			case r == '،':
				return ','
			case unicode.Is(unicode.Cf, r):
				return -1
			case unicode.IsSpace(r):
				return ' '
			}
			return r
		}, s)
	}
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '\'' {
		s = s[1:]
	}
	return strings.Trim(s, "\" ")
}

// parseEpoch reads seconds, milliseconds, microseconds or nanoseconds since
// 1970, told apart by their size, and dates without separators.
func parseEpoch(s string) (stamp, bool) {
	whole, frac, dotted := strings.Cut(s, ".")
	for i := range len(whole) {
		if !isDigit(whole[i]) {
			return stamp{}, false
		}
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return stamp{}, false
	}
	var t time.Time
	switch {
	case len(whole) == 10 && !dotted && s[:2] == "20" && n < 2033_000000:
		// Hours of a partition, 2026051308. As seconds they are in 2034.
		t, ok := civil(atoi(s[:4]), atoi(s[4:6]), atoi(s[6:8]), atoi(s[8:]), 0, 0, 0)
		return stamp{t: t}, ok
	case len(whole) == 10 || len(whole) == 9 && dotted:
		ns := 0
		if dotted {
			var ok bool
			if ns, ok = nanos(frac); !ok {
				return stamp{}, false
			}
		}
		t = time.Unix(n, int64(ns))
	case dotted && strings.Trim(frac, "0") != "":
		return stamp{}, false
	case len(whole) == 13:
		t = time.UnixMilli(n)
	case len(whole) == 16:
		t = time.UnixMicro(n)
	case len(whole) == 19:
		t = time.Unix(0, n)
	case len(whole) == 8 || len(whole) == 14:
		h, m, sec := 0, 0, 0
		if len(whole) == 14 {
			h, m, sec = atoi(s[8:10]), atoi(s[10:12]), atoi(s[12:14])
		}
		t, ok := civil(atoi(s[:4]), atoi(s[4:6]), atoi(s[6:8]), h, m, sec, 0)
		return stamp{t: t}, ok
	default:
		return stamp{}, false
	}
	t = t.UTC()
	return stamp{t: t, zoned: true}, t.Year() >= 2000 && t.Year() <= 2100
}

func atoi(s string) int {
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// nanos reads the digits behind the point of a second.
func nanos(frac string) (int, bool) {
	if len(frac) == 0 || len(frac) > 12 {
		return 0, false
	}
	n, scale := 0, 100_000_000
	for i := range len(frac) {
		if !isDigit(frac[i]) {
			return 0, false
		}
		n += int(frac[i]-'0') * scale
		scale /= 10
	}
	return n, true
}

// parseISO reads 2026-07-01T06:24:28.063+05:30 and what is near it: a blank or
// nothing for the T, slashes for the dashes, no seconds, no time, up to twelve
// digits of a second, an offset without its colon, " UTC", no zone.
func parseISO(s string) (stamp, bool) {
	if len(s) < 8 || !isDigit(s[0]) || !isDigit(s[3]) || s[4] != '-' && s[4] != '/' {
		return stamp{}, false
	}
	sep := s[4]
	y := atoi(s[:4])
	rest := s[5:]
	mon, rest, ok1 := shortNumber(rest)
	if !ok1 || rest == "" || rest[0] != sep {
		return stamp{}, false
	}
	d, rest, ok2 := shortNumber(rest[1:])
	if !ok2 {
		return stamp{}, false
	}
	if rest == "" {
		t, ok := civil(y, mon, d, 0, 0, 0, 0)
		return stamp{t: t, iso: true}, ok
	}
	switch rest[0] {
	case 'T', 't', ' ', '_', ',':
		rest = strings.TrimLeft(rest[1:], " ")
	default:
		return stamp{}, false
	}
	h, min, sec, ns, rest, ok := clockTime(rest)
	if !ok {
		return stamp{}, false
	}
	if h, rest, ok = halfDay(h, rest); !ok {
		return stamp{}, false
	}
	t, ok := civil(y, mon, d, h, min, sec, ns)
	if !ok {
		return stamp{}, false
	}
	if rest == "" {
		return stamp{t: t, iso: true}, true
	}
	offset, ok := zoneOffset(rest)
	if !ok {
		return stamp{}, false
	}
	return stamp{t: t, offset: offset, zoned: true, iso: true}, true
}

func shortNumber(s string) (int, string, bool) {
	n := 0
	for n < len(s) && n < 3 && isDigit(s[n]) {
		n++
	}
	if n == 0 || n > 2 {
		return 0, s, false
	}
	return atoi(s[:n]), s[n:], true
}

// clockTime reads 15:04, 15:04:05, 15:04:05.999 or 15.04.05.
func clockTime(s string) (h, min, sec, ns int, rest string, ok bool) {
	h, rest, ok = shortNumber(s)
	if !ok || rest == "" || rest[0] != ':' && rest[0] != '.' {
		return 0, 0, 0, 0, s, false
	}
	sep := rest[0]
	min, rest, ok = shortNumber(rest[1:])
	if !ok {
		return 0, 0, 0, 0, s, false
	}
	if rest != "" && rest[0] == sep {
		if sec, rest, ok = shortNumber(rest[1:]); !ok {
			return 0, 0, 0, 0, s, false
		}
		if rest != "" && (rest[0] == '.' || rest[0] == ',') {
			n := 1
			for n < len(rest) && isDigit(rest[n]) {
				n++
			}
			if ns, ok = nanos(rest[1:n]); !ok {
				return 0, 0, 0, 0, s, false
			}
			rest = rest[n:]
		}
	}
	return h, min, sec, ns, rest, true
}

// halfDay takes AM or PM in the spellings of the locales that write them.
func halfDay(h int, rest string) (int, string, bool) {
	trimmed := strings.TrimLeft(rest, " ")
	lower := strings.ToLower(trimmed)
	for _, w := range []struct {
		text string
		pm   bool
	}{{"a.m.", false}, {"p.m.", true}, {"a. m.", false}, {"p. m.", true}, {"am", false}, {"pm", true}} {
		if strings.HasPrefix(lower, w.text) && len(lower) == len(trimmed) {
			rest = strings.TrimLeft(trimmed[len(w.text):], " ")
			switch {
			case h < 1 || h > 12:
				return 0, "", false
			case h == 12 && !w.pm:
				h = 0
			case h < 12 && w.pm:
				h += 12
			}
			return h, rest, true
		}
	}
	return h, trimmed, true
}

// zoneOffset reads Z, UTC, GMT, +05:30, +0530, +05, UTC+3, with anything in
// brackets behind it. The names of other zones mean different things in
// different countries and are not read.
func zoneOffset(s string) (time.Duration, bool) {
	if at := strings.IndexByte(s, '('); at > 0 {
		s = s[:at]
	}
	s = strings.TrimSpace(s)
	if len(s) == 1 && s[0]|0x20 == 'z' {
		return 0, true
	}
	if len(s) >= 3 && (strings.EqualFold(s[:3], "utc") || strings.EqualFold(s[:3], "gmt")) {
		if s = s[3:]; s == "" {
			return 0, true
		}
	}
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hh, mm, colon := strings.Cut(s[1:], ":")
	if !colon && len(hh) == 4 {
		hh, mm = hh[:2], hh[2:]
	}
	if colon && len(mm) != 2 || len(hh) == 0 || len(hh) > 2 {
		return 0, false
	}
	h, m := atoi(hh), 0
	if mm != "" {
		m = atoi(mm)
	}
	if h < 0 || h > 14 || m < 0 || m > 59 {
		return 0, false
	}
	d := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[0] == '-' {
		d = -d
	}
	return d, true
}

// parseNumeric reads dates that end in their year: 1/2/2026, 8:34:05 AM or
// 02/01/2026 08:34 or 2.1.2026, 08:34:05. With dots the day comes first
// everywhere; otherwise the order stays open. A year of two digits may stand first.
func parseNumeric(s string) (stamp, bool) {
	a, rest, ok := shortNumber(s)
	if !ok || rest == "" {
		return stamp{}, false
	}
	sep := rest[0]
	if sep != '/' && sep != '.' && sep != '-' {
		return stamp{}, false
	}
	b, rest, ok := shortNumber(rest[1:])
	if !ok || rest == "" || rest[0] != sep {
		return stamp{}, false
	}
	rest = rest[1:]
	n := 0
	for n < len(rest) && isDigit(rest[n]) {
		n++
	}
	if n != 4 && n != 2 {
		return stamp{}, false
	}
	y := atoi(rest[:n])
	if y >= 2543 && y <= 2643 {
		y -= 543 // Thailand counts from the Buddha's death
	}
	rest = strings.TrimLeft(rest[n:], ", T")
	h, min, sec, ns := 0, 0, 0, 0
	plain := false
	if rest != "" {
		if h, min, sec, ns, rest, ok = clockTime(rest); !ok {
			return stamp{}, false
		}
		before := strings.TrimLeft(rest, " ")
		if h, rest, ok = halfDay(h, rest); !ok {
			return stamp{}, false
		}
		plain = rest == before
	}
	zoned, offset := false, time.Duration(0)
	if rest != "" {
		if offset, zoned = zoneOffset(rest); !zoned {
			return stamp{}, false
		}
	}
	if n == 2 {
		clock := time.Date(2000, 1, 1, h, min, sec, ns, time.UTC)
		return shortStamp(stamp{t: clock, offset: offset, zoned: zoned, plain: plain, text: s}, [3]int{a, b, y}, sep)
	}
	day, month := a, b
	switch {
	case sep == '.', a == b, a > 12 && b <= 12:
	case b > 12 && a <= 12:
		day, month = b, a
	case a > 12 && b > 12:
		return stamp{}, false
	}
	t, ok := civil(y, month, day, h, min, sec, ns)
	if !ok {
		return stamp{}, false
	}
	return stamp{t: t, offset: offset, zoned: zoned, a: a, b: b, unclear: sep != '.', plain: plain}, true
}

var months = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// parseWords reads dates that name their month: Nov 25, 2022 · 25-Nov-2022
// 08:34:10 · Fri, 25 Nov 2022 08:34:10 +0000 · May 13, 2026 at 7:45 AM · Fri Jan
// 02 2026 08:34:05 GMT+0530 (India Standard Time).
func parseWords(s string) (stamp, bool) {
	if len(s) < 6 || len(s) > 80 {
		return stamp{}, false
	}
	if at := strings.IndexByte(s, '('); at > 0 {
		s = s[:at]
	}
	y, mon, d := 0, 0, 0
	h, min, sec, ns := 0, 0, 0, 0
	var offset time.Duration
	zoned, timed := false, false
	twoMonths, dots := "", 0
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
	for i := 0; i < len(words); i++ {
		w := words[i]
		if parts := strings.Split(w, "-"); len(parts) == 3 && len(parts[0]) > 0 && isDigit(parts[0][0]) {
			words = append(append(append([]string{}, words[:i]...), parts...), words[i+1:]...)
			w = words[i]
		}
		lower := strings.ToLower(strings.TrimSuffix(w, "."))
		switch {
		case lower == "":
			return stamp{}, false
		case strings.Contains(w, ":") && isDigit(w[0]) && !timed:
			rest, ok := "", false
			if h, min, sec, ns, rest, ok = clockTime(w); !ok {
				return stamp{}, false
			}
			if rest == "" && i+1 < len(words) {
				if next := strings.ToLower(words[i+1]); next == "am" || next == "pm" || next == "a.m." || next == "p.m." {
					rest = next
					i++
				}
			}
			if h, rest, ok = halfDay(h, rest); !ok {
				return stamp{}, false
			}
			if rest != "" {
				if offset, ok = zoneOffset(rest); !ok {
					return stamp{}, false
				}
				zoned = true
			}
			timed = true
		case isDigit(w[0]):
			if strings.HasSuffix(w, ".") {
				dots++
			}
			num := strings.TrimRight(lower, "sthnrd") // 1st, 2nd
			n := atoi(num)
			switch {
			case n < 0:
				return stamp{}, false
			case len(num) == 4 && y == 0:
				y = n
			case len(num) <= 2 && d == 0:
				d = n
			case len(num) == 2 && y == 0:
				y = 2000 + n
			default:
				return stamp{}, false
			}
		case timed && !zoned && (w[0] == '+' || w[0] == '-' || strings.HasPrefix(lower, "utc") || strings.HasPrefix(lower, "gmt") || lower == "z"):
			var ok bool
			if offset, ok = zoneOffset(w); !ok {
				return stamp{}, false
			}
			zoned = true
		case lower == "at", lower == "@", lower == "de":
		default:
			m := monthNamed(lower)
			switch {
			case m > 0 && mon == 0:
				if mon = m; croatian[lower] > 0 {
					if twoMonths = lower; strings.HasSuffix(w, ".") {
						dots += 4
					}
				}
			case weekday(lower):
			default:
				return stamp{}, false
			}
		}
	}
	switch {
	case twoMonths == "" || dots == 0: // Polish has no dots
	case dots&3 == 2:
		mon, twoMonths = croatian[twoMonths], "" // 12. lip 2026. has them behind both numbers
	default:
		return stamp{}, false
	}
	t, ok := civil(y, mon, d, h, min, sec, ns)
	if !ok {
		return stamp{}, false
	}
	return stamp{t: t, offset: offset, zoned: zoned, month: twoMonths}, true
}

func monthNamed(w string) int {
	for i, m := range months {
		if w == m || w == strings.ToLower(time.Month(i+1).String()) || w == "sept" && m == "sep" {
			return i + 1
		}
	}
	return monthWords()[w]
}

func weekday(w string) bool {
	if len(w) < 3 {
		return false
	}
	switch w[:3] {
	case "mon", "tue", "wed", "thu", "fri", "sat", "sun":
		return true
	}
	return false
}
