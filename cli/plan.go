package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
)

// planAsk is what the flags of the plan command ask for.
type planAsk struct {
	csv     string // the file of what is to be sent; "-" for standard output
	refused string // the file of what is not
	full    bool
	force   bool // the files may be overwritten
}

func (a *app) planCommand() *cobra.Command {
	var ask planAsk
	c := &cobra.Command{
		Use:   "plan TARGET",
		Short: "The retry plan, or the reason why there is none",
		Long: "plan says which messages of an incident may be sent once more, and when, and of all the others why not. Nothing is sent: --csv writes the list " +
			"for the system that sends.\n\n" +
			"The first retry waits 30 to 60 seconds, each further one about twice as long, and after five there is no more. Nothing goes while an outage is suspected " +
			"or reported or the cause has to be put right first; nothing that may have arrived, that nobody can say the age of, or that is too old (login codes: 10 minutes, " +
			"marketing: 3 days, all else: a day); one message for each person and template, six seconds apart. What Meta held back (131049) waits a day. " +
			"A time in the list is the earliest (not_before) and the latest (not_after) at which to send, UTC.",
		Example: "unsent plan i1\nunsent plan i1 --csv retry.csv --full --refused left-out.csv\nunsent plan m1234 --json",
		Args:    need("TARGET"),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case a.json && (ask.csv == "-" || ask.refused == "-"):
				return usage("leave one of them out", "--json and a list on standard output (-) cannot be had at once")
			case ask.csv != "" && ask.csv == ask.refused:
				return usage("give each a name of its own", "--csv and --refused name the same file")
			}
			return a.with(c.Context(), func(s *store.Store) error { return a.plan(c.Context(), s, args[0], ask) })
		},
	}
	fs := c.Flags()
	fs.StringVar(&ask.csv, "csv", "", "write what is to be sent to FILE, safe to open in a spreadsheet; '-' is standard output")
	fs.StringVar(&ask.refused, "refused", "", "write what is not to be sent, with the reasons, to FILE or '-'")
	fs.BoolVar(&ask.full, "full", false, "recipients and wamids unmasked")
	fs.BoolVar(&ask.force, "force", false, "overwrite the files of --csv and --refused")
	return c
}

func (a *app) plan(ctx context.Context, s *store.Store, arg string, ask planAsk) error {
	m, err := load(ctx, s, arg)
	if err != nil {
		return err
	}
	for _, name := range []string{ask.csv, ask.refused} {
		if name != "" && name != "-" {
			if err := unused(name, ask.force); err != nil {
				return err
			}
		}
	}
	now := a.Now()
	p := triage.NewPlanner(triage.PlanInput{
		Now: now, Incident: m.Incident, Causes: m.Causes, Findings: m.Findings, Outage: m.Outage, Log: m.Evidence.Outage, Single: m.Message != nil,
	})
	messages := planned(s, m)
	who := people{digits: map[string]bool{}}
	err = messages(ctx, func(f *model.Failure) error {
		p.See(f)
		who.see(f)
		return nil
	})
	if err != nil {
		return err
	}
	if err := elsewhere(ctx, s, m, who, now, p.Other); err != nil {
		return err
	}
	err = a.planLists(ask, func(send, left planRow) error {
		return messages(ctx, func(f *model.Failure) error {
			r := p.Plan(f)
			if a.json {
				if err := jsonLine(a.Stdout, planJSONOf(f, &r, ask.full)); err != nil {
					return err
				}
			}
			if r.Refused == nil {
				return send(planRowOf(f, &r, ask.full))
			}
			return left(refusedRowOf(f, &r, ask.full))
		})
	})
	if errors.Is(err, errNothingPlanned) {
		ask.csv = ""
		err = model.WithHint(err, "what speaks against it is said above; 'unsent plan' without --csv shows it, too")
	} else if err != nil {
		return err
	}
	return errors.Join(a.planEnd(ctx, s, m, p.Sum(), ask), err)
}

// planned hands over the messages of a target, newest first.
func planned(s *store.Store, m *matter) func(context.Context, func(*model.Failure) error) error {
	return func(ctx context.Context, do func(*model.Failure) error) error {
		if m.Message != nil {
			return do(m.Message)
		}
		_, _, err := eachFailure(ctx, s, model.Query{Incident: m.Incident.ID}, 0, do)
		return err
	}
}

// byRecipient are the codes by which the log says what a person is not to get,
// however long ago that was.
var byRecipient = []model.Code{"130403", "130472", "131049", "131050"}

// people are the recipients of a target, as long as there are few of them: then
// each can be asked for, and the log need not be read.
type people struct {
	digits map[string]bool
	many   bool
}

const fewPeople = 50

func (p *people) see(f *model.Failure) {
	to := safe.ParsePhone(f.Recipient).Digits
	switch {
	case p.many:
	case to != "":
		p.digits[to] = true
		p.many = len(p.digits) > fewPeople
	case slices.Contains(f.Flags, model.FlagBSUID): // cannot be asked for
		p.many = true
	}
}

// elsewhere hands over what the log has outside the target and may be of its
// people. Of many that is everything not too old to be planned, because of what
// is newer than a message of the target, and, however old, whoever is to get none.
func elsewhere(ctx context.Context, s *store.Store, m *matter, who people, now time.Time, do func(*model.Failure)) error {
	first := m.Incident.First
	ours := func(f *model.Failure) bool { return f.Incident == m.Incident.ID }
	if m.Message != nil {
		first = m.Message.At
		ours = func(f *model.Failure) bool { return f.ID == m.Message.ID }
	}
	if first.IsZero() {
		return nil // no message of it has a time, so none is planned
	}
	if oldest := now.Add(-triage.PlanAge); first.Before(oldest) {
		first = oldest
	}
	queries := []model.Query{{Since: first}, {Until: first, Codes: byRecipient}}
	if !who.many {
		queries = nil
		for to := range who.digits {
			queries = append(queries, model.Query{Recipient: to})
		}
	}
	for _, q := range queries {
		_, _, err := eachFailure(ctx, s, q, 0, func(f *model.Failure) error {
			if !ours(f) {
				do(f)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// planRow writes a row of a list; a list that nobody asked for takes all.
type planRow func(row []string) error

var (
	planHead = []string{
		"id", "recipient", "template", "language", "kind", "wamid", "message_id", "phone_number_id", "waba_id",
		"not_before", "not_after", "retry", "wait_seconds", "note",
	}
	refusedHead = []string{"id", "recipient", "template", "language", "wamid", "message_id", "code", "rule", "why", "instead", "newer"}
)

// planLists opens the lists that were asked for, for the time of fill. A list
// that is to be sent and has no row is an error and leaves no file, so that no
// script takes it for done.
func (a *app) planLists(ask planAsk, fill func(send, left planRow) error) error {
	return a.planList(ask.csv, planHead, true, func(send planRow) error {
		return a.planList(ask.refused, refusedHead, false, func(left planRow) error { return fill(send, left) })
	})
}

var errNothingPlanned = errors.New("no message of it may be sent now")

func (a *app) planList(name string, head []string, must bool, fill func(planRow) error) error {
	if name == "" {
		return fill(func([]string) error { return nil })
	}
	write := func(w io.Writer) error {
		out, rows := safe.CSV(w), 0
		err := fill(func(row []string) error {
			if rows++; rows == 1 {
				if err := out.Write(head); err != nil {
					return err
				}
			}
			return out.Write(row)
		})
		switch {
		case err != nil:
			return err
		case rows == 0 && must:
			return errNothingPlanned
		case rows == 0:
			if err := out.Write(head); err != nil {
				return err
			}
		}
		return out.Flush()
	}
	if name == "-" {
		return write(a.Stdout)
	}
	return writePrivate(name, write)
}

func planRowOf(f *model.Failure, r *triage.Retry, full bool) []string {
	m := maskFailure(*f, full)
	note := ""
	if r.Window {
		note = "free text: send only while the customer service window is open"
	}
	return []string{
		m.ID.String(), firstText(m.Recipient, m.RecipientUser), m.Template, m.Language, m.Kind, m.WAMID, m.MessageID, m.PhoneID, m.WABA,
		planTime(r.NotBefore), planTime(r.NotAfter), strconv.Itoa(r.Number), seconds(r.Wait), note,
	}
}

func refusedRowOf(f *model.Failure, r *triage.Retry, full bool) []string {
	m := maskFailure(*f, full)
	newer := ""
	if r.Newer != 0 {
		newer = r.Newer.String()
	}
	return []string{
		m.ID.String(), firstText(m.Recipient, m.RecipientUser), m.Template, m.Language, m.WAMID, m.MessageID, codeText(m.Code, m.Vendor, m.HTTPStatus),
		r.Refused.Rule, unless(full, r.Refused.Why), unless(full, r.Refused.Do), newer,
	}
}

func planTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// planJSON is one message of a plan.
type planJSON struct {
	ID        model.MessageID  `json:"id"`
	Send      bool             `json:"send"`
	Recipient string           `json:"recipient,omitzero"`
	User      string           `json:"recipient_user_id,omitzero"`
	Template  string           `json:"template,omitzero"`
	Language  string           `json:"language,omitzero"`
	WAMID     string           `json:"wamid,omitzero"`
	MessageID string           `json:"message_id,omitzero"`
	PhoneID   string           `json:"phone_number_id,omitzero"`
	NotBefore time.Time        `json:"not_before,omitzero"`
	NotAfter  time.Time        `json:"not_after,omitzero"`
	Retry     int              `json:"retry,omitzero"`
	Wait      int              `json:"wait_s,omitzero"`
	Then      []int            `json:"then_s,omitempty"`
	Window    string           `json:"window,omitzero"` // "unknown" for free text of which the log does not say it
	Refused   *triage.Refusal  `json:"refused,omitempty"`
	Newer     *model.MessageID `json:"newer,omitempty"`
	Masked    bool             `json:"masked,omitzero"`
}

func planJSONOf(f *model.Failure, r *triage.Retry, full bool) planJSON {
	m := maskFailure(*f, full)
	j := planJSON{
		ID: m.ID, Recipient: m.Recipient, User: m.RecipientUser, Template: m.Template, Language: m.Language, WAMID: m.WAMID,
		MessageID: m.MessageID, PhoneID: m.PhoneID, Masked: m.Masked,
	}
	if r.Refused != nil {
		why := maskRefusal(*r.Refused, full)
		j.Refused = &why
		if r.Newer != 0 {
			j.Newer = &r.Newer
		}
		return j
	}
	j.Send, j.NotBefore, j.NotAfter, j.Retry, j.Wait = true, r.NotBefore, r.NotAfter, r.Number, int(r.Wait/time.Second)
	for _, d := range r.Then {
		j.Then = append(j.Then, int(d/time.Second))
	}
	if r.Window {
		j.Window = "unknown"
	}
	return j
}

// maskRefusal hides numbers in a reason: it may quote what a check found.
func maskRefusal(r triage.Refusal, full bool) triage.Refusal {
	r.Why, r.Do = unless(full, r.Why), unless(full, r.Do)
	return r
}

// planSumJSON is the last line: the plan as a whole.
type planSumJSON struct {
	Target  string       `json:"target"`
	Made    time.Time    `json:"made"`
	Planned int          `json:"planned"`
	Refused int          `json:"refused"`
	First   time.Time    `json:"first,omitzero"`
	Last    time.Time    `json:"last,omitzero"`
	Until   time.Time    `json:"until,omitzero"` // the earliest not_after
	Reasons []planReason `json:"reasons"`
	Notes   []string     `json:"notes"`
}

type planReason struct {
	triage.Refusal
	Messages int               `json:"messages"`
	Examples []model.MessageID `json:"examples"`
}

// planEnd shows the plan as a whole and keeps on record that a list was written.
func (a *app) planEnd(ctx context.Context, s *store.Store, m *matter, sum triage.PlanSum, ask planAsk) error {
	target := m.Target().String()
	for _, list := range []struct{ name, what string }{
		{ask.csv, plural(sum.Planned, "send", "sends")},
		{ask.refused, plural(sum.RefusedCount(), "message", "messages") + " not to be sent"},
	} {
		if list.name == "" {
			continue
		}
		masked := "numbers masked"
		if ask.full {
			masked = "numbers in full"
		}
		to := "standard output"
		if list.name != "-" {
			to = a.clean(list.name)
		}
		if err := s.Log(ctx, a.who(), "plan", target, list.what+" written to "+to+", "+masked); err != nil {
			return err
		}
	}
	if a.json {
		j := planSumJSON{
			Target: target, Made: sum.Made, Planned: sum.Planned, Refused: sum.RefusedCount(), First: sum.First, Last: sum.Last, Until: sum.Until,
			Reasons: []planReason{}, Notes: orEmpty(sum.Notes),
		}
		for _, c := range sum.Refused {
			j.Reasons = append(j.Reasons, planReason{maskRefusal(c.Refusal, ask.full), c.N, c.Examples})
		}
		return jsonLine(a.Stdout, j)
	}
	w := a.Stdout
	if ask.csv == "-" || ask.refused == "-" {
		w = a.Stderr // standard output is the list
	}
	cols := textWidth(w)
	for _, line := range sum.Lines(time.Local) {
		text := strings.TrimLeft(line, " ")
		fmt.Fprintln(w, wrap(safe.Line(unless(ask.full, text)), line[:len(line)-len(text)], cols))
	}
	if ask.csv != "" && ask.csv != "-" {
		fmt.Fprintf(w, "\n%s written to %s; nothing was sent\n", plural(sum.Planned, "message", "messages"), safe.Line(ask.csv))
		if !ask.full {
			fmt.Fprintln(a.Stderr, "the numbers in it are masked: --full writes them in full")
		}
	}
	if ask.refused != "" && ask.refused != "-" {
		fmt.Fprintf(w, "%s not to be sent written to %s\n", plural(sum.RefusedCount(), "message", "messages"), safe.Line(ask.refused))
	}
	return nil
}
