package ingest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Many exports write the day in one column and the time of day in another: Fecha
// and Hora, Datum and Uhrzeit, Date and Time. Either alone is no time, so they are
// read as one, and what is made of both is read as any other time is.

// clockedFields are the times that may stand in two columns.
var clockedFields = []field{fFailedAt, fUpdatedAt, fTime, fSentAt, fDeliveredAt, fReadAt}

// joinClocks finds such pairs by their values: among the columns of one time, else
// the only day of the table and what times of day there are, when one of them is
// just called "date" or "time" ("Date" and "Sent time").
func (m *mapping) joinClocks(rows []row) {
	const none, day, clock, full = 0, 1, 2, 3
	kinds := map[int]int{} // of m.cols
	for i, c := range m.cols {
		if slices.Contains(clockedFields, c.f) {
			kinds[i] = none
		}
	}
	if len(kinds) < 2 {
		return
	}
	rows = rows[:min(len(rows), 100)]
	for i := range kinds {
		n, days, clocks, fulls := 0, 0, 0, 0
		for _, r := range rows {
			s := cellAt(r.cells, m.cols[i].col)
			if s == "" {
				continue
			}
			n++
			if _, ok := dayOf(s); ok {
				days++
			} else if _, _, ok := clockOf(s); ok {
				clocks++
			} else if _, ok := parseStamp(s); ok {
				fulls++
			}
		}
		switch {
		case n == 0:
		case days*10 >= n*9:
			kinds[i] = day
		case clocks*10 >= n*9:
			kinds[i] = clock
		case fulls > 0:
			kinds[i] = full
		}
	}
	of := func(kind int, f field) (list []int) {
		for i, c := range m.cols {
			if kinds[i] == kind && (f == fNone || c.f == f) {
				list = append(list, i)
			}
		}
		return list
	}
	gone := map[int]bool{}
	join := func(d, c int) {
		day, clock := &m.cols[d], &m.cols[c]
		*clock = mappedColumn{f: clock.f, rank: min(day.rank, clock.rank), col: day.col, clock: clock.col + 1, alone: day.f}
		if clock.f == fTime {
			clock.f = day.f
		}
		gone[d], kinds[d], kinds[c] = true, none, none
	}
	for _, f := range clockedFields {
		days, clocks := of(day, f), of(clock, f)
		switch {
		case len(clocks) == 0:
		case len(of(full, f)) > 0:
			for _, c := range clocks { // it says no more than the whole time does
				gone[c], kinds[c] = true, none
			}
		case len(days) > 0:
			join(days[0], clocks[0])
		}
	}
	if days, clocks := of(day, fNone), of(clock, fNone); len(days) == 1 {
		for _, c := range clocks {
			if m.cols[days[0]].f == fTime || len(clocks) == 1 && m.cols[c].f == fTime {
				join(days[0], c)
			}
		}
	}
	m.drop(func(i int) bool { return gone[i] })
}

// dayOf reads a date without a time of day, or with midnight, which some programs
// write behind every date: then it is what stands in front.
func dayOf(s string) (string, bool) {
	if _, err := strconv.Atoi(s); err == nil {
		if _, ok := plainSerial(s); ok {
			return s, true
		}
	}
	st, ok := parseStamp(s)
	if !ok || st.t.Hour()+st.t.Minute()+st.t.Second()+st.t.Nanosecond() != 0 {
		return s, false
	}
	if at := strings.IndexByte(s, ':'); at > 0 {
		end := strings.LastIndexAny(s[:at], " T,")
		if end < 0 {
			return s, false
		}
		return strings.TrimRight(s[:end], " ,"), true
	}
	if len(s) == 8 && atoi(s) > 0 {
		return s[:4] + "-" + s[4:6] + "-" + s[6:], true // 20260513
	}
	return s, !st.zoned // a number of seconds is a whole time
}

// clockOf reads a time of day, and how long after midnight it is: 14:26:10,
// 2:26 PM, 14.26 Uhr, 14h26, 142610, a fraction of a day, or the time on the first
// day that a spreadsheet knows, which is how programs write a time without a day.
func clockOf(s string) (text string, after time.Duration, ok bool) {
	if date, rest, ok := strings.Cut(strings.Replace(s, "T", " ", 1), " "); ok && (strings.Contains(date, "1899") || strings.Contains(date, "1900")) {
		s = strings.TrimSuffix(rest, "Z")
	}
	if s == "" {
		return "", 0, false
	}
	if len(s) > 4 && s[0] == '0' && (s[1] == '.' || s[1] == ',') {
		if v, err := strconv.ParseFloat("0."+s[2:], 64); err == nil {
			s, _ = serialTime(v, false)
		}
	}
	if len(s) == 6 && atoi(s) >= 0 {
		s = s[:2] + ":" + s[2:4] + ":" + s[4:]
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, " Uhr"), " uhr")
	s = strings.TrimRight(strings.TrimRight(s, "hs"), " ") // 14:26 hs
	if at := strings.IndexAny(s, "hH"); at > 0 && at < 3 && at+1 < len(s) && isDigit(s[at+1]) {
		s = s[:at] + ":" + s[at+1:]
	}
	if h, min, sec, ns, rest, ok := clockTime(s); ok {
		clock := s[:len(s)-len(rest)]
		at := strings.IndexAny(clock, ":.")
		if h, rest, ok = halfDay(h, rest); !ok || h > 23 || min > 59 || sec > 60 || !isDigit(clock[at+1]) || len(clock) < at+3 || !isDigit(clock[at+2]) {
			return "", 0, false
		}
		if _, zoned := zoneOffset(rest); rest != "" && !zoned {
			return "", 0, false
		}
		if clock[at] == '.' {
			s = strings.ReplaceAll(clock, ".", ":") + s[len(clock):]
		}
		return s, time.Duration(h)*time.Hour + time.Duration(min)*time.Minute + time.Duration(sec)*time.Second + time.Duration(ns), true
	}
	if digitsIn(s) < 3 || digitsIn(s) > 6 {
		return "", 0, false
	}
	const someDay = "2026-01-02"
	st, ok := parseStamp(someDay + " " + s) // as the agent's country writes it
	if !ok || st.t.Format("2006-01-02") != someDay {
		return "", 0, false
	}
	return st.t.Format("15:04:05"), st.t.Sub(st.t.Truncate(24 * time.Hour)), true
}

// fillClock puts a day and a time of day into a draft. A day alone is no more than
// its own column says: that a message failed or arrived is said by the other. A
// time of day alone is none, which the report says.
func (c *mappedColumn) fillClock(d *draft, cells []string) {
	day, clock := cellAt(cells, c.col), cellAt(cells, c.clock-1)
	switch {
	case day != "" && clock != "":
		d.put(c.f, atClock(day, clock))
	case day != "":
		d.put(c.alone, day)
	case clock != "":
		d.put(fTime, clock)
	}
}

// atClock is a day and a time of day as one time. Where they do not make one, it
// is both as they stand there, which then cannot be read, and is said.
func atClock(day, clock string) string {
	text, after, ok := clockOf(clock)
	date, only := dayOf(day)
	switch {
	case !only:
		if _, ok := parseStamp(day); ok {
			return day // this one has its time of day
		}
	case !ok:
	case len(date) == 5 && atoi(date) > 0: // a spreadsheet's number of days
		return strconv.FormatFloat(float64(atoi(date))+after.Hours()/24, 'f', 9, 64)
	default:
		return date + " " + text
	}
	return day + " " + clock
}
