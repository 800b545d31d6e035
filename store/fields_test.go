package store

import (
	"strings"
	"testing"
	"time"

	"unsent/model"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ text, want, ids string }{
		{"", "", ""},
		{"(#131000) Something went wrong", "(#131000) Something went wrong", ""},
		{"subcode 2494010, retry in 37 s", "subcode 2494010, retry in 37 s", ""},
		{"template order_update_v1 does not exist in en_US", "template order_update_v1 does not exist in en_US", ""},
		{"to 15550100001 and +15550100002.", "to … and +….", "15550100001 15550100002"},
		{"trace AbCd1234efgh5678", "trace …", "AbCd1234efgh5678"},
		{"id 4f9d1e0a-1b2c-3d4e-5f60-718293a4b5c6!", "id …!", "4f9d1e0a-1b2c-3d4e-5f60-718293a4b5c6"},
		{"message wamid.HBgLMTU1+/=_-x failed", "message … failed", "wamid.HBgLMTU1+/=_-x"},
		{"12345678", "…", "12345678"},
		{"1234567", "1234567", ""},
		{"internationalisation of everything", "internationalisation of everything", ""},
		{"número 15550100001\xff…", "número …\xff…", "15550100001"},
	} {
		var ids []string
		if got := fold(c.text, func(id string) { ids = append(ids, id) }); got != c.want || strings.Join(ids, " ") != c.ids {
			t.Errorf("%q: %q %q", c.text, got, ids)
		}
	}
}

func TestLocate(t *testing.T) {
	json := `{"messaging_product":"whatsapp","to":"15550100001"}`
	plain := strings.Repeat("plain text ", 5)
	quotes := `{"a":"","b":"""` + strings.Repeat(`"x"`, 9) + `}`
	doubled := strings.NewReplacer(`"`, `""`)
	for _, c := range []struct {
		raw, payload string
		kind         byte
	}{
		{"a," + json + ",b", json, placeVerbatim},
		{`a,"` + strings.ReplaceAll(json, `"`, `""`) + `",b`, json, placeDoubled},
		{"a,b", json, 0},
		{"a," + plain, plain, placeVerbatim},
		{"a,b", plain, 0},
		{"a,b", "b", 0}, // not worth it
		{doubled.Replace(quotes), quotes, placeDoubled},
		{doubled.Replace(json[:20] + "no" + json), json, placeDoubled}, // begins like it twice
		{strings.Repeat(doubled.Replace(json[:20])+" ", maxTries-1) + doubled.Replace(json), json, placeDoubled},
		{strings.Repeat(doubled.Replace(json[:20])+" ", maxTries) + doubled.Replace(json), json, 0}, // too many
		{doubled.Replace(json[:len(json)-1]), json, 0},
		{doubled.Replace(json[:len(json)-2]) + `"}`, json, 0},
		{doubled.Replace(json[:len(json)-3] + "2" + json[len(json)-2:]), json, 0},
	} {
		p := locate(c.raw, c.payload)
		if p.kind != c.kind || c.kind != 0 && p.in(c.raw) != c.payload {
			t.Errorf("%q in %q: %+v", c.payload, c.raw, p)
		}
		read, err := readPlace(string(p.append(nil, 1))[min(2, len(p.append(nil, 1))):])
		if c.kind != 0 && (err != nil || read != p) {
			t.Errorf("%+v %v", read, err)
		}
	}
}

func FuzzReadFacts(f *testing.F) {
	r := failed("wamid.A", 0, func(r *model.Record) { r.Vendor = model.Vendor{System: "x", Code: "1"} })
	w := wording{"Something went wrong", "other", ""}
	facts := appendFacts(nil, &r.Failure, &w, 15550100001, "", place{placeDoubled, 3, 70}, place{})
	f.Add(facts)
	f.Add(facts[:len(facts)/2])
	f.Add([]byte{fieldHTTP, 1, 'x'})
	f.Add([]byte{99, 3, 'n', 'e', 'w'})
	f.Add([]byte{fieldRequestPlace, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, facts []byte) {
		var got model.Failure
		request, response, err := readFacts(facts, &got)
		if err == nil {
			for _, p := range []place{request, response} {
				if text := p.in("short"); len(text) > len("short") {
					t.Errorf("a place in 5 bytes gives %d", len(text))
				}
			}
		}
	})
}

func TestFactsOfALaterVersion(t *testing.T) {
	b := appendField(nil, 200, "something new")
	b = appendField(b, fieldTrace, "trace")
	var f model.Failure
	if _, _, err := readFacts(b, &f); err != nil || f.Trace != "trace" {
		t.Errorf("%+v %v", f, err)
	}
}

func TestSieve(t *testing.T) {
	s := newSieve(0, 0)
	const n = 50_000
	for i := range n {
		s.add(digestOf(time.Duration(i).String()))
	}
	wrong := 0
	for i := range n {
		if !s.maybe(digestOf(time.Duration(i).String())) {
			t.Fatal("forgot", i)
		}
		if s.maybe(digestOf("new " + time.Duration(i).String())) {
			wrong++
		}
	}
	if wrong > n/40 {
		t.Errorf("%d of %d look-ups for nothing", wrong, n)
	}
}
