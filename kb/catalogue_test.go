package kb

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"unsent/model"
)

func TestCatalogue(t *testing.T) {
	if _, err := catalogue(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range theBook().entries {
		if seen[e.Name()] {
			t.Errorf("%s is there twice", e.Name())
		}
		seen[e.Name()] = true
		got, ok := Lookup(e.Code, e.Subcode)
		if !ok || got != e {
			t.Errorf("Lookup(%s, %s) gives %+v", e.Code, e.Subcode, got)
		}
		for _, s := range []string{e.Cause, e.Remedy} {
			if !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q does not end like a sentence", e.Name(), s)
			}
		}
		if e.HTTP != 0 && (e.HTTP < 400 || e.HTTP > 599) {
			t.Errorf("%s: HTTP %d is no error", e.Name(), e.HTTP)
		}
		if !strings.Contains(e.Source, "https://") {
			t.Errorf("%s: source %q has no address", e.Name(), e.Source)
		}
	}
	if n := len(seen); n < 150 {
		t.Errorf("%d entries: the catalogue has lost some", n)
	}
}

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		code    model.Code
		subcode string
		name    string // "" when nothing must be found
	}{
		{"190", "463", "190/463"},
		{"190", " 463 ", "190/463"},
		{"190", "", "190"},
		{"190", "99", "190"}, // a subcode that nobody knows is no reason to know less
		{"100", "33", "100/33"},
		{"33", "", "33"},
		{"200", "", "200"},
		{"201", "", "201 to 219"},
		{"210", "2494055", "201 to 219"},
		{"219", "", "201 to 219"},
		{"220", "", "220 to 299"},
		{"299", "", "220 to 299"},
		{"300", "", ""},
		{"0", "", "0"},
		{"", "", ""},
		{"131001", "", ""}, // only in unverified lists
		{"1016", "", ""},   // not of the Cloud API
		{"63016", "", ""},  // Twilio's
		{"470", "", ""},    // of the on-premises API
	} {
		e, ok := Lookup(c.code, c.subcode)
		if ok != (c.name != "") || ok && e.Name() != c.name {
			t.Errorf("Lookup(%q, %q) = %s, %v; want %q", c.code, c.subcode, e.Name(), ok, c.name)
		}
	}
}

func TestTitles(t *testing.T) {
	titles := Titles()
	for title, want := range map[string]model.Code{
		"something went wrong":                                                    "131000",
		"service unavailable":                                                     "131016",
		"receiver is incapable of receiving this message":                         "131026",
		"message undeliverable":                                                   "131026",
		"re-engagement message":                                                   "131047",
		"business account locked":                                                 "131031",
		"account has been locked":                                                 "131031",
		"template name does not exist in the translation":                         "132001",
		"recipient phone number not in allowed list":                              "131030",
		"this message was not delivered to maintain healthy ecosystem engagement": "131049",
		"(business account, consumer account) pair rate limit hit":                "131056",
		// In the table of Meta's two codes have this one:
		"parameter value is not valid": "",
		// 200 and both of its ranges:
		"api permission": "",
		// Other systems and HTTP use these too:
		"generic error": "", "method not allowed": "", "permission denied": "", "invalid parameter": "", "duplicate request": "",
		// Not Meta's words, or a subcode's:
		"expired": "", "connection error": "", "template not approved": "", "waba banned": "", "message expired": "",
	} {
		got, ok := titles[title]
		if got != want || ok != (want != "") {
			t.Errorf("title %q: %q, want %q", title, got, want)
		}
	}
	for title, code := range titles {
		if title != NormTitle(title) {
			t.Errorf("title %q is not in the form of NormTitle", title)
		}
		if _, ok := Lookup(code, ""); !ok {
			t.Errorf("title %q has the code %q, which is in no catalogue", title, code)
		}
	}
	titles["made up"] = "1"
	if _, ok := Titles()["made up"]; ok {
		t.Error("the map is shared with its users")
	}
}

func TestNormTitle(t *testing.T) {
	for in, want := range map[string]string{
		" Message\tUndeliverable. ":  "message undeliverable",
		"Rate  limit\nhit":           "rate limit hit",
		"Etc ...":                    "etc",
		"Something went wrong..":     "something went wrong",
		"Something went wrong. ":     "something went wrong",
		"Something went wrong . .":   "something went wrong",
		"Something went wrong\u00a0": "something went wrong",
		"":                           "",
		"...":                        "",
	} {
		if got := NormTitle(in); got != want {
			t.Errorf("NormTitle(%q) = %q, want %q", in, got, want)
		}
		if again := NormTitle(want); again != want {
			t.Errorf("NormTitle(%q) = %q: want it left alone", want, again)
		}
	}
}

func TestReadCatalogueRefuses(t *testing.T) {
	const good = "[source.s]\nname='S'\nurl='https://example.com'\ndate='2026-11-22'\n[[entry]]\ncode='7'\ntitle='T'\ncategory='other'\nretry='no'\ncause='C.'\nremedy='R.'\nsource='s'\n"
	if _, err := readCatalogue(good); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"code='7'", "code='seven'", "no code"},
		{"code='7'", "code='007'", "no code"},
		{"code='7'", "code='7'\nthrough='7'", "ends before"},
		{"title='T'", "title=''", "lacks"},
		{"category='other'", "category='odd'", "odd"},
		{"retry='no'", "retry='maybe'", "maybe"},
		{"source='s'", "source='t'", `"t"`},
		{"retry='no'", "retries='no'", "retries"},
		{"[[entry]]", "[[entry]]\n[entry.code]", "catalogue"},
		{"[[entry]]", strings.TrimPrefix(good, "[source.s]\nname='S'\nurl='https://example.com'\ndate='2026-11-22'\n") + "[[entry]]", "twice"},
	} {
		_, err := readCatalogue(strings.Replace(good, c.from, c.to, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.to, err, c.want)
		}
	}
}

// Every code that the research found to be Meta's own is in the catalogue, with
// the same HTTP status, category and retry; what only unverified lists have is not.
func TestCatalogueAgainstFacts(t *testing.T) {
	f, err := os.Open("../../shared/facts/whatsapp/errors.csv")
	if err != nil {
		t.Skip("the table of facts is not here")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	leftOut := []string{"1016", "131001", "131002", "131006", "131043", "131060"}
	for _, row := range rows[1:] {
		code, sub, _ := strings.Cut(row[0], "/")
		from, to, isRange := strings.Cut(code, "-")
		e, ok := Lookup(model.Code(from), sub)
		if slices.Contains(leftOut, row[0]) {
			if strings.HasPrefix(row[7], "Meta") || ok {
				t.Errorf("%s: left out on purpose, but it is there (%v) or is Meta's: %s", row[0], ok, row[7])
			}
			continue
		}
		if !ok || string(e.Code) != from || e.Subcode != sub || isRange && string(e.Through) != to {
			t.Errorf("%s is not in the catalogue", row[0])
			continue
		}
		if strings.HasPrefix(row[7], "Meta") && !e.Meta {
			t.Errorf("%s is on a page of Meta's and is not marked so", row[0])
		}
		if strings.Contains(row[7], "pywa") && e.Meta {
			t.Errorf("%s is known from a library only and is marked as Meta's", row[0])
		}
		http := ""
		if e.HTTP != 0 {
			http = strconv.Itoa(e.HTTP)
		}
		if http != row[2] || e.Category != row[3] || e.Retry != row[4] {
			t.Errorf("%s: http %q, category %q, retry %q; the facts have %q, %q, %q", row[0], http, e.Category, e.Retry, row[2], row[3], row[4])
		}
	}
}
