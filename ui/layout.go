package ui

// A size is a part of the terminal, in cells.
type size struct{ w, h int }

// Widths from which a second and a third column pay. A third column needs the
// article at a readable width beside a case that is still whole.
const (
	twoColumns   = 110
	threeColumns = 170
	prose        = 80 // no line of running text is longer
)

// A layout is every number that drawing needs. It is the only arithmetic on the
// terminal's size.
type layout struct {
	term   size
	head   int  // lines of title
	foot   int  // lines of footer
	body   size // what is between them
	list   size // the list's column; as wide as the body when there is one column
	main   size // the case's column
	side   size // the third column, article and packet
	reason int  // most lines under the list for the selected incident, one column only
}

func layoutFor(term size) layout {
	l := layout{term: term, head: 2, foot: 1}
	if term.h < 16 {
		l.head = 1
	}
	if term.h < 4 {
		l.head, l.foot = 0, 0
	}
	l.body = size{max(term.w, 0), max(term.h-l.head-l.foot, 0)}
	l.list, l.main = l.body, l.body
	switch {
	case term.w >= threeColumns:
		l.list.w = min(60, term.w*3/10)
		l.side = size{min(prose+4, (term.w-l.list.w)*45/100), l.body.h}
		l.main.w = term.w - l.list.w - l.side.w - 2
	case term.w >= twoColumns:
		l.list.w = max(44, min(58, term.w-68)) // what the case's column needs for its parts' names comes first
		l.main.w = term.w - l.list.w - 1
	default:
		switch {
		case l.body.h >= 20:
			l.reason = 5
		case l.body.h >= 10:
			l.reason = 3
		}
	}
	return l
}

// columns is 1, 2 or 3.
func (l layout) columns() int {
	switch {
	case l.side.w > 0:
		return 3
	case l.list.w < l.body.w:
		return 2
	}
	return 1
}
