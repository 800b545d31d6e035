package safe

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"testing"
)

const alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func random(r *rand.Rand, set string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = set[r.IntN(len(set))]
	}
	return string(b)
}

// fakeToken is built and not written down, so that no scanner of sources takes
// it for a real one.
func fakeToken(n int) string { return "EA" + "A" + strings.Repeat("Gx7", n)[:n-3] }

func TestRedactRules(t *testing.T) {
	tok := fakeToken(120)
	hex32 := strings.Repeat("0a1b2c3d", 4)
	for _, c := range []struct {
		name, in, want string
	}{
		{"token alone", tok, Mask},
		{"token in a sentence", "used " + tok + " today", "used " + Mask + " today"},
		{"token behind an escape", `body\n` + tok + `\n`, `body\n` + Mask + `\n`},
		{"token in a query", "https://graph.example/v23.0/1/messages?access_token=" + tok + "&x=1", "https://graph.example/v23.0/1/messages?access_token=" + Mask + "&x=1"},
		{"short value in a query", "?access_token=abcd1234&x=1", "?access_token=" + Mask + "&x=1"},
		{"encoded query", "next%3Faccess_token%3Dabcd1234%26x%3D1", "next%3Faccess_token%3D" + Mask + "%26x%3D1"},
		{"app token", "token 123456789012345|AbCdEfGhIjKlMnOpQrStUv_-", "token " + Mask},
		{"app token, encoded", "t%3D123456789012345%7CAbCdEfGhIjKlMnOpQrStUv", "t%3D" + Mask},
		{"proof", "appsecret_proof=" + hex32 + hex32, "appsecret_proof=" + Mask},
		{"JSON", `{"access_token": "x"}`, `{"access_token": "` + Mask + `"}`},
		{"JSON with an escaped quote", `{"access_token":"a\"b"}`, `{"access_token":"` + Mask + `"}`},
		{"JSON in JSON", `{"body":"{\"access_token\":\"abc\"}"}`, `{"body":"{\"access_token\":\"` + Mask + `\"}"}`},
		{"JSON with unicode escapes", `{\u0022access_token\u0022:\u0022abcdef\u0022}`, `{\u0022access_token\u0022:\u0022` + Mask + `\u0022}`},
		{"camel case", `{"accessToken":"abc"}`, `{"accessToken":"` + Mask + `"}`},
		{"doubled quotes of CSV", `"{""access_token"":""abc""}"`, `"{""access_token"":""` + Mask + `""}"`},
		{"Ruby hash", `{"access_token"=>"abc"}`, `{"access_token"=>"` + Mask + `"}`},
		{"XML", `<access_token>abc123</access_token>`, `<access_token>` + Mask + `</access_token>`},
		{"header", "Authorization: Bearer abc.def-123\r\nHost: x", "Authorization: Bearer " + Mask + "\r\nHost: x"},
		{"header, basic", "authorization: Basic dXNlcjpwYXNz", "authorization: Basic " + Mask},
		{"header in curl", `curl -H 'Authorization: Bearer raw_secret_1' x`, `curl -H 'Authorization: Bearer ` + Mask + `' x`},
		{"header as JSON", `{"Authorization":"Bearer q1w2e3"}`, `{"Authorization":"` + Mask + `"}`},
		{"header as name and value", `{"name":"D360-API-KEY","value":"abcDEF"}`, `{"name":"D360-API-KEY","value":"` + Mask + `"}`},
		{"header printed by Go", `map[D360-Api-Key:[abcDEF12]]`, `map[D360-Api-Key:[` + Mask + `]]`},
		{"bearer in a title", "Bearer raw_failure_secret was rejected", "Bearer " + Mask + " was rejected"},
		{"D360 key", "D360-API-KEY: AbCdEf123456", "D360-API-KEY: " + Mask},
		{"apikey", "apikey=0123456789abcdef", "apikey=" + Mask},
		{"api key in words", "api key: 0123456789abcdef", "api key: " + Mask},
		{"app secret", `"app_secret":"` + hex32 + `"`, `"app_secret":"` + Mask + `"`},
		{"app secret in words", "the app secret is " + hex32 + ".", "the app secret is " + Mask + "."},
		{"app in words", "app 12 / " + hex32, "app 12 / " + Mask},
		{"before the word", hex32 + " (secret)", Mask + " (secret)"},
		{"PIN", `{"pin":"123456"}`, `{"pin":"` + Mask + `"}`},
		{"PIN as a number", `{"pin": 123456}`, `{"pin": ` + Mask + `}`},
		{"PIN in words", "the two-step PIN is 654321", "the two-step PIN is " + Mask},
		{"password in a URL", "https://user:hunter2@host.example/x", "https://user:" + Mask + "@host.example/x"},
		{"web token", "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnop", "jwt " + Mask},
		{"password", "password=hunter22", "password=" + Mask},
		{"private key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----" + Mask + "-----END PRIVATE KEY-----"},
		{"cut-off JSON", `{"access_token":"abcdef`, `{"access_token":"` + Mask},
		{"token cut by lines", tok[:70] + "\n" + tok[70:], Mask},
		{"token cut by quoted lines", `"` + tok[:70] + "\"\r\n\"" + tok[70:] + `"`, `"` + Mask + `"`},
		{"token glued", "x" + tok, "x" + Mask},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, n := Redact(c.in)
			if got != c.want {
				t.Fatalf("Redact(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
			if n < 1 || !HasSecret(c.in) {
				t.Errorf("counted %d, HasSecret %v", n, HasSecret(c.in))
			}
			if again, n := Redact(got); again != got || n != 0 || HasSecret(got) {
				t.Errorf("a second time changed %d: %q", n, again)
			}
		})
	}
}

func TestRedactLeavesAlone(t *testing.T) {
	for _, s := range []string{
		"",
		"wamid.HBgLMTU1NTAxMDAxMjMVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA",
		"Error validating access token: Session has expired on Sunday, 01-Feb-26",
		"Invalid OAuth access token - Cannot parse access token",
		"The access token could not be decrypted",
		"Authentication Error: token expired",
		`{"token_type":"bearer","expires_in":0}`,
		"bearer authentication required",
		"WWW-Authenticate: Bearer realm=\"x\"",
		`"recipient_identity_key_hash":"abc123abc123"`,
		"A1bCdEfGhIjKlMnOpQrStUv",
		"EAAshort",
		`"sha256":"` + strings.Repeat("0a1b2c3d", 8) + `"`,
		strings.Repeat("0a1b2c3d", 4),
		`"messaging_product":"whatsapp","phone_number_id":"106540352240000"`,
		"15550100123|2026-05-13|failed|131000",
		"shipping_update_v2", "shopping 123456", "spin: none", "key", "api", "monkey: 12345678",
		"authorization: please ask the owner",
		"ops@desk.example", "https://example.com/a?b=c#d@e", "15550100123@s.whatsapp.net",
		`{"access_token":""}`, `{"access_token":null}`,
		"98 % of sends", "100%25", `\u00e9t\u00e9`,
		"secret", "Secret: no",
		`{"token":"\u003csecret:masked\u003e"}`, "access_token=%3Csecret:masked%3E",
	} {
		if got, n := Redact(s); got != s || n != 0 {
			t.Errorf("Redact(%q) = %q, %d", s, got, n)
		}
	}
}

// TestRedactRecall is threat T4: every kind of token, in every wrapping.
func TestRedactRecall(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	wrap := []struct {
		name string
		f    func(string) string
	}{
		{"bare", func(s string) string { return s }},
		{"header", func(s string) string { return "Authorization: Bearer " + s }},
		{"URL", func(s string) string {
			return "https://graph.example/me?access_token=" + url.QueryEscape(s) + "&fields=id"
		}},
		{"JSON", func(s string) string {
			b, _ := json.Marshal(map[string]any{"error": map[string]string{"details": "token " + s + " rejected"}})
			return string(b)
		}},
		{"JSON in JSON", func(s string) string {
			b, _ := json.Marshal(map[string]string{"t": s})
			b, _ = json.Marshal(map[string]string{"body": string(b)})
			return string(b)
		}},
		{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
		{"base64 within", func(s string) string {
			return "blob=" + base64.RawURLEncoding.EncodeToString([]byte(`{"k":"`[:r.IntN(6)+1]+s+`"}`)) + ";"
		}},
		{"two lines", func(s string) string { return s[:40] + "\n" + s[40:] }},
		{"two cells", func(s string) string { return "1,\"" + s[:len(s)-30] + "\"\r\n" + s[len(s)-30:] + ",2" }},
	}
	n := 0
	for a := range len(alnum) {
		for range 3 {
			tok := "EA" + "A" + alnum[a:a+1] + random(r, alnum, 57+r.IntN(240))
			for _, w := range wrap {
				in := w.f(tok)
				got, count := Redact(in)
				n++
				if count == 0 || containsPart(got, tok) {
					t.Fatalf("%s: %q survived as %q", w.name, in, got)
				}
				if HasSecret(got) {
					t.Fatalf("%s: a secret is still found in %q", w.name, got)
				}
			}
		}
	}
	if n < 1500 {
		t.Errorf("only %d cases ran", n)
	}
}

// containsPart reports whether any 20 characters of secret are left in s, as
// they are or in base64.
func containsPart(s, secret string) bool {
	for i := 0; i+20 <= len(secret); i++ {
		if strings.Contains(s, secret[i:i+20]) {
			return true
		}
	}
	for lead := range 3 {
		e := base64.RawStdEncoding.EncodeToString([]byte(secret[lead:]))
		if strings.Contains(s, e[:24]) {
			return true
		}
	}
	return false
}

// TestRedactPrecision is the other half of threat T4.
func TestRedactPrecision(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	words := []string{"order", "ready", "pin", "token", "key", "app", "secret", "promo", "auth", "code", "reminder", "key_account", "shipping"}
	makers := []func() string{
		func() string {
			raw := append([]byte{0x1c, 0x18, 11}, "1555010"+random(r, "0123456789", 4)...)
			raw = append(raw, 0x15, 2, 0, 0x11, 0x18, 0x12)
			raw = append(raw, random(r, "0123456789ABCDEF", 18)...)
			return "wamid." + base64.StdEncoding.EncodeToString(append(raw, 0))
		},
		func() string { return words[r.IntN(len(words))] + "_" + words[r.IntN(len(words))] },
		func() string { return random(r, "0123456789abcdef", 64) },
		func() string { return random(r, "0123456789abcdef", 32) },
		func() string { return "A" + random(r, alnum, 22) },
		func() string { return random(r, "0123456789", 15) },
		func() string {
			return fmt.Sprintf("%s-%s-4%s", random(r, "0123456789abcdef", 8), random(r, "0123456789abcdef", 4), random(r, "0123456789abcdef", 15))
		},
		func() string { return base64.StdEncoding.EncodeToString([]byte(random(r, alnum, 40))) },
	}
	const rounds = 25_000
	hits := 0
	for range rounds {
		for _, m := range makers {
			if s := m(); HasSecret(s) {
				hits++
				if hits < 5 {
					t.Logf("taken for a secret: %q", s)
				}
			}
		}
	}
	if total := rounds * len(makers); hits*10_000 > total {
		t.Errorf("%d of %d ordinary values were taken for secrets", hits, total)
	}
}

func TestRedactKnown(t *testing.T) {
	const secret = `p/ä"+k s&<w>\é9`
	quoted, _ := json.Marshal(secret)
	inner := string(quoted[1 : len(quoted)-1])
	twice, _ := json.Marshal(inner)
	for name, in := range map[string]string{
		"raw":             "x " + secret + " y",
		"query":           "k=" + url.QueryEscape(secret),
		"path":            "/" + url.PathEscape(secret) + "/z",
		"JSON":            `{"k":` + string(quoted) + `}`,
		"JSON with \\/":   `{"k":"` + strings.ReplaceAll(inner, "/", `\/`) + `"}`,
		"JSON in JSON":    string(twice),
		"base64":          base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64, shifted": base64.StdEncoding.EncodeToString([]byte("user:" + secret + "!")),
		"base64, by two":  base64.URLEncoding.EncodeToString([]byte("ab" + secret + "zz")),
		"CSV":             `"` + strings.ReplaceAll(secret, `"`, `""`) + `"`,
	} {
		got, n := Redact(in, "", secret, "ab")
		if n != 1 || !strings.Contains(got, Mask) {
			t.Errorf("%s: %q became %q, %d masked", name, in, got, n)
		}
	}
	if got, n := Redact("about", "ab"); got != "about" || n != 0 {
		t.Errorf("a literal too short to be a secret was masked: %q", got)
	}
}

func TestRedactSample(t *testing.T) {
	b, err := os.ReadFile("../../shared/facts/whatsapp/samples/status_secret_in_title.json")
	if err != nil {
		t.Skip("the sample is not here")
	}
	got, n := Redact(string(b))
	if n != 3 || strings.Contains(got, "raw_failure_secret") {
		t.Errorf("%d masked: %s", n, got)
	}
	if !json.Valid([]byte(got)) {
		t.Errorf("the masked JSON is no JSON: %s", got)
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{"", "access_token=", `"token":"`, "EAAEAAEAA", "VBQVBQ", "%41%42", `\u0041`, "pin:1234", "a:b@", "key=>[["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, n := Redact(s, "knownsecret")
		if n == 0 && got != s {
			t.Fatalf("changed without saying so: %q", s)
		}
		if n > 0 && !strings.Contains(got, Mask) {
			t.Fatalf("%d masked in %q, yet there is no mask in %q", n, s, got)
		}
	})
}

// row is an ordinary webhook of about one kilobyte.
var row = `{"object":"whatsapp_business_account","entry":[{"id":"1200000000000002","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100199","phone_number_id":"1200000000000012"},"contacts":[{"profile":{"name":"A Person"},"wa_id":"15550100123"}],"statuses":[{"id":"wamid.HBgLMTU1NTAxMDAxMjMVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA","status":"failed","timestamp":"1778679667","recipient_id":"15550100123","errors":[{"code":131000,"title":"Something went wrong","message":"Something went wrong","error_data":{"details":"Message failed to send due to an unknown error."},"href":"/documentation/business-messaging/whatsapp/support/error-codes"}]}]}}]}],"campaign":"spring reminder, second wave","template":"order_ready_v2","language":"en_US","category":"utility","created":"2026-05-13T13:41:07Z","updated":"2026-05-13T13:41:09Z","attempt":1,"queue":"outbound","operator":"none","conversation":"","notes":"The customer asked us to write again after the delivery","x":"y"}`

func TestRedactAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Redact(row) }); n != 0 {
		t.Errorf("an ordinary row costs %v allocations", n)
	}
}

func BenchmarkRedactOrdinary(b *testing.B) {
	b.SetBytes(int64(len(row)))
	for b.Loop() {
		Redact(row)
	}
}

func BenchmarkRedactSecret(b *testing.B) {
	s := row + fakeToken(200)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Redact(s)
	}
}

func BenchmarkRedactHostile(b *testing.B) {
	for _, s := range []string{"VBQ", `token":"`, "EAA", "eyJ", "secret ", "app 0a", "://:", "|", "%41", "pin ", "bearer "} {
		in := strings.Repeat(s, 1<<20/len(s))
		b.Run(fmt.Sprintf("%q", s), func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				Redact(in)
			}
		})
	}
}
