package ingest

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A spreadsheet's date is a number of days and their fraction, counted from the
// last days of 1899, or from 1904 in workbooks of old Macs (ECMA-376 part 1,
// 18.17.4.1). Since 1 March 1900 the first count is the calendar's.
var (
	from1900 = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	from1904 = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
)

// serialTime writes such a number as a time without a zone, to the millisecond.
// A number below a day is a time of day. False: it is no date that a calendar of
// a spreadsheet has.
func serialTime(v float64, date1904 bool) (string, bool) {
	days, fraction := math.Modf(v)
	if v < 0 || days > 2958465 || days > 0 && days < 61 {
		return "", false
	}
	base := from1900
	if date1904 {
		base = from1904
	}
	ms := time.Duration(math.Round(fraction*86_400_000)) * time.Millisecond
	t := base.AddDate(0, 0, int(days)).Add(ms)
	switch {
	case days == 0:
		return t.Format("15:04:05"), true
	case ms == 0:
		return t.Format("2006-01-02"), true
	}
	return t.Format("2006-01-02 15:04:05.999"), true
}

// Days that a log may be about, as the numbers of a table without styles are
// only taken for dates when all are in this range: 6 July 2009 to 8 April 2064
// (2013 to 2068 when counted from 1904).
const (
	firstSerial = 40_000
	lastSerial  = 60_000
)

// plainSerial reads a cell that holds such a number and nothing else.
func plainSerial(s string) (float64, bool) {
	if len(s) < 5 || len(s) > 24 || len(s) > 5 && s[5] != '.' && s[5] != ',' {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return v, err == nil && v >= firstSerial && v <= lastSerial
}

// serials are the times of a table whose columns hold a spreadsheet's numbers
// instead of dates: every value of the first rows is one. A column in which some
// are and others are not is left as it is; its times then cannot be read, and the
// report says so.
type serials struct {
	seen, fit [nFields]int
	used      [nFields]bool
	odd       int // values further down that are none
	example   string
	date1904  bool
}

func (s *serials) sample(f field, value string) {
	if noTime(value) {
		return
	}
	s.seen[f]++
	if _, ok := plainSerial(value); ok {
		s.fit[f]++
	}
}

func (s *serials) decide() {
	for f := range s.used {
		s.used[f] = s.seen[f] > 0 && s.fit[f] == s.seen[f]
	}
}

// convert writes the times of a row as dates.
func (s *serials) convert(d *draft) {
	for _, f := range timeFields {
		value := d.v[f]
		if !s.used[f] || value == "" || noTime(value) {
			continue
		}
		v, ok := plainSerial(value)
		if !ok {
			s.odd++
			continue
		}
		if text, ok := serialTime(v, s.date1904); ok {
			if s.example == "" {
				s.example = text
			}
			d.v[f] = text
		}
	}
}

func (s *serials) warnings() []string {
	var out []string
	if s.example != "" {
		base := "1900"
		if s.date1904 {
			base = "1904"
		}
		out = append(out, "Times stand as a spreadsheet's day numbers (counted from "+base+") and were read as dates; the first is "+s.example+". Compare it with the system that the log is from.")
	}
	if s.odd > 0 {
		out = append(out, countOf(s.odd, "time is", "times are")+" no day number as the others of the column are; a spreadsheet may have swapped day and month in the others.")
	}
	return out
}

var timeFields = [...]field{fFailedAt, fUpdatedAt, fTime, fSentAt, fDeliveredAt, fReadAt, fLastInbound}
