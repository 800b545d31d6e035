package ingest

import (
	"strings"

	"unsent/model"
	"unsent/safe"
)

// repair makes a row of more or fewer cells than the header fit, where only one
// way to do so leaves every typed cell (times, statuses, codes, numbers) what
// its column says.
func (c *csvReader) repair(row *row) ([]string, bool) {
	n, want := row.total, len(c.header)
	if n > maxColumns || want > maxColumns {
		return nil, false
	}
	if n < want {
		// The end is missing. What is there must look right, and must name the
		// message or the recipient.
		cells := append(append([]string(nil), row.cells...), make([]string, want-n)...)
		return cells, n > 1 && c.typed(cells) > 0
	}
	extra := n - want
	if strings.TrimSpace(strings.Join(row.cells[want:], "")) == "" && c.typed(row.cells[:want]) > 0 {
		return append([]string(nil), row.cells[:want]...), true
	}
	var best []string
	score := 0
	for _, col := range c.textColumns() {
		cells := make([]string, 0, want)
		cells = append(cells, row.cells[:col]...)
		cells = append(cells, strings.Join(row.cells[col:col+extra+1], string(c.split.delim)))
		cells = append(cells, row.cells[col+extra+1:]...)
		if s := c.typed(cells); s > score {
			best, score = cells, s
		}
	}
	return best, best != nil
}

// textColumns are the columns in which a stray delimiter is likely, most likely
// first.
func (c *csvReader) textColumns() []int {
	var cols []int
	taken := map[int]bool{}
	add := func(col int) {
		if !taken[col] {
			taken[col] = true
			cols = append(cols, col)
		}
	}
	for _, f := range []field{fDetails, fMessage, fError, fComment, fTitle, fText, fBody, fName, fCampaign, fTime, fSentAt, fUpdatedAt, fFailedAt, fDeliveredAt, fReadAt, fRequest, fResponse, fPayload} {
		for _, m := range c.m.cols {
			if m.f == f {
				add(m.col)
			}
		}
	}
	mapped := map[int]bool{}
	for _, m := range c.m.cols {
		mapped[m.col] = true
	}
	for i := range c.header {
		if !mapped[i] {
			add(i)
		}
	}
	return cols
}

// typed counts the cells that are what their column says; 0 when one is not.
func (c *csvReader) typed(cells []string) int {
	n := 0
	named := false
	for _, m := range c.m.cols {
		s := cleanCell(cells[m.col])
		if s == "" {
			continue
		}
		ok := true
		switch m.f {
		case fFailedAt, fUpdatedAt, fTime, fSentAt, fDeliveredAt, fReadAt, fLastInbound:
			_, ok = parseStamp(s)
		case fStatus:
			if _, ok = outcomeOf(strings.ToLower(s)); !ok {
				_, ok = model.ParseCode(s)
			}
			if !ok {
				_, ok = c.m.rules.word("status", s)
			}
		case fHTTP, fAttempts, fSubcode:
			ok = atoi(s) >= 0
		case fCode:
			if _, ok = model.ParseCode(s); !ok {
				ok = symbolic(s)
			}
		case fWAMID, fMessageID, fPhoneID, fWABA:
			ok = !strings.ContainsAny(s, " ")
			named = named || ok
		case fRecipient:
			ok = safe.ParsePhone(s).Digits != "" || !hasLetter(s) || strings.Contains(s, "@")
			named = named || ok
		case fRowID:
			named = true
			continue
		case fLanguage:
			ok = len(s) <= 12
		case fRequest, fResponse, fPayload:
			ok = strings.ContainsAny(s[:1], "{[\"'<")
		default:
			continue
		}
		if !ok {
			return 0
		}
		n++
	}
	if !named {
		return 0
	}
	return n
}
