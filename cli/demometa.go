package cli

import (
	"fmt"

	"unsent/check/metasim"
)

// demoNames are the businesses of the invented logs.
var demoNames = [demoWABAs]string{
	"Example Bakery", "Example Books", "Example Clinic", "Example Flowers", "Example Garage",
	"Example Hotel", "Example Opticians", "Example Pizza", "Example School", "Example Travel",
}

// demoMeta are the accounts that the demo's pretend Meta knows: those of the
// invented logs, each as its part of the story has it. The status page is that
// of the outage. The malformed number and the shut windows are in the log, and
// Meta finds nothing wrong with their accounts.
func demoMeta() []metasim.Account {
	stories := map[int]string{0: "outage-over", pausedWABA: "paused-template", tokenWABA: "expired-token"}
	var out []metasim.Account
	for i, name := range demoNames {
		a := metasim.Account{Scenario: "healthy", WABA: wabaID(i), Name: name}
		if story, ok := stories[i]; ok {
			a.Scenario = story
		}
		for k := range 2 {
			n := sender(i, k)
			a.Phones = append(a.Phones, phoneID(i, k))
			a.Numbers = append(a.Numbers, fmt.Sprintf("+%s %s-%s-%s", n[:1], n[1:4], n[4:7], n[7:]))
		}
		out = append(out, a)
	}
	return out
}
