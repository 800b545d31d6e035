package ingest

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"unsent/model"
)

// A clock reads the times of one file. What a single time does not say (its
// zone; whether 03/04 is in March or in April) is decided once for the file,
// counted, and told in the report.
type clock struct {
	zone  *time.Location // that the agent named; nil: none
	order string         // "dmy", "mdy", or "" while nothing has told
	told  bool           // order is the agent's or has evidence
	now   time.Time

	learned      bool   // order is the file's own
	short        int    // the orders that the file's dates with short years leave; 0: it has none
	shortGuess   int    // the order that was assumed of them
	shortGuesses int    // and for how many
	shortExample string // one of them
	polish       int    // months whose name means another one in Croatian
	polishName   string // one of them

	offset, header, flag, assumed int    // times by how their zone is known
	guessed                       int    // dates whose order was assumed
	doubled                       int    // times that the zone's clocks showed twice
	twice                         string // that zone
	guess                         bool   // the order of the date that was read last
	misfit                        int    // dates that do not fit the file's order
	unread                        int    // times that could not be read at all
	example                       string
	named                         string // the zone that a header names

	hours               uint32       // the hours that plain times have
	yearFirst, yearLast [nFields]int // dates without a zone, by how they are written
}

func newClock(o Options) *clock {
	return &clock{zone: o.Zone, order: o.DateOrder, told: o.DateOrder != "", now: o.Now}
}

// read is the time that s says, in UTC. zone is what the header of the column of
// f says, nil for most.
func (c *clock) read(s string, f field, zone *time.Location) (time.Time, model.ZoneFrom, bool) {
	st, ok := c.stamp(s)
	if !ok {
		return time.Time{}, "", false
	}
	if st.plain {
		c.hours |= 1 << st.t.Hour()
	}
	switch {
	case st.unclear:
		c.yearLast[f]++
	case st.iso && !st.zoned:
		c.yearFirst[f]++
	}
	switch {
	case st.zoned:
		c.offset++
		return st.t.Add(-st.offset), model.ZoneOffset, true
	case zone != nil:
		c.header++
		c.named = zone.String()
		return c.inZone(st.t, zone), model.ZoneHeader, true
	case c.zone != nil:
		c.flag++
		return c.inZone(st.t, c.zone), model.ZoneFlag, true
	}
	c.assumed++
	return st.t, model.ZoneAssumed, true
}

// inZone is when clocks in loc showed t's digits. Where they did so twice, since they
// were put back, it is the second time, which is counted.
func (c *clock) inZone(t time.Time, loc *time.Location) time.Time {
	at := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
	_, offset := at.Zone()
	for _, by := range [...]time.Duration{-time.Hour, time.Hour} {
		other := at.Add(by)
		if _, o := other.Zone(); time.Duration(offset-o)*time.Second != by {
			continue
		}
		c.doubled++
		if c.twice = loc.String(); by > 0 {
			at = other
		}
		break
	}
	return at.UTC()
}

func (c *clock) stamp(s string) (stamp, bool) {
	st, ok := parseStamp(s)
	c.guess = false
	if !ok {
		c.unread++
		if c.example == "" {
			c.example = strings.Clone(s)
		}
		return st, false
	}
	if st.sep != 0 {
		st = c.settleShort(st)
	}
	if st.month != "" {
		c.polish++
		c.polishName = strings.Clone(st.month)
	}
	if st.unclear {
		if st.sep == 0 {
			c.learn(st.a, st.b)
		}
		order := c.order
		if order == "" {
			order = "dmy" // most of the world; said in the report
		}
		if !c.told && st.a != st.b {
			c.guessed++
			c.guess = true
		}
		day, month := st.a, st.b
		if order == "mdy" {
			day, month = month, day
		}
		t, valid := civil(st.t.Year(), month, day, st.t.Hour(), st.t.Minute(), st.t.Second(), st.t.Nanosecond())
		if !valid {
			c.misfit++
			return st, false
		}
		st.t = t
	}
	return st, true
}

// learn takes a day above 12 for evidence of the order.
func (c *clock) learn(a, b int) {
	switch {
	case c.told:
	case a > 12 && b <= 12:
		c.order, c.told, c.learned = "dmy", true, true
	case b > 12 && a <= 12:
		c.order, c.told, c.learned = "mdy", true, true
	}
}

// sample looks at a time without reading it, for its date's order.
func (c *clock) sample(s string) {
	switch st, ok := parseStamp(s); {
	case !ok:
	case st.sep != 0:
		c.learnShort(st)
	case st.unclear:
		c.learn(st.a, st.b)
	}
}

// zoneReport is how the file's times were read: the weakest way of all.
func (c *clock) zoneReport() model.Zone {
	switch {
	case c.assumed > 0:
		return model.Zone{From: model.ZoneAssumed, Name: "UTC"}
	case c.flag > 0:
		return model.Zone{From: model.ZoneFlag, Name: c.zone.String()}
	case c.header > 0:
		return model.Zone{From: model.ZoneHeader, Name: c.named}
	case c.offset > 0:
		return model.Zone{From: model.ZoneOffset}
	}
	return model.Zone{}
}

func (c *clock) warnings() []string {
	var w []string
	if c.assumed > 0 {
		w = append(w, countOf(c.assumed, "time carries", "times carry")+" no time zone; UTC was assumed. If that is wrong: m, then t on the list of files; --tz ZONE on the command line.")
	}
	switch {
	case c.guessed > 0 && c.told && c.order == "mdy":
		w = append(w, countOf(c.guessed, "date was", "dates were")+" read as day before month until a later row showed that the file writes the month first. Take the import back (U on the list of files, import --undo N) and load it again with --date-order mdy.")
	case c.guessed > 0 && !c.told:
		w = append(w, countOf(c.guessed, "date does", "dates do")+model.WarnDays+" (as in 03/04); day before month was assumed. If that is wrong: m, then o on the list of files; --date-order mdy on the command line.")
	}
	if c.doubled > 0 {
		w = append(w, countOf(c.doubled, "time falls", "times fall")+" into the hour that clocks in "+c.twice+" show twice when they are put back; the second was taken, so what is in it may have been an hour earlier.")
	}
	if c.misfit > 0 {
		order := "day before month"
		if c.order == "mdy" {
			order = "month before day"
		}
		w = append(w, countOf(c.misfit, "date does", "dates do")+" not fit the order "+order+" that the rest of the file has, so these rows have no time; a spreadsheet may have swapped some dates.")
	}
	if c.polish > 0 {
		w = append(w, countOf(c.polish, "date has", "dates have")+" the month "+strconv.Quote(c.polishName)+", which was read as Polish. In Croatian it is the month before: if the log is from there, ask for the export with months as numbers.")
	}
	if short := c.shortWarning(); short != "" {
		w = append(w, short)
	}
	for f := range c.yearLast {
		if first, last := c.yearFirst[f], c.yearLast[f]; first > 0 && last > 0 {
			w = append(w, fmt.Sprintf("One column writes its dates in two ways, %s with the year first and %d with the year last. A spreadsheet does this when it swaps day and month where it can: ask for the export as it was before a spreadsheet opened it.",
				countOf(first, "date", "dates"), last))
		}
	}
	// Some programs write half days and leave out which (es-AR in ICU 78). A log
	// that goes on at night, and never from one o'clock in the afternoon, is one.
	const halfDay, night = 0b1_1111_1111_1110, 0b1111_1110
	if c.hours&^halfDay == 0 && bits.OnesCount32(c.hours) >= 9 && bits.OnesCount32(c.hours&night) >= 4 {
		w = append(w, "No time in this file is later than 12:59 and none says AM or PM, though it has times of the night. Perhaps the program that wrote it left AM and PM out: then the times of the afternoon are twelve hours too early.")
	}
	if c.unread > 0 {
		w = append(w, countOf(c.unread, "time", "times")+" could not be read, for example "+strconv.Quote(clip(c.example, 40))+".")
	}
	return w
}
