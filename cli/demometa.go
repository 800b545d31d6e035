package cli

import (
	"context"
	"fmt"
	"time"

	"unsent/check/metasim"
	"unsent/model"
	"unsent/store"
)

// demoDelay is how long the demo's Meta takes to answer, so that one can see the
// findings arrive.
const demoDelay = 120 * time.Millisecond

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

// pretend lets the rest of this run ask the pretend Meta, as the demo's accounts
// and as nobody else: no token, keyring or setting of the agent's is looked at.
// A machine that has not even itself to talk to shows the demo without answers.
func (a *app) pretend(ctx context.Context, s *store.Store, delay time.Duration) (stop func(), err error) {
	agents := a.Getenv
	own := map[string]string{"UNSENT_TOKEN": "", "UNSENT_TOKEN_FILE": "", "UNSENT_GRAPH_VERSION": "", "UNSENT_OFFLINE": ""}
	a.Getenv = func(name string) string {
		if v, ok := own[name]; ok {
			return v
		}
		return agents(name)
	}
	a.Keyring, a.offline = nil, false
	meta, err := metasim.Start(ctx, metasim.Options{Accounts: demoMeta(), Delay: delay, Now: a.Now()})
	if err != nil {
		a.offline = true
		return func() {}, nil
	}
	own["UNSENT_GRAPH_URL"], own["UNSENT_STATUS_URL"] = meta.URL, meta.URL
	desk := &accounts{a: a, s: s}
	for _, acc := range meta.Accounts {
		if _, err := desk.AddAccount(ctx, model.Account{Name: acc.Name, WABA: acc.WABA, Phones: acc.Phones, App: acc.App}, acc.Token); err != nil {
			meta.Close()
			return nil, fmt.Errorf("loading the demo: %w", err)
		}
	}
	return meta.Close, nil
}
