package triage

import "unsent/model"

// A number must be registered for the Cloud API, with its PIN; one that is not,
// or no longer, sends nothing at all. A code of registering that went wrong says
// what went wrong, and not that the number is unregistered now.
var registrationRule = rule{
	cause:  "registration",
	title:  "The business number is not registered, or not connected",
	says:   "131045 133006 133010",
	may:    "33 131000 131031 133000 133005 133008 133009 133015 136024 136025",
	words:  []string{"phone number not registered", "account not registered", "two-step", "two step verification", "certificate"},
	checks: []string{"phone-number"},
	about:  []model.Dim{model.DimPhone},
	look: func(e *evidence, r *reasons) {
		e.oneNumber(r, "each number is registered by itself")
	},
}
