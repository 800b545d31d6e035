package store

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"unsent/model"
)

// A slice of records as a stream. The record handed out is overwritten with
// nonsense by the next call, as a reader may do that reuses its memory.
type sliceStream struct {
	file, system string
	steps        []any // model.Record, *model.Rejection or error
	at           int
	last         *model.Record
}

func (s *sliceStream) Next(r *model.Record) error {
	if s.last != nil {
		*s.last = model.Record{Outcome: "overwritten"}
	}
	if s.at >= len(s.steps) {
		return io.EOF
	}
	s.at++
	switch step := s.steps[s.at-1].(type) {
	case model.Record:
		*r = step
		return nil
	case *model.Rejection:
		return step
	case error:
		return step
	}
	panic("unknown step")
}

func (s *sliceStream) Report() model.SourceReport {
	return model.SourceReport{
		File: s.file, System: s.system, Format: "csv", Columns: map[string]string{"wamid": "Message ID"},
		Zone: model.Zone{From: model.ZoneOffset}, Warnings: []string{"a warning"},
	}
}

func (s *sliceStream) Position() (int64, int64) { return int64(s.at), int64(len(s.steps)) }

func records(list ...model.Record) *sliceStream {
	s := &sliceStream{file: "march.csv", system: "cloud-api"}
	for i, r := range list {
		if r.Source == (model.Source{}) {
			r.Source = model.Source{File: s.file, Line: i + 2}
		}
		s.steps = append(s.steps, r)
	}
	return s
}

// A synth makes rows of about a kilobyte, like an export of a busy BSP: many
// accounts, repeating errors, unique ids. The same seed makes the same rows.
type synth struct {
	n, at   int
	seed    uint64
	success int // of a hundred
}

var synthErrors = []struct {
	code                    model.Code
	title, message, details string
	weight                  int
}{
	{"131000", "Something went wrong", "Something went wrong", "Message failed to send due to an unknown error.", 35},
	{"131016", "Service unavailable", "Service unavailable", "A service is temporarily unavailable.", 14},
	{"131026", "Message undeliverable", "Message undeliverable", "Unable to deliver message to %d. Reasons can include that the number is not on WhatsApp.", 11},
	{"131049", "Meta chose not to deliver", "This message was not delivered to maintain healthy ecosystem engagement.", "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.", 9},
	{"131047", "Re-engagement message", "Re-engagement message", "More than 24 hours have passed since the customer last replied.", 8},
	{"190", "Access token has expired", "Error validating access token", "Session has expired.", 5},
	{"132001", "Template name does not exist", "Template name does not exist in the translation", "template name (%s) does not exist in en_US", 5},
	{"130429", "Rate limit hit", "Rate limit hit", "Message failed to send because there were too many messages sent from this phone number.", 13},
}

var synthStart = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func (s *synth) end() error {
	if s.at >= s.n {
		return io.EOF
	}
	s.at++
	return nil
}

func (s *synth) Next(r *model.Record) error {
	i := s.at
	if err := s.end(); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(s.seed, uint64(i)))
	at := synthStart.Add(time.Duration(i) * 2592 * time.Millisecond).Add(time.Duration(rng.IntN(3000)) * time.Millisecond)
	waba := int(float64(200) * rng.Float64() * rng.Float64())
	to := 15550100000 + int64(60_000*rng.Float64()*rng.Float64())
	pick := rng.IntN(100)
	e := &synthErrors[0]
	for k := range synthErrors {
		if e = &synthErrors[k]; pick < e.weight {
			break
		}
		pick -= e.weight
	}
	template := fmt.Sprintf("template_%d", (waba*7+rng.IntN(4))%40)
	f := model.Failure{
		At: at, AtText: at.Format("2006-01-02T15:04:05.000-07:00"), Zone: model.ZoneOffset, CodeFrom: model.FromColumn,
		WAMID:     fmt.Sprintf("wamid.HBgN%016X%016XAA==", rng.Uint64(), rng.Uint64()),
		Recipient: fmt.Sprint(to), RecipientRaw: fmt.Sprintf("+%d", to), Country: "1", Sender: fmt.Sprintf("1555019%04d", waba),
		PhoneID: fmt.Sprintf("10555%08d", waba*2+rng.IntN(2)), WABA: fmt.Sprintf("2055%09d", waba), App: "990011",
		Template: template, Language: []string{"en_US", "pt_BR", "es"}[waba%3], Kind: "template", Category: "marketing",
		Campaign: fmt.Sprintf("campaign-%d", waba%50), Status: "failed", Source: model.Source{File: "synth.csv", Line: i + 2},
	}
	r.Outcome = model.Failed
	if rng.IntN(100) < s.success {
		r.Outcome, r.Failure = model.Succeeded, f
		r.Status = "delivered"
		return nil
	}
	f.Code, f.Title, f.Message, f.Details = e.code, e.title, e.message, e.details
	switch {
	case strings.Contains(f.Details, "%d"):
		f.Details = fmt.Sprintf(f.Details, to)
	case strings.Contains(f.Details, "%s"):
		f.Details = fmt.Sprintf(f.Details, template)
	}
	f.Request = fmt.Sprintf(`{"messaging_product":"whatsapp","recipient_type":"individual","to":"%d","type":"template","template":{"name":"%s","language":{"code":"%s"},"components":[{"type":"body","parameters":[{"type":"text","text":"%d"}]}]}}`,
		to, template, f.Language, rng.Uint32())
	f.Response = fmt.Sprintf(`{"statuses":[{"id":"%s","status":"failed","timestamp":"%d","recipient_id":"%d","errors":[{"code":%s,"title":"%s","error_data":{"details":"%s"}}]}]}`,
		f.WAMID, at.Unix(), to, f.Code, f.Title, f.Details)
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	f.Raw = strings.Join([]string{f.WAMID, f.AtText, f.WABA, f.PhoneID, f.Sender, f.RecipientRaw, "template", template, f.Language, "failed",
		string(f.Code), quoted(f.Title), quoted(f.Message), quoted(f.Details), "", "", quoted(f.Request), quoted(f.Response), f.Campaign, ""}, ",")
	r.Failure = f
	return nil
}

func (s *synth) Report() model.SourceReport {
	return model.SourceReport{File: "synth.csv", System: "cloud-api", Format: "csv"}
}

func (s *synth) Position() (int64, int64) { return int64(s.at), int64(s.n) }

// scaled is n, or a tenth of it under the race detector.
func scaled(n int) int {
	if raced {
		return n / 10
	}
	return n
}

// fewer is scaled for tests in which several wait for each other.
func fewer(n int) int {
	if raced {
		return n / 40
	}
	return n
}
