package model

import (
	"strings"
	"testing"
	"time"
)

func TestParseID(t *testing.T) {
	for in, want := range map[string]string{
		"102290129340398":             "102290129340398",
		"  102290129340398\r\n":       "102290129340398",
		"\u00a0\ufeff10229\u200b":     "10229",
		"1022901293403O8":             "character 14 of the id is 'O', which is no digit",
		"l02290129340398":             "character 1 of the id is 'l', which is no digit",
		"+15550100123":                "character 1 of the id is '+', which is no digit",
		"1555 0100":                   "character 5 of the id is ' ', which is no digit",
		"１２３４５６":                      "character 1 of the id is '１', which is no digit",
		"":                            "the id is empty",
		"1234":                        "the id has 4 digits",
		"102290129340398102290129340": "the id has 27 digits",
		"10229\x1b[2J":                `character 6 of the id is '\x1b', which is no digit`,
	} {
		got, err := ParseID(in)
		if err != nil {
			got = err.Error()
			if Hint(err) == "" {
				t.Errorf("%q: no hint", in)
			}
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestAccountClean(t *testing.T) {
	a, err := Account{Name: " shop\n", WABA: " 205550000000001 ", Phones: []string{"105550000000001", "", " 105550000000001"}, App: "990000"}.Clean()
	if err != nil || a.Name != "shop" || a.WABA != "205550000000001" || len(a.Phones) != 1 || a.Phones[0] != "105550000000001" {
		t.Errorf("got %+v, %v", a, err)
	}
	for say, a := range map[string]Account{
		"no name":                   {WABA: "205550000000001"},
		"41 characters":             {Name: strings.Repeat("x", 41), WABA: "205550000000001"},
		"cannot be shown":           {Name: "a\x1bb", WABA: "205550000000001"},
		"neither a WABA nor":        {Name: "shop", App: "990000"},
		"reading the WABA ID":       {Name: "shop", WABA: "x"},
		"reading the app ID":        {Name: "shop", WABA: "205550000000001", App: "x"},
		"reading the phone number ": {Name: "shop", Phones: []string{"+1 555"}},
	} {
		if _, err := a.Clean(); err == nil || !strings.Contains(err.Error(), say) || Hint(err) == "" {
			t.Errorf("want an error with %q and a hint, got %v", say, err)
		}
	}
}

func TestAccountWarning(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration]string{
		-time.Minute:                 "has expired on 2026-11-22 11:59 UTC",
		20 * time.Hour:               "in 20 hours",
		48 * time.Hour:               "in 2 days",
		7*24*time.Hour - time.Minute: "in 6 days",
		7 * 24 * time.Hour:           "",
	} {
		a := Account{Expires: now.Add(left)}
		if got := a.Warning(now); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s left: %q, want %q", left, got, want)
		}
	}
	if got := (&Account{}).Warning(now); got != "" {
		t.Errorf("nothing is known of it, and yet: %q", got)
	}
}
