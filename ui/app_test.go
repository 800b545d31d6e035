package ui

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"unsent/model"
)

var update = flag.Bool("update", false, "write the goldens anew; read the difference like code")

// now is the clock of every test.
var now = time.Date(2026, 5, 13, 14, 30, 0, 0, time.UTC)

// fakeStore is a database in memory that fails when it is told to.
type fakeStore struct {
	incidents []model.Incident
	failures  []model.Failure
	steps     map[model.IncidentID][]model.StepRecord
	findings  []model.Finding
	evidence  map[model.IncidentID]model.Evidence
	found     map[model.IncidentID][]model.Finding // of one incident, where findings are of all
	notes     []model.Note
	timeline  *model.Timeline
	imports   []model.Import
	bad       []model.Rejection
	log       []string
	undone    int
	forgot    []string
	err       error
}

func (s *fakeStore) Totals(context.Context) (model.Totals, error) {
	return model.Totals{Messages: len(s.failures), Incidents: len(s.incidents), Imports: len(s.imports)}, s.err
}
func (s *fakeStore) Incidents(context.Context, model.Query) ([]model.Incident, error) {
	return s.incidents, s.err
}
func (s *fakeStore) Case(ctx context.Context, id model.IncidentID, msg model.MessageID) (c model.Case, err error) {
	err = model.ErrNotFound
	for _, i := range s.incidents {
		if i.ID == id {
			c.Incident, err = i, s.err
			c.Incident.Recipients = 2
		}
	}
	for i := range s.failures {
		if f := s.failures[i]; f.ID == msg {
			c.Message = &f
		}
	}
	c.Newest, _ = s.Failures(ctx, model.Query{Incident: id})
	c.Samples, c.Records, c.Findings, c.Notes = c.Newest, s.steps[id], append(s.found[id], s.findings...), s.notes
	c.Evidence = s.evidence[id]
	c.Scopes = map[model.Dim]model.Scope{
		model.DimTemplate:  {Values: 1, Top: []model.ScopeValue{{Value: "order_ready", Failed: 2, Attempted: 8}}},
		model.DimKind:      {Values: 1, Top: []model.ScopeValue{{Value: "template", Failed: 2}}},
		model.DimRecipient: {Values: 2, Top: []model.ScopeValue{{Value: "15550100123", Failed: 1}}},
	}
	return c, err
}
func (s *fakeStore) Glance(ctx context.Context, id model.IncidentID) (model.Case, error) {
	c, err := s.Case(ctx, id, 0)
	c.Scopes, c.Newest = nil, nil
	return c, err
}
func (s *fakeStore) Failures(_ context.Context, q model.Query) ([]model.Failure, error) {
	var out []model.Failure
	if q.From != (model.Cursor{}) {
		return nil, s.err // it gives all at once
	}
	for _, f := range s.failures {
		if (q.Incident == 0 || f.Incident == q.Incident) && (q.Search == "" || strings.Contains(f.Details, q.Search)) {
			out = append(out, f)
		}
	}
	return out, s.err
}
func (s *fakeStore) Count(ctx context.Context, q model.Query, _ int) (int, bool, error) {
	l, err := s.Failures(ctx, q)
	return len(l), false, err
}
func (s *fakeStore) Grep(ctx context.Context, q model.Query, before int64, give func(model.Grep) bool) (int64, error) {
	all := int64(len(s.failures))
	if before <= 0 {
		before = all + 1
	}
	for at := before - 1; at > 0; at-- {
		if err := ctx.Err(); err != nil {
			return at + 1, err
		}
		g := model.Grep{Done: all + 1 - at, All: all, Next: at}
		if f := s.failures[at-1]; strings.Contains(strings.ToLower(f.Request+"\n"+f.Response), strings.ToLower(q.Search)) {
			g.Found = []model.Failure{f}
		}
		if !give(g) {
			return at, s.err
		}
	}
	return 0, s.err
}
func (s *fakeStore) Timeline(_ context.Context, q model.Query, _ int) (model.Timeline, error) {
	if s.timeline != nil {
		return *s.timeline, s.err
	}
	tl := model.Timeline{Step: 5 * time.Minute, From: now.Add(-90 * time.Minute), Bins: make([]model.Bin, 16)}
	for i := range tl.Bins {
		tl.Bins[i].Good = 3 + i%4
	}
	for _, f := range s.failures {
		if q.Incident == 0 || f.Incident == q.Incident {
			tl.Bins[f.At.Sub(tl.From)/tl.Step].Failed++
		}
	}
	if len(s.failures) == 0 {
		tl.Bins = nil
	}
	return tl, s.err
}
func (s *fakeStore) NewestOf(_ context.Context, check string, most int) (out []model.Finding, err error) {
	for i := len(s.findings) - 1; i >= 0 && len(out) < most; i-- {
		if s.findings[i].Check == check {
			out = append(out, s.findings[i])
		}
	}
	return out, s.err
}
func (s *fakeStore) Imports(context.Context) ([]model.Import, error) { return s.imports, s.err }
func (s *fakeStore) Rejections(context.Context, int64, int, int) ([]model.Rejection, error) {
	return s.bad, s.err
}
func (s *fakeStore) UndoImport(context.Context, int64) (int, error) {
	n := len(s.failures)
	s.failures, s.incidents = nil, nil
	return n, s.err
}
func (s *fakeStore) SetState(_ context.Context, id model.IncidentID, to model.CaseState, _, ticket, _ string) error {
	for i := range s.incidents {
		if s.incidents[i].ID == id {
			s.incidents[i].State, s.incidents[i].Ticket = to, ticket
		}
	}
	return s.err
}
func (s *fakeStore) Assign(context.Context, model.IncidentID, string, string) error { return s.err }
func (s *fakeStore) SetStep(_ context.Context, id model.IncidentID, r model.StepRecord, _ string) error {
	if s.steps == nil {
		s.steps = map[model.IncidentID][]model.StepRecord{}
	}
	s.steps[id] = append(s.steps[id], r)
	return s.err
}
func (s *fakeStore) AddNote(_ context.Context, _ model.IncidentID, text, who string) error {
	s.notes = append(s.notes, model.Note{At: now, Who: who, Text: text})
	return s.err
}
func (s *fakeStore) SaveFinding(_ context.Context, _ model.IncidentID, _ model.MessageID, f model.Finding) error {
	s.findings = append(s.findings, f)
	return s.err
}
func (s *fakeStore) Move(_ context.Context, messages []model.MessageID, to model.IncidentID, who string) (model.Move, error) {
	m := model.Move{To: to, New: to == 0}
	if m.New {
		m.To = 9
	}
	for i := range s.failures {
		if f := &s.failures[i]; s.err == nil && slices.Contains(messages, f.ID) {
			if !slices.Contains(m.From, f.Incident) {
				m.From = append(m.From, f.Incident)
			}
			f.Moved = model.Moved{From: f.Incident, Who: who, At: now}
			f.Incident = m.To
			m.Messages = append(m.Messages, f.ID)
		}
	}
	if m.New {
		s.incidents = append(s.incidents, model.Incident{ID: 9, Code: "131000", Failures: len(m.Messages), State: model.StateNew, Reason: "Its messages were put together by hand."})
	}
	return m, s.err
}
func (s *fakeStore) Undo(context.Context, string) (string, error) {
	s.undone++
	return "a change", s.err
}
func (s *fakeStore) Redo(context.Context, string) (string, error) { return "a change", s.err }
func (s *fakeStore) Log(_ context.Context, _, what, target, detail string) error {
	s.log = append(s.log, what+" "+target+" "+detail)
	return s.err
}
func (s *fakeStore) Setting(context.Context, string) (string, error)  { return "", s.err }
func (s *fakeStore) SetSetting(context.Context, string, string) error { return s.err }
func (s *fakeStore) ForgetReading(_ context.Context, set string) error {
	s.forgot = append(s.forgot, set)
	return s.err
}

// twoIncidents is a store with an outage and a window case, on documentation
// numbers.
func twoIncidents() *fakeStore {
	at := now.Add(-20 * time.Minute)
	return &fakeStore{
		incidents: []model.Incident{
			{ID: 1, Code: "131000", Title: "Something went wrong", Failures: 2, Attempts: 8, Successes: true, Recipients: -1, First: at.Add(-time.Hour), Last: at,
				WABAs: 1, PhoneIDs: 1, Templates: 1, Kinds: 1, WABA: "100200300400500", Template: "order_ready", Language: "en", State: model.StateNew,
				Trend: []int{0, 0, 1, 0, 0, 1}},
			{ID: 2, Code: "131047", Title: "Re-engagement message", Failures: 1, Recipients: -1, First: at, Last: at, WABAs: 1, WABA: "100200300400500", State: model.StateWaiting},
		},
		failures: []model.Failure{
			{ID: 1, Incident: 1, At: at, Code: "131000", CodeFrom: model.FromColumn, Title: "Something went wrong", Details: "Message failed to send due to an unknown error.", HTTPStatus: 500,
				Trace: "AbCdEf", Recipient: "15550100123", RecipientRaw: "15550100123", Sender: "15550100199", PhoneID: "200300400500600", WABA: "100200300400500",
				Template: "order_ready", Language: "en", Kind: "template", Source: model.Source{File: "march.csv", Line: 2},
				Request: `{"to":"15550100123","type":"template","template":{"name":"order_ready"}}`, Response: `{"error":{"code":131000,"fbtrace_id":"AbCdEf"}}`},
			{ID: 2, Incident: 1, At: at.Add(-time.Hour), Code: "131000", Title: "Something went wrong", Recipient: "15550100124", RecipientRaw: "15550100124", Kind: "template", Template: "order_ready"},
			{ID: 3, Incident: 2, At: at, Code: "131047", Title: "Re-engagement message", Recipient: "15550100125", RecipientRaw: "15550100125", Kind: "text", LastInbound: at.Add(-50 * time.Hour)},
		},
	}
}

type outside struct {
	copied, saved []string
	plans         []PlanAsk
	how           Copied
	imported      model.Import
	importErr     error
	only          *model.Failure
	loaded        []Log
	hows          []*model.Reading // how each was read
	table         func(how *model.Reading) (model.Table, error)
}

func newTest(t testing.TB, term size, s Store, change ...func(*Deps)) (*app, *outside) {
	t.Helper()
	o := &outside{how: Copied{Said: "copied with wl-copy"}}
	d := Deps{
		Store: s,
		Import: func(_ context.Context, l Log, how *model.Reading, _ func(model.Import)) (Loaded, error) {
			o.loaded, o.hows = append(o.loaded, l), append(o.hows, how)
			i := o.imported
			i.File = l.Name
			return Loaded{i, o.only}, o.importErr
		},
		Preview: func(_ context.Context, l Log, how *model.Reading) (model.Table, error) {
			if l.Name == "march.csv" && o.table == nil {
				return foreignTable(how)
			}
			if o.table == nil {
				return model.Table{File: l.Name, Format: "text", Read: 1, Failed: 1, Code: "131026", Whole: true}, nil
			}
			return o.table(how)
		},
		Fields: []model.FieldAbout{{Name: "recipient", About: "a phone number"}, {Name: "status", About: "failed, delivered"}, {Name: "code", About: "131026"}},
		Save: func(_ context.Context, p model.Packet) (string, error) {
			o.saved = append(o.saved, p.Text)
			return "/packets/packet-1.txt", nil
		},
		Plan: planOf(s, o),
		Copy: func(_ context.Context, text string) Copied {
			o.copied = append(o.copied, text)
			return o.how
		},
		Open:     func(context.Context, string) (string, error) { return "", errors.New("no browser") },
		Accounts: someAccounts(),
		Now:      func() time.Time { return now }, Local: time.UTC, Who: "agent", Version: "test", DBName: "unsent.db",
	}
	for _, c := range change {
		c(&d)
	}
	a := newApp(t.Context(), d)
	a.home.likely.quiet, a.pauses = 0, pauses{guess: -1}
	a.update(tea.WindowSizeMsg{Width: term.w, Height: term.h})
	settle(t, a, a.Init())
	return a, o
}

// settle runs a command and all that follow from it, in order, in this
// goroutine. Terminal requests are left alone: no terminal answers here.
func settle(t testing.TB, a *app, cmd tea.Cmd) {
	t.Helper()
	todo := []tea.Cmd{cmd}
	for n := 0; len(todo) > 0; n++ {
		if n > 10000 {
			t.Fatal("commands never end")
		}
		c := todo[0]
		todo = todo[1:]
		if c == nil {
			continue
		}
		switch msg := c().(type) {
		case tea.BatchMsg:
			todo = append(todo, msg...)
		case arrived:
			todo = append(todo, a.update(msg))
		}
	}
}

// keyOf is a key as Bubble Tea reports it.
func keyOf(name string) tea.KeyPressMsg {
	special := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "down": tea.KeyDown, "up": tea.KeyUp,
		"left": tea.KeyLeft, "right": tea.KeyRight, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace}
	if r, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: r}
	}
	if name == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	}
	if name == "ctrl+space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Mod: tea.ModCtrl}
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		return tea.KeyPressMsg{Code: special[rest], Mod: tea.ModShift}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func press(t testing.TB, a *app, keys ...string) {
	t.Helper()
	for _, k := range keys {
		settle(t, a, a.update(keyOf(k)))
	}
}

func screenText(a *app) string {
	lines := strings.Split(ansi.Strip(strings.Join(a.frame(), "\n")), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

func golden(t *testing.T, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(t.Name(), " ", "_")+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./ui -update writes it", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("the screen differs from %s; go test ./ui -update writes it anew (-want +got):\n%s", file, d)
	}
}

// A key that does nothing where it is pressed says so, and the next key takes that
// away again.
func TestKeyWithoutUse(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	if press(t, a, "e"); a.notice != "e does nothing here; ? shows what does" {
		t.Errorf("notice %q", a.notice)
	}
	if press(t, a, "down"); a.notice != "" {
		t.Errorf("notice %q", a.notice)
	}
}

// The tour asks for a key only where it works, and elsewhere for the way back.
func TestCoachKnowsTheWay(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents(), func(d *Deps) { d.Demo = true })
	for _, x := range []struct{ key, want string }{
		{"l", "1/4  press esc: go back to the tour"},
		{"enter", "1/4  press esc: go back to the tour"}, // opens a message, and no incident
		{"esc", "1/4  press esc: go back to the tour"},
		{"esc", "1/4  press enter: open the biggest incident"},
		{"enter", "2/4  press C: run the checks"},
		{"t", "2/4  press esc: go back to the tour"},
		{"esc", "2/4  press C: run the checks"},
		{"C", "3/4  press e: build the escalation packet"},
		{"e", "4/4  press y: copy it"},
		{"esc", "4/4  press e, then y: copy the packet"},
		{"esc", "4/4  press enter: open the incident again"},
	} {
		press(t, a, x.key)
		if a.notice = ""; !strings.Contains(screenText(a), x.want) {
			t.Fatalf("after %s %q is not in\n%s", x.key, x.want, screenText(a))
		}
	}
}
