package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"unsent/model"
)

func TestTokenIsHidden(t *testing.T) {
	tok := Token(canary)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", tok, "in", Options{Token: tok})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", tok, "in", Options{Token: tok})
	b, err := json.Marshal(Options{Token: tok})
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(b)
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%X", "%d", "%10s"} {
		all += fmt.Sprintf(verb, tok) + fmt.Sprintf(verb, Options{Token: tok}) + fmt.Sprintf(verb, &tok)
	}
	clean(t, all)
	if strings.Contains(all, fmt.Sprintf("%x", canary)) || strings.Contains(all, fmt.Sprintf("%X", canary)) {
		t.Error("the token is there in hexadecimal digits")
	}
	if got := fmt.Sprint(tok); got != "[token]" {
		t.Errorf("got %q", got)
	}
}

func TestNewRefuses(t *testing.T) {
	good := Options{Token: canary}
	with := func(f func(*Options)) Options { o := good; f(&o); return o }
	tests := []struct {
		name string
		o    Options
		say  string
	}{
		{"plain http", with(func(o *Options) { o.URL = "http://graph.facebook.com" }), "https only"},
		{"another host", with(func(o *Options) { o.URL = "https://graph.example.com" }), "elsewhere"},
		{"Meta's host as a part", with(func(o *Options) { o.URL = "https://graph.facebook.com.example.com" }), "elsewhere"},
		{"Meta's host as a user", with(func(o *Options) { o.URL = "https://graph.facebook.com@example.com" }), "elsewhere"},
		{"the status page", with(func(o *Options) { o.URL = "https://metastatus.com" }), "elsewhere"},
		{"another port", with(func(o *Options) { o.URL = "https://graph.facebook.com:8443" }), "usual port"},
		{"a file", with(func(o *Options) { o.URL = "file:///etc/passwd" }), "elsewhere"},
		{"no address", with(func(o *Options) { o.URL = "http://[::1" }), "elsewhere"},
		{"version", with(func(o *Options) { o.Version = "25" }), "no version"},
		{"version with a path", with(func(o *Options) { o.Version = "v25.0/../me" }), "no version"},
		{"empty token", with(func(o *Options) { o.Token = " \n" }), "empty"},
		{"space inside", with(func(o *Options) { o.Token = Token(canary[:9] + " " + canary[9:]) }), "space"},
		{"line break inside", with(func(o *Options) { o.Token = Token(canary[:9] + "\n" + canary[9:]) }), "line break"},
		{"control", with(func(o *Options) { o.Token = Token(canary[:9] + "\x1b" + canary[9:]) }), "U+001B"},
		{"invisible", with(func(o *Options) { o.Token = Token(canary[:9] + "\u200b" + canary[9:]) }), "U+200B"},
		{"half a quotation", with(func(o *Options) { o.Token = `"` + canary }), "a sign in it"},
		{"a whole file", with(func(o *Options) { o.Token = Token(strings.Repeat("a", 5000)) }), "5000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.say) || model.Hint(err) == "" {
				t.Fatalf("got %v, hint %q", err, model.Hint(err))
			}
			clean(t, err.Error(), model.Hint(err))
		})
	}
	c, err := New(Options{Token: " " + canary + "\n"})
	if err != nil || c.Source() != "graph.facebook.com v25.0" {
		t.Errorf("got %v, %v", c, err)
	}
	for _, u := range []string{"http://127.0.0.1:4000", "http://[::1]:4000", "http://localhost:4000", "https://127.1.2.3"} {
		if _, err := New(Options{URL: u, Token: canary}); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
}

// Whatever a paste brings along is the door's to take off or to refuse.
func TestTokenIsCleanedByTheDoor(t *testing.T) {
	f := says(t, 200, `{"data":{"is_valid":true}}`)
	c, err := New(Options{URL: f.URL, Token: `"Bearer ` + canary + `" `})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Debug(t.Context()); err != nil || f.auth[0] != "Bearer "+canary || !strings.HasSuffix(f.asked[0], "?input_token="+url.QueryEscape(canary)) {
		t.Errorf("asked %q as %q, %v", f.asked[0], f.auth[0], err)
	}
}
