package triage

import (
	"slices"

	"unsent/model"
)

// What the log shows of how the recipients' numbers are written.
const (
	numbersUnknown = iota // hidden, cut off by a spreadsheet, or not there
	numbersFine
	numbersOdd // at least every other one is not a whole international number
)

// numbers looks at the messages at hand. It says how the log writes them, which
// need not be how they were sent: the recipient check asks the request.
func (e *evidence) numbers() int {
	all := e.Newest
	if len(all) == 0 {
		all = e.Samples
	}
	if e.Message != nil {
		all = []model.Failure{*e.Message}
	}
	fine, odd := 0, 0
	for i := range all {
		f := &all[i]
		is := func(flag model.Flag) bool { return slices.Contains(f.Flags, flag) }
		switch {
		case is(model.FlagRecipientOdd):
			odd++
		case f.Recipient == "", is(model.FlagRecipientMasked), is(model.FlagRecipientDamaged), is(model.FlagNoRecipient):
		default:
			fine++
		}
	}
	switch {
	case odd > 0 && odd >= fine:
		return numbersOdd
	case fine > 0 && fine*2 > len(all):
		return numbersFine
	}
	return numbersUnknown
}
