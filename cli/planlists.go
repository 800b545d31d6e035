package cli

import (
	"errors"
	"io"
	"strconv"
	"time"

	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

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
