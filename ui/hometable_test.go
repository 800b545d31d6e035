package ui

import (
	"strings"
	"testing"

	"unsent/model"
)

// Where an incident is loses what it says last when there is no room, and a number
// of templates is never cut in its middle.
func TestShortWhere(t *testing.T) {
	account := model.Incident{Shape: model.ShapeAccount, WABA: "100200300400500", WABAs: 1, Templates: 39}
	template := model.Incident{Shape: model.ShapeTemplate, Template: "order_ready", Language: "en", WABA: "100200300400500", WABAs: 1}
	for _, x := range []struct {
		inc  model.Incident
		w    int
		want string
	}{
		{account, 40, "WABA …400500, 39 templates"},
		{account, 25, "WABA …0500, 39 templates"},
		{account, 20, "WABA …400500"},
		{account, 10, "WABA …0500"},
		{template, 30, "order_ready / en, WABA …400500"},
		{template, 25, "order_ready / en"},
		{template, 12, "order_ready"},
		{template, 8, "orde…ady"},
	} {
		got := shortWhere(x.inc, x.w)
		if cells(got) != x.w {
			t.Errorf("%q is %d cells wide, want %d", got, cells(got), x.w)
		}
		if got := strings.TrimRight(got, " "); got != x.want {
			t.Errorf("in %d cells %q, want %q", x.w, got, x.want)
		}
	}
}

// Beside a case the list says since when, in every width that has a case beside it
// and a word for the place.
func TestHomeColumns(t *testing.T) {
	for w := 120; w <= 220; w++ {
		l := layoutFor(size{w, 40})
		cols := homeColumns(l.list.w, true)
		if cols.since == 0 || cols.where < 10 || cols.likely < 12 {
			t.Errorf("%d columns: %+v", w, cols)
		}
		if got := cells(cols.header()); got > l.list.w {
			t.Errorf("%d columns: the heading is %d wide, its column %d", w, got, l.list.w)
		}
	}
}

// There are never more recipients than messages on the screen: while a log is
// loaded the two are counted at different times.
func TestRecipientsOfAnotherTime(t *testing.T) {
	a, _ := newTest(t, size{100, 40}, twoIncidents())
	press(t, a, "enter")
	c := a.top().(*caseView)
	for n, shown := range map[int]bool{1: true, 2: true, 3: false} {
		c.inc.Recipients = n
		if got := strings.Contains(screenText(a), "2 messages, "+model.Count(n, "recipient", "recipients")); got != shown {
			t.Errorf("%d recipients of 2 messages: shown %t", n, got)
		}
	}
}
