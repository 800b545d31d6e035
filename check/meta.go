package check

import (
	"unsent/check/graph"
	"unsent/check/status"
	"unsent/model"
)

// A Meta is how the checks of one case ask Meta: in whose name, and where. A nil
// *Meta, in Subject.Meta, asks nothing over the network.
type Meta struct {
	Account model.Account  // the account that the case belongs to; its Name is empty when none on record fits
	Graph   *graph.Client  // nil: there is no token
	NoToken string         // why there is no token and how to give one; a sentence for the agent
	Remark  string         // what the agent should know of the token that is asked with; empty: nothing
	Status  *status.Client // nil: the status page is not asked
}
