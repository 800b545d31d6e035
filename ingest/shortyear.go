package ingest

import (
	"strings"
	"time"
)

// The orders in which a date can stand, as bits: several may be possible.
const (
	dayFirst = 1 << iota
	monthFirst
	yearFirst
)

// firstAPI is when WhatsApp's Business API began: no log is older.
var firstAPI = time.Date(2018, 8, 1, 0, 0, 0, 0, time.UTC)

// shortDate is the date of three numbers in one order, at the time of day of clock.
func shortDate(n [3]int, order int, clock time.Time) (time.Time, bool) {
	d, mon, y := n[0], n[1], n[2]
	switch order {
	case monthFirst:
		d, mon = mon, d
	case yearFirst:
		y, d = d, y
	}
	return civil(2000+y, mon, d, clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond())
}

// shortOrders are the orders in which three numbers of two digits can be the date
// of a message: not before there were any, nor after now (unless that is zero)
// where another order is possible. Where none is, those in which they are a date
// with its year behind.
func shortOrders(n [3]int, sep byte, now time.Time) int {
	possible, last, later := 0, 0, 0
	for _, order := range []int{dayFirst, monthFirst, yearFirst} {
		if order == monthFirst && sep == '.' {
			continue // with dots the day comes first everywhere
		}
		t, ok := shortDate(n, order, time.Time{})
		if !ok {
			continue
		}
		if order != yearFirst {
			last |= order
		}
		if !t.Before(firstAPI) {
			possible |= order
		}
		if !now.IsZero() && t.Sub(now) > 48*time.Hour {
			later |= order
		}
	}
	switch left := possible &^ later; {
	case possible == 0:
		return last
	case possible&yearFirst != 0 && left != 0:
		return left
	}
	return possible
}

// shortStamp is the stamp of a date whose year has two digits: 13/05/26, and
// 26/05/13 of Hadoop's and Spark's logs and of exports from East Asia.
func shortStamp(st stamp, n [3]int, sep byte) (stamp, bool) {
	st.short, st.sep, st.a, st.b = n, sep, n[0], n[1]
	orders := shortOrders(n, sep, time.Time{})
	for _, order := range []int{dayFirst, monthFirst, yearFirst} {
		if orders&order != 0 {
			st.t, _ = shortDate(n, order, st.t)
			st.unclear = sep != '.' && order != yearFirst
			st.iso = order == yearFirst
			return st, true
		}
	}
	return stamp{}, false
}

// learnShort takes from a date what it says of the order of all: a date that can
// only be read one way tells how the others are.
func (c *clock) learnShort(st stamp) (orders int) {
	orders = shortOrders(st.short, st.sep, c.now)
	if c.short == 0 {
		c.short = orders
	} else if both := c.short & orders; both != 0 {
		c.short = both
	}
	if both := orders & c.short; both != 0 {
		orders = both
	}
	if orders&yearFirst == 0 && st.sep != '.' {
		c.learn(st.a, st.b)
		if c.short == dayFirst && !c.told {
			c.order, c.told, c.learned = "dmy", true, true
		}
	}
	return orders
}

// settleShort decides where the year of a short date stands. Where the file leaves
// both ends open, the later date is the likelier one in a log; that is said.
func (c *clock) settleShort(st stamp) stamp {
	orders := c.learnShort(st)
	if orders&yearFirst != 0 && orders != yearFirst {
		if c.told && !c.learned && c.order == "dmy" {
			orders = dayFirst
		} else {
			if c.shortGuess == 0 {
				day, _ := shortDate(st.short, dayFirst, st.t)
				year, _ := shortDate(st.short, yearFirst, st.t)
				c.shortGuess, c.shortExample = dayFirst, strings.Clone(st.text)
				if year.After(day) {
					c.shortGuess = yearFirst
				}
			}
			c.shortGuesses++
			c.guess = true
			orders = c.shortGuess
		}
	}
	if orders == yearFirst {
		st.t, _ = shortDate(st.short, yearFirst, st.t)
		st.unclear, st.iso = false, true
		return st
	}
	order := dayFirst
	if orders == monthFirst {
		order = monthFirst
	}
	st.t, _ = shortDate(st.short, order, st.t)
	st.unclear, st.iso = st.sep != '.', false
	return st
}

// shortWarning says what was assumed of dates with a short year.
func (c *clock) shortWarning() string {
	taken, other := "day", "year"
	if c.shortGuess == yearFirst {
		taken, other = other, taken
	}
	switch {
	case c.shortGuesses == 0 || c.short == c.shortGuess:
		return ""
	case c.short&c.shortGuess == 0:
		return countOf(c.shortGuesses, "date was", "dates were") + " read with the " + taken + " first (as in " + c.shortExample + ") until a later row showed that the " + other +
			" stands first: these times are wrong. Ask for the export with four digits of the year."
	}
	return countOf(c.shortGuesses, "date does", "dates do") + " not tell the year from the day (as in " + c.shortExample + "); the " + taken +
		" was read first, which gives the later dates. Compare one with the system that the log is from, or ask for the export with four digits of the year."
}
