package ui

import (
	"context"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/textinput"

	"unsent/model"
	"unsent/safe"
)

// An accountForm asks for a business account and its token. Each field is looked
// at when it is left, and says below what is wrong with it. It is drawn with the
// inputs that all questions of the console have; a library for forms would bring
// its own look, keys and sizes, and would hold the token in a string of its own.
type accountForm struct {
	title  string
	fields [4]textinput.Model // name, WABA, phone number IDs, app
	token  *secret
	least  int      // the first field that can be changed
	taken  []string // names that other accounts have
	at     int
	wrong  string // what is wrong with the field that has the keys
	asked  task   // keeping it, which may wait for the keyring
	y      int    // where the field that has the keys was drawn
}

const (
	fieldName = iota
	fieldWABA
	fieldPhones
	fieldApp
	fieldToken
	fieldsAll
)

var accountFields = [fieldsAll]struct{ label, hint string }{
	{"Name", "your word for the account; it is shown where checks ask in its name"},
	{"WABA ID", "digits, WhatsApp Manager shows it; a message finds its account by it"},
	{"Numbers", "phone number IDs (not the numbers), with a comma between; may be empty"},
	{"App ID", "the Meta app that sends, digits; may be empty"},
	{"Token", "paste or type; it is never shown and never put into the database"},
}

// askAccount opens the form for a new account, with what is known of it.
func (a *app) askAccount(known model.Account, others []model.Account) tea.Cmd {
	f := newAccountForm("Add an account", known)
	for _, o := range others {
		f.taken = append(f.taken, o.Name)
	}
	a.overlays = append(a.overlays, f)
	return nil
}

// changeAccount opens it for one that is on record, whose name stays.
func (a *app) changeAccount(acc model.Account) tea.Cmd {
	f := newAccountForm("Change "+safe.Line(acc.Name), acc)
	f.least = fieldWABA
	f.to(fieldToken)
	a.overlays = append(a.overlays, f)
	return nil
}

func newAccountForm(title string, known model.Account) *accountForm {
	f := &accountForm{title: title, token: &secret{}}
	for i, value := range []string{known.Name, known.WABA, strings.Join(known.Phones, ", "), known.App} {
		f.fields[i] = newText(safe.Line(value))
		f.fields[i].Prompt = ""
		f.fields[i].Blur()
	}
	f.to(fieldName)
	return f
}

// to moves the keys to field i.
func (f *accountForm) to(i int) {
	if f.at < len(f.fields) {
		f.fields[f.at].Blur()
	}
	if f.at = i; f.at < len(f.fields) {
		f.fields[f.at].Focus()
		f.fields[f.at].CursorEnd()
	}
}

// account is what the fields say.
func (f *accountForm) account() model.Account {
	value := func(i int) string { return strings.TrimSpace(f.fields[i].Value()) }
	acc := model.Account{Name: value(fieldName), WABA: value(fieldWABA), App: value(fieldApp)}
	acc.Phones = strings.FieldsFunc(value(fieldPhones), func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	return acc
}

// check says what is wrong with field i, empty when nothing is.
func (f *accountForm) check(i int) string {
	acc := f.account()
	switch i {
	case fieldName:
		if acc.Name == "" {
			return "it needs a name"
		}
		for _, other := range f.taken {
			if strings.EqualFold(other, acc.Name) {
				return "there is an account of this name; enter in the list changes it"
			}
		}
	case fieldWABA:
		return wrongID(acc.WABA)
	case fieldPhones:
		for _, id := range acc.Phones {
			if why := wrongID(id); why != "" {
				return why
			}
		}
		if acc.WABA == "" && len(acc.Phones) == 0 {
			return "give the WABA ID or a phone number ID: a message finds its account by them"
		}
	case fieldApp:
		return wrongID(acc.App)
	}
	return ""
}

// wrongID says what is wrong with an ID of Meta's. Nothing is with an empty one.
func wrongID(id string) string {
	if strings.TrimSpace(id) == "" {
		return ""
	}
	_, err := model.ParseID(id)
	return told(err)
}

// told is an error with its hint, for a line below a field.
func told(err error) string {
	if err == nil {
		return ""
	}
	s := safe.Line(err.Error())
	if h := model.Hint(err); h != "" {
		s += ": " + safe.Line(h)
	}
	return s
}

// leave moves to field i when nothing is wrong with the one that is left; back is
// always free.
func (f *accountForm) leave(i int) {
	if i = max(min(i, fieldsAll-1), f.least); i == f.at {
		return
	}
	if f.wrong = f.check(f.at); f.wrong == "" || i < f.at {
		f.wrong = ""
		f.to(i)
	}
}

func (f *accountForm) box(a *app, sz size) []string {
	const label = 9
	w := min(76, sz.w)
	room := max(w-label-5, 1)
	var lines []string
	for i, x := range accountFields {
		sign := " "
		if i == f.at {
			sign = ">"
			f.y = len(lines)
		}
		value := ""
		switch {
		case i < f.least:
			value = a.theme.faint.Render(safe.Line(f.fields[i].Value()))
		case i < len(f.fields):
			f.fields[i].SetWidth(max(room-1, 1))
			value = f.fields[i].View()
		case f.token.length() > 0:
			value = a.theme.faint.Render(model.Count(f.token.length(), "character", "characters") + ", hidden")
		}
		lines = append(lines, sign+fit(x.label, label)+" "+fitLine(value, room))
	}
	hint := accountFields[f.at].hint
	if f.at == fieldToken && f.least > 0 {
		hint = "paste or type another; empty leaves the one it has"
	}
	said := a.theme.faint.Render(hint)
	switch {
	case f.asked.active:
		said = "keeping it"
	case f.wrong != "":
		said = a.theme.bad.Render(f.wrong)
	}
	lines = append(lines, wrap(said, max(w-4, 1))...)
	return a.frameBox(f.title, lines, sz, w)
}

func (f *accountForm) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	key := k.String()
	if key == "esc" {
		f.asked.stop()
		f.token.wipe()
		a.close()
		return nil
	}
	if f.asked.active {
		return nil
	}
	switch key {
	case "up", "shift+tab", "ctrl+p":
		f.leave(f.at - 1)
	case "down", "tab", "ctrl+n":
		f.leave(f.at + 1)
	case "ctrl+s":
		return f.keep(a)
	case "enter":
		if f.at == fieldToken {
			return f.keep(a)
		}
		f.leave(f.at + 1)
	default:
		f.wrong = ""
		if f.at < len(f.fields) {
			var cmd tea.Cmd
			f.fields[f.at], cmd = f.fields[f.at].Update(k)
			return cmd
		}
		switch key {
		case "backspace":
			f.token.drop()
		case "ctrl+u":
			f.token.wipe()
		default:
			f.token.add(k.Text)
		}
	}
	return nil
}

func (f *accountForm) paste(_ *app, text string) tea.Cmd {
	if f.asked.active {
		return nil
	}
	f.wrong = ""
	if f.at < len(f.fields) {
		f.fields[f.at].SetValue(f.fields[f.at].Value() + safe.Line(strings.TrimSpace(text)))
		f.fields[f.at].CursorEnd()
		return nil
	}
	f.token.add(text)
	return nil
}

// keep keeps the account when nothing is wrong with any field.
func (f *accountForm) keep(a *app) tea.Cmd {
	for i := f.least; i < fieldsAll; i++ {
		if f.wrong = f.check(i); f.wrong != "" {
			f.to(i)
			return nil
		}
	}
	ctx, id := f.asked.start(a.ctx)
	return addAccount(ctx, f, id, a.Accounts, f.account(), string(f.token.text))
}

// cursor is behind the text of the field that has the keys.
func (f *accountForm) cursor() (int, int, bool) {
	const before = 13 // edge, sign, label
	if f.at >= len(f.fields) {
		if n := f.token.length(); n > 0 {
			return before + cells(model.Count(n, "character", "characters")+", hidden"), f.y + 1, true
		}
		return before, f.y + 1, true
	}
	if c := f.fields[f.at].Cursor(); c != nil {
		return before + c.X, f.y + 1, true
	}
	return 0, 0, false
}

// accountAdded tells what became of the form's account.
type accountAdded struct {
	f    *accountForm
	id   int
	said string
	err  error
}

func addAccount(ctx context.Context, f *accountForm, id int, s Accounts, acc model.Account, token string) tea.Cmd {
	return func() tea.Msg {
		said, err := s.AddAccount(ctx, acc, token)
		return accountAdded{f: f, id: id, said: said, err: err}
	}
}

func (m accountAdded) arrive(a *app) tea.Cmd {
	if !m.f.asked.current(m.id) {
		return a.accountsChanged() // the form is closed; if it was kept all the same, the list says so
	}
	m.f.asked.done()
	if m.err != nil {
		m.f.wrong = a.clean(told(m.err))
		return nil
	}
	m.f.token.wipe()
	for i, o := range a.overlays {
		if o == overlay(m.f) {
			a.overlays = append(a.overlays[:i:i], a.overlays[i+1:]...)
			break
		}
	}
	said := safe.Line(a.clean(m.said))
	if s, ok := a.top().(*accounts); ok && s.lead {
		a.pop() // the list was only on the way to the form
	}
	if _, ok := a.top().(*caseView); ok {
		said += ". C asks again"
	}
	a.say(said)
	return a.accountsChanged()
}
