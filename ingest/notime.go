package ingest

import "strings"

// dropNoTimes empties the times of a row that are none, so that neither a failure
// nor a delivery is told from them.
func dropNoTimes(d *draft) {
	for _, f := range timeFields {
		if d.v[f] != "" && noTime(d.v[f]) {
			d.v[f] = ""
		}
	}
}

// noTime knows what programs write for a time that never was: the zero of Go and
// .NET (year 1), of MySQL (0000-00-00), of Unix (1970, or the evening before where
// that is west of Greenwich), of spreadsheets and SQL Server (1899, 1900, 1904,
// 1753) and of Windows (1601), numbers up to 0, and words and dashes. Another time
// that cannot be read is still one: a calendar of which nothing is known here.
func noTime(s string) bool {
	switch c := s[0]; {
	case c == '2':
		return false
	case c == '-':
		return len(s) > 1 && isDigit(s[1]) || strings.Trim(s, "- ") == ""
	case isDigit(c):
		return strings.Trim(s, "0-/:. TZ+") == "" || zeroYear(s)
	}
	if len(s) > 40 {
		return false
	}
	if strings.ContainsAny(s, "0123456789") {
		return zeroYear(s) // Thu, 01 Jan 1970 00:00:00 GMT
	}
	key := statusKey(strings.ToLower(s))
	switch key {
	case "", "na", "null", "nan", "never", "notyet", "pending", "nunca", "jamais", "nie":
		return true
	}
	return noErrorWords()[key] && statusWords()[key] == ""
}

// zeroYear reports whether the first number of four digits before the clock is the
// year in which a way to count time begins.
func zeroYear(s string) bool {
	if at := strings.IndexByte(s, ':'); at > 0 {
		s = s[:at] // behind it stands a zone
	}
	for i := 0; i < len(s); i++ {
		n := i
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		if n-i == 4 && (i > 0 || n < len(s)) {
			switch s[i:n] {
			case "0000", "0001", "1601", "1753", "1899", "1900", "1904", "1969", "1970":
				return true
			}
			return false
		}
		i = max(i, n)
	}
	return false
}
