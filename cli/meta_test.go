package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// caseOf is a case of one message with these ids.
func caseOf(waba, phone string) model.Case {
	return model.Case{Incident: model.Incident{ID: 1}, Message: &model.Failure{ID: 1, WABA: waba, PhoneID: phone}}
}

func TestFittingAccount(t *testing.T) {
	acc := func(name, waba string, phones ...string) model.Account {
		return model.Account{Name: name, WABA: waba, Phones: phones}
	}
	all := []model.Account{
		acc("whole", "20001"), acc("numbers", "20001", "10001", "10002"), acc("only phone", "", "10003"),
		acc("twin a", "20002", "10004"), acc("twin b", "20003", "10004"), acc("twin c", "20003", "10004"),
		acc("same a", "20005"), acc("same b", "20005"),
	}
	for _, tt := range []struct{ waba, phone, want, say string }{
		{"20001", "10001", "numbers", ""},
		{"20001", "10009", "whole", ""},
		{"20001", "", "whole", ""},
		{"", "10002", "numbers", ""},
		{"20009", "10003", "only phone", ""},
		{"20002", "10004", "twin a", ""},
		{"20003", "10004", "", "twin b and twin c fit this case alike"},
		{"", "10004", "", "twin a and twin b and twin c fit"},
		{"20005", "10009", "", "same a and same b fit"},
		{"20009", "10009", "", "no account on record has WABA 20009"},
		{"", "10009", "", "no account on record has phone number ID 10009"},
		{"", "", "", "the log names no WABA and no phone number ID"},
	} {
		c := caseOf(tt.waba, tt.phone)
		if got, none, how := fitting(all, &c); got.Name != tt.want || !strings.Contains(none, tt.say) || (tt.say == "") != (none == "") || (none == "") != (how == "") {
			t.Errorf("WABA %q, number %q: %q, %q; want %q, %q", tt.waba, tt.phone, got.Name, none, tt.want, tt.say)
		}
	}

	// An incident is asked about as the account that most of its messages share.
	c := model.Case{Incident: model.Incident{WABA: ""}}
	for i := range 9 {
		c.Newest = append(c.Newest, model.Failure{WABA: fmt.Sprint(20001 + i%4/3), PhoneID: ""})
	}
	if got, none, _ := fitting(all, &c); got.Name != "whole" {
		t.Errorf("the incident is asked about as %q, %q", got.Name, none)
	}
}

func TestMeta(t *testing.T) {
	const somebody = "http://127.0.0.1:1"
	base := map[string]string{"UNSENT_GRAPH_URL": somebody, "UNSENT_STATUS_URL": somebody}
	with := func(more map[string]string) map[string]string {
		env := map[string]string{}
		for _, m := range []map[string]string{base, more} {
			for k, v := range m {
				env[k] = v
			}
		}
		return env
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(tokenB), 0o600); err != nil {
		t.Fatal(err)
	}
	k := &ring{kept: map[string]string{}}
	locked := &ring{kept: map[string]string{}, fail: errors.New("locked")}
	for _, tt := range []struct {
		name    string
		env     map[string]string
		ring    Keyring
		token   string // given to the account; "-": there is no account
		file    string
		c       model.Case
		graph   bool
		account string
		none    string // in NoToken
		remark  string
	}{
		{name: "the account's own", ring: k, token: tokenA, c: caseOf(testWABA, ""), graph: true, account: "shop"},
		{name: "its file", file: file, c: caseOf(testWABA, ""), graph: true, account: "shop"},
		{name: "its own before the environment's", env: map[string]string{"UNSENT_TOKEN": tokenB}, ring: k, token: tokenA, c: caseOf(testWABA, ""), graph: true, account: "shop"},
		{name: "no account", token: "-", c: caseOf(testWABA, ""),
			none: "no token: no account on record has WABA " + testWABA + "; add it (B in the console, or 'unsent account add'), or set UNSENT_TOKEN"},
		{name: "no account, the environment's", env: map[string]string{"UNSENT_TOKEN": " " + tokenB + "\n"}, token: "-", c: caseOf(testWABA, ""), graph: true,
			remark: "asked with the token of UNSENT_TOKEN: no account on record has WABA " + testWABA},
		{name: "no ids, the environment's file", env: map[string]string{"UNSENT_TOKEN_FILE": file}, token: tokenA, c: caseOf("", ""), graph: true,
			remark: "asked with the token of UNSENT_TOKEN_FILE: the log names no WABA"},
		{name: "an account without one", c: caseOf(testWABA, ""), account: "shop", none: "account shop has no token: give it one (B in the console, or 'unsent account add shop'), or set UNSENT_TOKEN"},
		{name: "the keyring is locked", ring: locked, c: caseOf(testWABA, ""), account: "shop", none: "locked"},
		{name: "the keyring is locked, the environment's", env: map[string]string{"UNSENT_TOKEN": tokenB}, ring: locked, c: caseOf(testWABA, ""), graph: true, account: "shop", remark: "reading the token out of the system keyring: "},
		{name: "a bad token in the environment", env: map[string]string{"UNSENT_TOKEN": "EAAinv entedB0123456789"}, token: "-", c: caseOf(testWABA, ""), none: "using UNSENT_TOKEN: reading the token: the access token has a space in it, at character 7; copy the token again"},
		{name: "a missing file in the environment", env: map[string]string{"UNSENT_TOKEN_FILE": file + "x"}, token: "-", c: caseOf(testWABA, ""), none: "using UNSENT_TOKEN_FILE: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := desk(t, tt.ring, with(tt.env))
			if tt.ring == locked {
				d.a.Keyring = k
				d.add(t, shop, tokenA)
				d = again(d.s, locked, with(tt.env))
			} else if tt.token != "-" {
				acc := shop
				acc.File = tt.file
				d.add(t, acc, tt.token)
			}
			m, err := d.Meta(t.Context(), tt.c)
			if err != nil {
				t.Fatal(err)
			}
			if (m.Graph != nil) != tt.graph || m.Account.Name != tt.account || m.Status == nil {
				t.Errorf("asks Meta: %t, as %q; the status page: %t", m.Graph != nil, m.Account.Name, m.Status != nil)
			}
			if !strings.Contains(m.NoToken, tt.none) || (m.NoToken == "") != tt.graph || !strings.Contains(m.Remark, tt.remark) || (m.Remark == "") != (tt.remark == "") {
				t.Errorf("no token: %q, remark: %q", m.NoToken, m.Remark)
			}
			if all := fmt.Sprintf("%+v %q %q", m.Account, m.NoToken, m.Remark); strings.Contains(all, "inv") {
				t.Errorf("a token shows: %s", all)
			}
		})
	}
	for _, off := range []string{"1", "true", "yes", "0ff"} {
		d := desk(t, k, with(map[string]string{"UNSENT_OFFLINE": off}))
		if m, err := d.Meta(t.Context(), caseOf(testWABA, "")); m != nil || err != nil {
			t.Errorf("UNSENT_OFFLINE=%s: %v, %v", off, m, err)
		}
	}
}

// What the token check saw is kept with the account whose token it was, and with
// no other.
func TestTokenExpiry(t *testing.T) {
	k := &ring{kept: map[string]string{}}
	d := desk(t, k, nil)
	d.add(t, shop, tokenA)
	at := time.Now().UTC().Truncate(time.Second)
	soon := at.Add(20*time.Hour + time.Minute)
	finding := func(raw string) model.Finding { return model.Finding{Check: "token", At: at, Raw: raw} }
	valid := fmt.Sprintf("GET graph.facebook.com/v25.0/debug_token\n\n{\"data\":{\"expires_at\":%d,\"is_valid\":true}}\n", soon.Unix())
	c := caseOf(testWABA, "")

	if err := d.note(t.Context(), c.Target(), finding(valid)); err != nil || !d.one(t).Expires.IsZero() {
		t.Errorf("kept before anything was asked: %v", err)
	}
	if m, err := d.Meta(t.Context(), c); err != nil || m.Remark != "" {
		t.Fatalf("%+v, %v", m, err)
	}
	for _, raw := range []string{"", "not JSON", "{", `{"data":{"is_valid":false}}`, `{"data":{"expires_at":0,"is_valid":false}}`, `{"data":{"expires_at":"soon"}}`, `{"data":{"expires_at":-1,"is_valid":true}}`} {
		if err := d.note(t.Context(), c.Target(), finding(raw)); err != nil || !d.one(t).Checked.IsZero() {
			t.Errorf("%q says when a token expires: %v", raw, err)
		}
	}
	other := finding(valid)
	other.Check = "health"
	if err := d.note(t.Context(), c.Target(), other); err != nil || !d.one(t).Checked.IsZero() {
		t.Errorf("kept of another check: %v", err)
	}
	if err := d.note(t.Context(), c.Target(), finding(valid)); err != nil {
		t.Fatal(err)
	}
	if acc := d.one(t); !acc.Expires.Equal(soon) || !acc.Checked.Equal(at) {
		t.Errorf("expires %s, checked %s", acc.Expires, acc.Checked)
	}
	if m, err := d.Meta(t.Context(), c); err != nil || m.Remark != "the token expires in 20 hours; make a new one now" {
		t.Errorf("%+v, %v", m, err)
	}
	if err := d.note(t.Context(), c.Target(), finding(`{"data":{"expires_at":0,"is_valid":true}}`)); err != nil {
		t.Fatal(err)
	}
	if got := expiresText(d.one(t)); got != "never" {
		t.Errorf("a token that never expires is shown as %q", got)
	}
	// The token of the environment says nothing of the account's.
	if m, err := d.Meta(t.Context(), c); err != nil || m.Account.Keep != model.KeepKeyring {
		t.Fatalf("%+v, %v", m, err)
	}
	d.a.Getenv = func(name string) string { return map[string]string{"UNSENT_TOKEN": tokenB}[name] }
	d.a.tokens.forget("", d.one(t).Slot)
	k.fail = errors.New("locked")
	if m, err := d.Meta(t.Context(), c); err != nil || m.Account.Keep != model.KeepEnv {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := d.note(t.Context(), c.Target(), finding(valid)); err != nil || expiresText(d.one(t)) != "never" {
		t.Errorf("another token's expiry is kept: %v", err)
	}
	k.fail = nil
	// A new token is not the one that was seen.
	d.add(t, shop, tokenB)
	if got := expiresText(d.one(t)); got != "not checked" {
		t.Errorf("a new token is shown as %q", got)
	}
}
