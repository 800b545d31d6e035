package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"unsent/check"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
)

func (a *app) incidentsCommand() *cobra.Command {
	var f filters
	var full bool
	c := &cobra.Command{
		Use:     "incidents",
		Short:   "Incidents, biggest impact first",
		Example: "unsent incidents --since 2h\nunsent incidents --code 131000,131016 --state new",
		Args:    need(),
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := f.query(a.Now())
			if err != nil {
				return err
			}
			return a.with(c.Context(), func(s *store.Store) error { return a.incidents(c.Context(), s, q, f.limit, full) })
		},
	}
	f.register(c, 200)
	c.Flags().BoolVar(&full, "full", false, "with --json: show recipients unmasked")
	return c
}

func (a *app) incidents(ctx context.Context, s *store.Store, q model.Query, limit int, full bool) error {
	if q.Limit = limit; limit == 0 {
		q.Limit = 1 << 20
	}
	all, err := s.Incidents(ctx, q)
	if err != nil {
		return err
	}
	// Scattered failures are no fault, however many they are.
	slices.SortStableFunc(all, func(x, y model.Incident) int { return rank(x.Shape) - rank(y.Shape) })
	if a.json {
		for _, inc := range all {
			m, err := load(ctx, s, inc.ID.String())
			if err != nil {
				return err
			}
			if err := a.printMatterJSON(m, full); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		return a.sayEmpty(ctx, s)
	}
	t := newTable(2, "ID", "FAILED", "WHERE", "CODE", "SINCE (UTC)", "STATE", "CAUSE", "VERDICT")
	for _, inc := range all {
		m := &matter{}
		if m.Case, err = s.Glance(ctx, inc.ID); err != nil {
			return err
		}
		m.Judgement = triage.Judge(&m.Case)
		since := "-"
		if !inc.First.IsZero() {
			since = inc.First.UTC().Format("2006-01-02 15:04")
		}
		t.add(inc.ID.String(), model.Thousands(inc.Failures), where(inc), codeText(inc.Code, inc.Vendor, inc.HTTP), since,
			string(inc.State), causeWords(m), shortVerdict(m))
	}
	t.print(a.Stdout)
	return nil
}

// rank puts what is no fault behind what is.
func rank(s model.Shape) int {
	if s == model.ShapeScattered {
		return 1
	}
	return 0
}

// shortVerdict is the verdict without the cause, which a list names beside it.
func shortVerdict(m *matter) string {
	if v := m.Verdict(&m.Case, check.Asks); v.From != triage.FromCauses {
		return v.Words
	}
	return triage.ArticleVerdict(m.Match)
}

// sayEmpty tells an empty database from a filter that nothing passes, and a log
// without failures from one that could not be read.
func (a *app) sayEmpty(ctx context.Context, s *store.Store) error {
	totals, err := s.Totals(ctx)
	if err != nil {
		return err
	}
	imports, err := s.Imports(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.Stdout, emptyText(totals, imports))
	return nil
}

func emptyText(totals model.Totals, imports []model.Import) string {
	var failures, rejected, inProgress int
	for _, i := range imports {
		failures += i.Failures()
		rejected += i.Rejected
		inProgress += i.InProgress
	}
	well := model.Count(totals.Successes, "send", "sends") + " went well"
	switch {
	case totals.Messages > 0:
		return fmt.Sprintf("Nothing matches. The database holds %s in %s.",
			model.Count(totals.Messages, "failed message", "failed messages"), model.Count(totals.Incidents, "incident", "incidents"))
	case totals.Imports == 0:
		return "Nothing imported yet. 'unsent import FILE' does it, 'unsent demo' shows invented data."
	case failures > 0:
		return "No failed message is left in the database: what was imported is purged. 'unsent audit' says by whom."
	case rejected > 0 || inProgress > 0:
		text := "Cannot tell whether a message failed: " + unsure(rejected, inProgress)
		if totals.Successes > 0 {
			text += "; " + well
		}
		return text + ". 'unsent imports' lists the files."
	case totals.Successes > 0:
		return "No failures: " + well + ". Nothing to triage."
	}
	return "Cannot tell whether a message failed: " + noOutcome + ". 'unsent imports' lists the files."
}

// incidentJSON is the contract's object. A fact that the log does not have is
// left out: without successful sends there are no attempts, because the share of
// failures would read as 100 percent.
type incidentJSON struct {
	ID         model.IncidentID          `json:"id"`
	Asked      string                    `json:"asked,omitzero"` // the incident that was asked for, where it is a part of this one by now
	Shape      model.Shape               `json:"shape,omitzero"`
	Reason     string                    `json:"reason,omitzero"`
	Code       model.Code                `json:"code,omitzero"`
	Vendor     model.Vendor              `json:"vendor,omitzero"`
	HTTP       int                       `json:"http_status,omitzero"`
	Title      string                    `json:"title,omitzero"`
	Codes      map[string]int            `json:"codes"`
	Failures   int                       `json:"failures"`
	MovedHere  int                       `json:"moved_here,omitzero"` // by hand, of the failures
	MovedAway  int                       `json:"moved_away,omitzero"` // by hand, to other incidents
	Recipients int                       `json:"recipients"`
	Attempts   int                       `json:"attempts,omitzero"`
	First      time.Time                 `json:"first,omitzero"`
	Last       time.Time                 `json:"last,omitzero"`
	State      model.CaseState           `json:"state"`
	Assignee   string                    `json:"assignee,omitzero"`
	Ticket     string                    `json:"ticket,omitzero"`
	Verdict    string                    `json:"verdict"`
	Article    articleRef                `json:"article"`
	Scope      map[model.Dim]model.Scope `json:"scope"`
	Outage     outageJSON                `json:"outage"`
	Causes     []model.CauseFinding      `json:"causes"`
	Leading    []string                  `json:"leading"` // the causes to speak of; none: it cannot be told yet
	Missing    string                    `json:"missing,omitzero"`
	Changed    []changeJSON              `json:"changed"`
	Next       nextJSON                  `json:"next"`
	Steps      []model.StepRecord        `json:"steps"`
	Message    *failureJSON              `json:"message,omitempty"`
	Masked     bool                      `json:"masked,omitzero"`
}

type articleRef struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Rule  string `json:"rule"`
	Why   string `json:"why"`
}

type nextJSON struct {
	Step string `json:"step,omitzero"`
	Text string `json:"text"`
}

func (a *app) printMatterJSON(m *matter, full bool) error {
	j := incidentJSON{
		ID: m.Incident.ID, Code: m.Incident.Code, Vendor: m.Incident.Vendor, HTTP: m.Incident.HTTP, Title: m.Incident.Title,
		Failures: m.Incident.Failures, Recipients: m.Incident.Recipients, First: m.Incident.First, Last: m.Incident.Last,
		State: m.Incident.State, Assignee: m.Incident.Assignee, Ticket: m.Incident.Ticket,
		Verdict: m.Match.Article.Verdict,
		Article: articleRef{m.Match.Article.ID, m.Match.Article.Title, m.Match.Rule, m.Match.Why},
		Scope:   map[model.Dim]model.Scope{}, Codes: map[string]int{}, Causes: causesJSON(m.Causes, full), Steps: stepRecords(m),
		Leading: leadingNames(m), Missing: unless(full, m.Missing), Changed: changesJSON(m, full),
		Shape: m.Incident.Shape, Reason: unless(full, m.Incident.Reason),
		Outage: outageOf(m), Masked: !full, MovedHere: m.MovedHere, MovedAway: m.MovedAway,
	}
	if m.asked != 0 {
		j.Asked = m.asked.String()
	}
	if !full {
		j.Title, j.Outage.Reason = safe.MaskText(j.Title), safe.MaskText(j.Outage.Reason)
		for i := range j.Steps {
			j.Steps[i].Note = safe.MaskText(j.Steps[i].Note)
		}
	}
	if m.Incident.Successes {
		j.Attempts = m.Incident.Attempts
	}
	for dim, sc := range m.Scopes {
		if sc.Values > 0 {
			j.Scope[dim] = maskScope(dim, sc, full)
		}
	}
	j.Next.Step, j.Next.Text = next(m, full)
	for _, c := range m.Codes {
		j.Codes[codeText(c.Code, c.Vendor, c.HTTP)] += c.Failures
	}
	if m.Message != nil {
		f := maskFailure(*m.Message, full)
		j.Message = &f
	}
	return jsonLine(a.Stdout, j)
}

// stepRecords are the article's steps as the contract lists them.
func stepRecords(m *matter) []model.StepRecord {
	out := []model.StepRecord{}
	for _, s := range m.Steps {
		r := model.StepRecord{Step: s.ID, State: s.State, By: s.By, At: s.At, Note: s.Note}
		if s.Lock != "" && r.Note == "" {
			r.Note = s.Lock
		}
		out = append(out, r)
	}
	return out
}
