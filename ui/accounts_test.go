package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// fakeAccounts keeps accounts in memory, and what tokens it was given.
type fakeAccounts struct {
	list   []model.Account
	tokens map[string]string
	err    error
}

func (f *fakeAccounts) Accounts(context.Context) ([]model.Account, error) { return f.list, nil }

func (f *fakeAccounts) AddAccount(_ context.Context, acc model.Account, token string) (string, error) {
	acc, err := acc.Clean()
	if err = errors.Join(err, f.err); err != nil {
		return "", err
	}
	if f.tokens == nil {
		f.tokens = map[string]string{}
	}
	f.tokens[acc.Name] = token
	acc.Keep = model.KeepKeyring
	for i := range f.list {
		if f.list[i].Name == acc.Name {
			f.list[i] = acc
			return "account " + acc.Name + ": its token is in the system keyring", nil
		}
	}
	f.list = append(f.list, acc)
	return "account " + acc.Name + ": its token is in the system keyring", nil
}

func (f *fakeAccounts) RemoveAccount(_ context.Context, name string) error {
	for i := range f.list {
		if f.list[i].Name == name {
			f.list = append(f.list[:i], f.list[i+1:]...)
			return f.err
		}
	}
	return errors.Join(f.err, model.ErrNotFound)
}

// someAccounts are one of each kind of place and expiry.
func someAccounts() *fakeAccounts {
	return &fakeAccounts{list: []model.Account{
		{Name: "bakery", WABA: "205550000000001", Phones: []string{"105550000000001", "105550000000002"}, App: "990000000001", Keep: model.KeepKeyring, Expires: now.Add(20 * time.Hour), Checked: now, Added: now.Add(-90 * 24 * time.Hour)},
		{Name: "florist", WABA: "205550000000002", Keep: model.KeepMemory, Expires: now.Add(-time.Hour), Checked: now.Add(-2 * time.Hour)},
		{Name: "garage", Phones: []string{"105550000000003"}, Keep: model.KeepFile, File: "/home/agent/garage.token", Expires: now.Add(5 * 24 * time.Hour), Checked: now},
		{Name: "shop", WABA: "205550000000004", Keep: model.KeepEnv, Checked: now},
		{Name: "vet", WABA: "205550000000005", Keep: model.KeepNone, Expires: time.Time{}},
	}}
}

func withAccounts(f *fakeAccounts) func(*Deps) { return func(d *Deps) { d.Accounts = f } }

// secretToken is an invented token, in two halves so that no scanner takes it for
// a real one.
var secretToken = "EAAdemo" + strings.Repeat("Zx81", 40)

// shows reports whether any part of the token that tells something is in s.
func shows(s string) bool {
	return strings.Contains(s, secretToken[:16]) || strings.Contains(s, "Zx81")
}

// The screens of accounts, with what is warned of, and the form in each of its
// states.
func TestAccountScreens(t *testing.T) {
	for _, term := range []size{{80, 24}, {120, 40}, {200, 60}, {40, 12}} {
		for _, s := range []struct {
			name string
			list *fakeAccounts
			do   func(a *app)
		}{
			{"list", someAccounts(), func(a *app) { press(t, a, "B") }},
			{"expired", someAccounts(), func(a *app) { press(t, a, "B", "j") }},
			{"file", someAccounts(), func(a *app) { press(t, a, "B", "j", "j") }},
			{"remove", someAccounts(), func(a *app) { press(t, a, "B", "D") }},
			{"none yet", &fakeAccounts{}, func(a *app) { press(t, a, "enter", "B") }},
			{"none", &fakeAccounts{}, func(a *app) { press(t, a, "B", "esc") }},
			{"name needed", &fakeAccounts{}, func(a *app) { press(t, a, "B", "enter") }},
			{"letter in the id", &fakeAccounts{}, func(a *app) { press(t, a, "B", "s", "h", "o", "p", "enter", "1", "O", "enter") }},
			{"token pasted", &fakeAccounts{}, func(a *app) {
				press(t, a, "enter", "B", "s", "h", "o", "p", "enter", "enter", "enter", "enter")
				a.update(tea.PasteMsg{Content: secretToken})
			}},
			{"change", someAccounts(), func(a *app) { press(t, a, "B", "enter") }},
		} {
			t.Run(s.name+" "+itoa(term.w)+"x"+itoa(term.h), func(t *testing.T) {
				a, _ := newTest(t, term, twoIncidents(), withAccounts(s.list))
				s.do(a)
				checkFrame(t, a, s.name)
				golden(t, screenText(a))
			})
		}
	}
}

// From a case without an account it takes the name and the token: the ids are the
// log's.
func TestAddAccountFromACase(t *testing.T) {
	f := &fakeAccounts{}
	a, _ := newTest(t, size{80, 24}, twoIncidents(), withAccounts(f))
	press(t, a, "enter", "B", "s", "h", "o", "p", "enter", "enter", "enter", "enter")
	a.update(tea.PasteMsg{Content: secretToken})
	press(t, a, "enter")
	if len(f.list) != 1 || f.list[0].Name != "shop" || f.list[0].WABA != "100200300400500" || strings.Join(f.list[0].Phones, " ") != "200300400500600" {
		t.Fatalf("kept %+v:\n%s", f.list, screenText(a))
	}
	if f.tokens["shop"] != secretToken {
		t.Error("the token did not arrive as it was pasted")
	}
	if _, ok := a.top().(*caseView); !ok {
		t.Error("the agent is not back at the case")
	}
	if s := screenText(a); !strings.Contains(s, "its token is in the system keyring. C asks again") {
		t.Errorf("where the token is now is not said:\n%s", s)
	}
}

// The token is on no screen, and in nothing that prints what the console holds;
// its bytes are gone when the form is.
func TestTokenIsNeverShown(t *testing.T) {
	for _, end := range []struct {
		name string
		keys []string
		err  error
	}{
		{"kept", []string{"enter"}, nil},
		{"canceled", []string{"esc"}, nil},
		{"refused, then canceled", []string{"enter", "esc"}, errors.New("the keyring said " + secretToken)},
	} {
		t.Run(end.name, func(t *testing.T) {
			f := &fakeAccounts{err: end.err}
			a, _ := newTest(t, size{120, 40}, twoIncidents(), withAccounts(f), func(d *Deps) {
				d.Secrets = func() []string { return []string{secretToken} }
			})
			press(t, a, "enter", "B", "s", "enter", "enter", "enter", "enter")
			form := a.overlays[0].(*accountForm)
			look := func(when string) {
				t.Helper()
				for _, s := range []string{screenText(a), a.View().Content, fmt.Sprintf("%v %+v %#v", a, a.overlays, form), fmt.Sprintf("%s %x %d", form.token, form.token, form.token)} {
					if shows(s) {
						t.Fatalf("%s the token is shown: %.200q", when, s)
					}
				}
			}
			for _, r := range secretToken[:20] {
				press(t, a, string(r))
				look("while it is typed")
			}
			a.update(tea.PasteMsg{Content: secretToken[20:]})
			look("when it is pasted")
			held := form.token.text[:cap(form.token.text)]
			for _, k := range end.keys {
				press(t, a, k)
				look("after " + k)
			}
			if shows(string(held)) {
				t.Error("its bytes are still there")
			}
		})
	}
}

// What was typed before the buffer grew is overwritten too.
func TestSecretGrows(t *testing.T) {
	s := &secret{}
	s.add("Zx81")
	first := s.text[:4]
	s.add(strings.Repeat("a", 2000))
	if string(first) != "\x00\x00\x00\x00" || s.length() != 2004 {
		t.Errorf("left %q behind, has %d", first, s.length())
	}
	s.drop()
	if s.length() != 2003 || s.text[:cap(s.text)][2003] != 0 {
		t.Error("the dropped character is still there")
	}
}

// A field says what is wrong with it when it is left, and one may always go back.
func TestFieldsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		keys       []string
	}{
		{"no name", "it needs a name", []string{"a", "enter"}},
		{"name taken", "there is an account of this name", []string{"a", "V", "e", "t", "enter"}},
		{"letter", "character 2 of the id is 'O', which is no digit: is it the digit 0?", []string{"a", "x", "enter", "ctrl+u", "1", "O", "tab"}},
		{"telephone number", "this looks like a", []string{"a", "x", "enter", "enter", "ctrl+u", "+", "1", "5", "enter"}},
		{"no id at all", "give the WABA ID or a phone number ID: a message finds", []string{"a", "x", "enter", "ctrl+u", "enter", "ctrl+u", "enter"}},
		{"kept at once", "it needs a name", []string{"a", "ctrl+s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := someAccounts()
			a, _ := newTest(t, size{120, 40}, twoIncidents(), withAccounts(f))
			press(t, a, append([]string{"B"}, tt.keys...)...)
			if s := strings.Join(strings.Fields(screenText(a)), " "); !strings.Contains(s, tt.want) {
				t.Errorf("want %q in\n%s", tt.want, screenText(a))
			}
			at := a.overlays[0].(*accountForm).at
			press(t, a, "up")
			if got := a.overlays[0].(*accountForm).at; got != max(at-1, 0) {
				t.Errorf("from field %d, up leads to %d", at, got)
			}
			if len(f.list) != 5 {
				t.Errorf("kept %+v", f.list[5:])
			}
		})
	}
}

// An account on record keeps its name when it is changed, and without a new token
// the one it has.
func TestChangeAccount(t *testing.T) {
	f := someAccounts()
	a, _ := newTest(t, size{80, 24}, twoIncidents(), withAccounts(f))
	press(t, a, "B", "enter", "up", "up", "up", "up", "up", "backspace", "7", "ctrl+s")
	if len(f.list) != 5 || f.list[0].Name != "bakery" || f.list[0].WABA != "205550000000007" || f.tokens["bakery"] != "" {
		t.Errorf("%+v, token %q:\n%s", f.list[0], f.tokens["bakery"], screenText(a))
	}
}

// Removing asks first, and says what becomes of the token.
func TestRemoveAccount(t *testing.T) {
	f := someAccounts()
	a, _ := newTest(t, size{80, 24}, twoIncidents(), withAccounts(f))
	press(t, a, "B", "D")
	if s := screenText(a); !strings.Contains(s, "Its token is taken out of the keyring.") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "enter")
	if len(f.list) != 5 {
		t.Error("enter must mean no")
	}
	press(t, a, "D", "y")
	if len(f.list) != 4 || strings.Contains(screenText(a), "bakery  ") || !strings.Contains(screenText(a), "account bakery removed") {
		t.Errorf("\n%s", screenText(a))
	}
	f.err = model.WithHint(errors.New("the keyring is locked"), "unlock it")
	press(t, a, "D", "y")
	if s := screenText(a); !strings.Contains(s, "the keyring is locked") || !strings.Contains(s, "unlock it") {
		t.Errorf("\n%s", s)
	}
}

// Where no account can be kept the key says so.
func TestNoAccountsHere(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents(), func(d *Deps) { d.Accounts = nil })
	press(t, a, "B")
	if s := strings.Join(strings.Fields(screenText(a)), " "); !strings.Contains(s, "no account can be kept here") {
		t.Errorf("\n%s", s)
	}
}

// A second account does not begin with the ids of the first.
func TestNotTaken(t *testing.T) {
	known := model.Account{WABA: "100200300400500", Phones: []string{"200300400500600", "200300400500601"}, App: "300400500600700"}
	first := model.Account{Name: "shop", WABA: "100200300400500", Phones: []string{"200300400500600"}}
	got := notTaken(known, []model.Account{first})
	if got.WABA != "" || len(got.Phones) != 1 || got.Phones[0] != "200300400500601" || got.App != known.App {
		t.Errorf("%+v", got)
	}
	if got := notTaken(known, []model.Account{{WABA: "999"}}); got.WABA != known.WABA || len(got.Phones) != 2 || len(known.Phones) != 2 {
		t.Errorf("%+v of %+v", got, known)
	}
}
