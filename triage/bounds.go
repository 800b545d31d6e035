package triage

import (
	"unsent/kb"
	"unsent/model"
)

// A bound is what an error is about by its own meaning, and so the widest fault
// that one such error can belong to.
type bound uint8

const (
	boundRequest  bound = iota // nobody knows, or the request: told by when and where it piles up
	boundPlatform              // Meta's own "something went wrong": anything from one template to the platform
	boundApp                   // the limit of an app
	boundAccount               // the token, the permissions, the standing or the payment of a WABA
	boundNumber                // a sender number
	boundTemplate              // a template in a language
	boundPerson                // the recipient
	boundChoice                // the recipient, by Meta's or the customer's choice: nothing to repair
)

// named reports whether one failure says what the fault is about, so that the
// failures of it are a fault however few sends they hit.
func (b bound) named() bool { return b == boundApp || b == boundAccount || b == boundNumber }

// templateState are the codes by which Meta says what is wrong with a template
// itself, and not with what was sent: it does not exist, breaks a policy, is
// paused, is disabled, its Flow is blocked. Every send of it is hit.
var templateState = map[model.Code]bool{"132001": true, "132007": true, "132015": true, "132016": true, "132068": true}

// special are the codes whose category in the catalogue is coarser than their
// bound. The meanings are those of Meta's page of error codes.
var special = map[model.Code]bound{
	"1":  boundPlatform, // "invalid request or possible server error"
	"4":  boundApp,      // the app's own call limit
	"17": boundApp, "613": boundApp,
	"33":     boundNumber,  // the business number was deleted
	"130429": boundNumber,  // throughput of a number
	"131048": boundNumber,  // spam limit of a number
	"131030": boundNumber,  // a test number's list of recipients
	"131037": boundNumber,  // the display name of a number
	"131056": boundPerson,  // one pair of sender and recipient
	"131057": boundAccount, // the WABA is in maintenance, although the category is "server"
	"131021": boundPerson,
	"131049": boundChoice, "131050": boundChoice, "130472": boundChoice, "130403": boundChoice, "131043": boundChoice,
}

// boundOf is the bound of an error, from the catalogue's category of its code.
func boundOf(code model.Code, subcode string, vendor model.Vendor, http int) bound {
	if code == "" {
		if vendor == (model.Vendor{}) && http >= 500 {
			return boundPlatform
		}
		return boundRequest
	}
	if b, ok := special[code]; ok {
		return b
	}
	e, ok := kb.Lookup(code, subcode)
	if !ok {
		return boundRequest
	}
	switch e.Category {
	case "server":
		return boundPlatform
	case "authorization", "integrity", "payment", "throttling":
		return boundAccount
	case "registration":
		return boundNumber
	case "template", "flow":
		return boundTemplate
	case "recipient":
		return boundPerson
	}
	return boundRequest
}

func (s *Strand) bound() bound { return boundOf(s.Code, "", s.Vendor, s.HTTP) }

// categoryOf names the catalogue's category of a code, so that two codes of one
// account that mean the same (190 and 0, 131031 and 368) can be read together.
func categoryOf(code model.Code) string {
	e, _ := kb.Lookup(code, "")
	return e.Category
}
