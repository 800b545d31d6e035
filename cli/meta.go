package cli

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"unsent/check"
	"unsent/check/graph"
	"unsent/check/status"
	"unsent/model"
)

// Where Meta is asked unless the environment says otherwise.
const (
	graphURL     = "https://graph.facebook.com"
	graphVersion = "v25.0" // current until 29 July 2028 (Meta's list of versions, read 22 November 2026)
	statusURL    = "https://metastatus.com"
)

var versionRE = model.Pattern(`^v[1-9][0-9]{0,2}\.[0-9]$`)

// noNetwork reports whether nothing may be asked over the network: --offline, or
// UNSENT_OFFLINE with anything but a plain no.
func (a *app) noNetwork() bool {
	v := a.Getenv("UNSENT_OFFLINE")
	no, err := strconv.ParseBool(v)
	return a.offline || v != "" && (err != nil || no)
}

func (a *app) agent() string { return "unsent/" + version() }

// graphClient asks the Graph API in the name of a token. A client is for one run
// of checks.
func (a *app) graphClient(token graph.Token) (*graph.Client, error) {
	return graph.New(graph.Options{
		URL: cmp.Or(a.Getenv("UNSENT_GRAPH_URL"), graphURL), Version: cmp.Or(a.Getenv("UNSENT_GRAPH_VERSION"), graphVersion),
		Token: token, Agent: a.agent(),
	})
}

// statusClient reads the status page. There is one for the whole run, so that
// the page is not asked again for every case.
func (a *app) statusClient() (*status.Client, error) {
	a.page.mu.Lock()
	defer a.page.mu.Unlock()
	if a.page.client == nil {
		c, err := status.New(status.Options{URL: cmp.Or(a.Getenv("UNSENT_STATUS_URL"), statusURL), Agent: a.agent()})
		if err != nil {
			return nil, err
		}
		a.page.client = c
	}
	return a.page.client, nil
}

// addresses says what is wrong with the settings of the environment that say
// whom to ask, before anything is asked.
func (a *app) addresses() error {
	if a.noNetwork() {
		return nil
	}
	if v := a.Getenv("UNSENT_GRAPH_VERSION"); v != "" && !versionRE().MatchString(v) {
		return usage("write it as "+graphVersion+", or leave it unset for that", "UNSENT_GRAPH_VERSION is %q, which is no version of the Graph API", a.clean(v))
	}
	const anyToken = "no-token-yet" // making a client asks nobody
	if _, err := a.graphClient(anyToken); err != nil {
		return usage(cmp.Or(model.Hint(err), "leave it unset for "+graphURL), "UNSENT_GRAPH_URL: %s", err)
	}
	if _, err := a.statusClient(); err != nil {
		return usage(cmp.Or(model.Hint(err), "leave it unset for "+statusURL), "UNSENT_STATUS_URL: %s", err)
	}
	return nil
}

// Meta says how the checks of a case ask Meta: as the account that the case
// belongs to. nil means offline. A token that is missing or cannot be used is no
// error: NoToken says so, and the checks that need none still run.
func (d *accounts) Meta(ctx context.Context, c model.Case) (*check.Meta, error) {
	if d.a.noNetwork() {
		return nil, nil
	}
	page, err := d.a.statusClient()
	if err != nil {
		return nil, err
	}
	m := &check.Meta{Status: page}
	all, err := d.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	acc, none, how := fitting(all, &c)
	d.mu.Lock()
	delete(d.asked, c.Target())
	d.mu.Unlock()
	token, err := d.choose(ctx, m, acc, none, how)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		m.NoToken = d.a.clean(withHint(err))
		return m, nil
	case token == "":
		return m, nil
	}
	if m.Graph, err = d.a.graphClient(token); err != nil {
		m.NoToken = d.a.clean(withHint(err))
		return m, nil
	}
	if m.Remark == "" {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.asked == nil {
			d.asked = map[model.Target]string{}
		}
		d.asked[c.Target()] = acc.Name
		m.Remark = acc.Warning(d.a.Now())
	}
	return m, nil
}

// choose takes the token of the account, else that of the environment, which m
// then remarks on. Without either it says in m how to give one.
func (d *accounts) choose(ctx context.Context, m *check.Meta, acc model.Account, none, how string) (graph.Token, error) {
	m.Account = acc
	var own graph.Token
	var problem error
	if acc.Name != "" {
		own, problem = d.token(ctx, acc)
		if own != "" && problem == nil {
			return own, nil
		}
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	env, from, err := d.a.envToken()
	switch {
	case err != nil && problem == nil:
		return "", err
	case env != "" && err == nil:
		why := none
		switch {
		case problem != nil:
			why = d.a.clean(problem.Error())
		case acc.Name != "":
			why = "account " + acc.Name + " has no token of its own"
		}
		m.Account.Keep = model.KeepEnv
		m.Remark = "asked with the token of " + from + ": " + why
		return env, nil
	case problem != nil:
		return "", problem
	case acc.Name != "":
		m.NoToken = "account " + acc.Name + " has no token: " + giveToken(acc.Name)
	default:
		m.NoToken = "no token: " + none + "; " + how
	}
	return "", nil
}

// fitting is the account that a case belongs to: the one with its phone number
// ID, else the one with its WABA. Where none fits, or several do equally, none
// says so in words that fit after a colon, and how says what to do.
func fitting(all []model.Account, c *model.Case) (acc model.Account, none, how string) {
	waba, phone := idsOfCase(c)
	var byPhone, byWABA, whole []model.Account
	for _, acc := range all {
		if phone != "" && slices.Contains(acc.Phones, phone) {
			byPhone = append(byPhone, acc)
		}
		if waba != "" && acc.WABA == waba {
			byWABA = append(byWABA, acc)
			if len(acc.Phones) == 0 {
				whole = append(whole, acc)
			}
		}
	}
	// The same number in two accounts is told apart by the WABA; of two accounts
	// with the WABA, one that is not for certain numbers fits any.
	var both []model.Account
	for _, acc := range byPhone {
		if acc.WABA == waba && waba != "" {
			both = append(both, acc)
		}
	}
	for _, fit := range [][]model.Account{both, byPhone, whole, byWABA} {
		switch len(fit) {
		case 0:
			continue
		case 1:
			return fit[0], "", ""
		}
		return model.Account{}, "the accounts " + namesOf(fit) + " fit this case alike", "remove one, or give them different phone number IDs (B in the console, or 'unsent account add')"
	}
	const add = "add it (B in the console, or 'unsent account add'), or set UNSENT_TOKEN"
	switch {
	case waba != "":
		return model.Account{}, "no account on record has WABA " + waba, add
	case phone != "":
		return model.Account{}, "no account on record has phone number ID " + phone, add
	}
	return model.Account{}, "the log names no WABA and no phone number ID, so that no account can be told to fit", "ask the CRM for an export that names the WABA, or set UNSENT_TOKEN to ask all the same"
}

func namesOf(all []model.Account) string {
	var names []string
	for _, acc := range all {
		names = append(names, acc.Name)
	}
	return strings.Join(names, " and ")
}

// idsOfCase are the WABA and the phone number ID of the message, or those that
// most messages of the incident share.
func idsOfCase(c *model.Case) (waba, phone string) {
	if c.Message != nil {
		return c.Message.WABA, c.Message.PhoneID
	}
	sample := c.Newest
	if len(sample) == 0 {
		sample = c.Samples
	}
	wabas, phones := map[string]int{}, map[string]int{}
	for i := range sample {
		wabas[sample[i].WABA]++
		phones[sample[i].PhoneID]++
	}
	return cmp.Or(most(wabas), c.Incident.WABA), cmp.Or(most(phones), c.Incident.PhoneID)
}

// most is the key that was counted most often, the empty one left out, the first
// in order of those that are alike.
func most(counted map[string]int) (key string) {
	best := 0
	for k, n := range counted {
		if k != "" && (n > best || n == best && k < key) {
			key, best = k, n
		}
	}
	return key
}
