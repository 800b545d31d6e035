package cli

import (
	"strings"
	"testing"

	"unsent/model"
)

// The rules are those of package graph; here they are met with text as people give it.
func TestReadToken(t *testing.T) {
	const good = "EAAinvented0123456789"
	for _, tt := range []struct{ in, want, repaired, say string }{
		{in: good, want: good},
		{in: good + "\n", want: good},
		{in: good + "\r\n", want: good},
		{in: "  " + good + " \n", want: good, repaired: "spaces or line breaks"},
		{in: "\ufeff" + good + "\u200b", want: good, repaired: "spaces or line breaks"},
		{in: "\n\n" + good, want: good, repaired: "spaces or line breaks"},
		{in: "AUTHORIZATION: BEARER " + good, want: good, repaired: `"Bearer"`},
		{in: `"` + good + `"`, want: good, repaired: "quotes"},
		{in: "166000000000690|0123456789abcdef", want: "166000000000690|0123456789abcdef"},
		{in: ""},
		{in: " \r\n\t"},
		{in: `{"access_token":"` + good + `"}`, say: "a sign in it"},
		{in: "EAAinven\nted0123456789", say: "line break in it, at character 9"},
		{in: "EАAinvented0123456789", say: "at character 2 (U+0410)"},
		{in: "EAA", say: "3 bytes"},
		{in: strings.Repeat("E", 2049), say: "2049 bytes"},
	} {
		got, repaired, err := readToken(tt.in)
		switch {
		case tt.say == "" && (err != nil || string(got) != tt.want || !strings.HasSuffix(repaired, tt.repaired) || tt.repaired == "" && repaired != ""):
			t.Errorf("%q: got a token of %d characters, %q, %v", tt.in, len(got), repaired, err)
		case tt.say != "" && (err == nil || got != "" || !strings.Contains(err.Error(), tt.say) || model.Hint(err) == ""):
			t.Errorf("%q: want an error with %q and a hint, got %v", tt.in, tt.say, err)
		case err != nil && (strings.Contains(err.Error()+model.Hint(err), "inven") || strings.Contains(err.Error(), "0123")):
			t.Errorf("%q stands in its error: %v", tt.in, err)
		}
	}
}

// What keys make of a text, however the terminal cuts it into reads.
func TestSecretKeys(t *testing.T) {
	for in, want := range map[string]string{
		"abc\r":                            "abc|done",
		"abc\n":                            "abc|done",
		"abc\r\n":                          "abc|done",
		"\r":                               "|done",
		"abx\x7fc\r":                       "abc|done",
		"\x7f\babc\r":                      "abc|done",
		"aé\x7fb\r":                        "ab|done",
		"wrong\x15abc\r":                   "abc|done",
		"ab\x03":                           "ab|stop",
		"abc\x04":                          "abc|done",
		"\x1b[200~abc\r\ndef\r\x1b[201~\r": "abc\r\ndef\r|done",
		"a\x1b[Db\x1b[1;5Cc\x1bOd\r":       "abcOd|done",
		"\x1b[200~\x03\x04\x15\x1b[201~\r": "\x03\x04\x15|done",
		"abc":                              "abc|",
		"\x1b[200~abc\r":                   "abc\r|",
		"\x1b[200~EAA\x1b[201~\x1b[200~B\x1b[201~\r": "EAAB|done",
	} {
		for cut := range in {
			var k secretKeys
			done, stop := false, false
			for _, part := range []string{in[:cut], in[cut:]} {
				if !done && !stop {
					done, stop = k.feed(part)
				}
			}
			got := string(k.text) + "|"
			if done {
				got += "done"
			}
			if stop {
				got += "stop"
			}
			// An Enter that ends a read ends the text; what comes later is another's.
			if got != want && !(done && strings.HasPrefix(want, strings.TrimSuffix(got, "|done"))) {
				t.Errorf("%q cut at %d gives %q, want %q", in, cut, got, want)
			}
		}
	}
	// Two lines in one read are a paste by a terminal that does not mark pastes.
	var k secretKeys
	if done, _ := k.feed("abc\rdef\r"); !done || string(k.text) != "abc\ndef" {
		t.Errorf("got %q, done %t", k.text, done)
	}
}
