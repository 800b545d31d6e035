package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
)

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
	a.noteJoined(m.asked, m.Incident.ID)
	sum, err := a.makePlan(ctx, s, m, ask, func() {}, func(f *model.Failure, r *triage.Retry) error {
		if !a.json {
			return nil
		}
		return jsonLine(a.Stdout, planJSONOf(f, r, ask.full))
	})
	if errors.Is(err, errNothingPlanned) {
		ask.csv = ""
		err = model.WithHint(err, "what speaks against it is said above; 'unsent plan' without --csv shows it, too")
	} else if err != nil {
		return err
	}
	return errors.Join(a.planEnd(m, sum, ask), err)
}

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

// planEnd shows the plan as a whole.
func (a *app) planEnd(m *matter, sum triage.PlanSum, ask planAsk) error {
	if a.json {
		j := planSumJSON{
			Target: m.Target().String(), Made: sum.Made, Planned: sum.Planned, Refused: sum.RefusedCount(), First: sum.First, Last: sum.Last, Until: sum.Until,
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
		fmt.Fprintf(w, "\n%s written to %s; nothing was sent\n", model.Count(sum.Planned, "message", "messages"), safe.Line(ask.csv))
		if !ask.full {
			fmt.Fprintln(a.Stderr, "the numbers in it are masked: --full writes them in full")
		}
	}
	if ask.refused != "" && ask.refused != "-" {
		fmt.Fprintf(w, "%s not to be sent written to %s\n", model.Count(sum.RefusedCount(), "message", "messages"), safe.Line(ask.refused))
	}
	return nil
}
