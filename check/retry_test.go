package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// unknownTo is a failure with 131000 of a template to a number, some time ago.
func unknownTo(id, number int, ago time.Duration) model.Failure {
	return model.Failure{ID: model.MessageID(id), Code: "131000", At: now.Add(-ago), WAMID: fmt.Sprintf("wamid.%d", id), Kind: "template", Template: "order_ready", Language: "en",
		Recipient: fmt.Sprintf("155501%05d", number), RecipientRaw: fmt.Sprintf("155501%05d", number), Attempts: 1}
}

// failing is an incident of n failures, a minute apart, each to somebody else.
func failing(n, attempts int) (s Subject) {
	for i := range n {
		s.Newest = append(s.Newest, unknownTo(i+1, i, time.Duration(i)*time.Minute))
	}
	s.Incident = model.Incident{ID: 1, Code: "131000", Failures: n, Attempts: max(n, attempts), Successes: attempts > 0, Recipients: n,
		First: now.Add(-time.Duration(n-1) * time.Minute), Last: now}
	return s
}

func TestRetry(t *testing.T) {
	message := func(f model.Failure, history ...model.Failure) Subject {
		return Subject{Case: model.Case{Message: &f, History: history, Newest: []model.Failure{f}, Incident: model.Incident{Failures: 1}}}
	}
	queued := func(ago time.Duration) model.Failure { // the CRM's own ID; the API refused it
		f := unknownTo(1, 1, ago)
		f.WAMID, f.MessageID, f.Attempts = "", "crm-1", 2
		return f
	}
	again := func(sent, back int, wait time.Duration) Subject { // of so many recipients, some got it twice
		s := failing(sent, 0)
		for i := range back {
			s.Newest = append(s.Newest, unknownTo(1000+i, i, s.Newest[i].At.Sub(now)*-1+wait))
		}
		s.Incident.Failures = len(s.Newest)
		return s
	}
	change := func(s Subject, f func(*Subject)) Subject { f(&s); return s }
	tests := []struct {
		name string // with the row of the article that it serves
		s    Subject
		want model.Verdict
		say  string
	}{
		{"S2-S2c all of the scope fails", failing(40, 40), model.OK, "all 40 sends of its scope failed over 39 minutes"},
		{"S2-S2c nearly all", failing(40, 42), model.OK, "40 of 42 sends of its scope failed over 39 minutes"},
		{"S2-S2b it comes and goes", failing(40, 60), model.Unknown, "it comes and goes (40 of 60 sends in its scope failed), and then a retry is often enough"},
		{"S2-S2b no sends that went well", failing(40, 0), model.Unknown, "ask the CRM for all sends of that time, with those that went well"},
		{"all fail, for a short time", failing(8, 8), model.Unknown, "nothing that was sent again after a few minutes"},
		{"all fail, but they are few", change(failing(3, 3), func(s *Subject) { s.Incident.First = now.Add(-5 * time.Hour) }), model.Unknown, "nothing that was sent again"},
		{"one message", failing(1, 0), model.Unknown, "nothing that was sent again"},
		{"no messages", Subject{}, model.Unknown, "no message to look at"},
		{"S2-S2c the same message, later", message(queued(0), queued(12*time.Minute), queued(13*time.Minute)), model.OK, "failed again 13 minutes after the first time"},
		{"the same message, at once", message(queued(0), queued(40*time.Second)), model.Unknown, "failed again after 40 seconds, which is too soon"},
		{"the same message, with another error", message(queued(0), change(Subject{Case: model.Case{Newest: []model.Failure{queued(time.Hour)}}}, func(s *Subject) { s.Newest[0].Code = "190" }).Newest[0]), model.Unknown, "it was tried 2 times, and the log does not say when"},
		{"one send that is reported twice", message(unknownTo(1, 1, 0), unknownTo(1, 1, time.Hour)), model.Unknown, "nothing that was sent again"},
		{"another message to the same number", change(again(1, 1, time.Hour), func(s *Subject) { s.Message = &s.Newest[0] }), model.OK, "failed again 60 minutes after"},
		{"the incident is one message", change(failing(1, 0), func(s *Subject) { s.Newest[0].Attempts, s.Newest[0].WAMID = 9, "" }), model.Unknown, "m1 failed 9 times; the check of that message looks at when"},
		{"most were sent again", again(10, 6, time.Hour), model.OK, "to 6 of 10 recipients the same kind of message failed again"},
		{"few were sent again", again(10, 5, time.Hour), model.Unknown, "nothing that was sent again"},
		{"numbers that the export masks are not one person's", change(failing(20, 0), func(s *Subject) {
			for i := range s.Newest {
				s.Newest[i].Recipient, s.Newest[i].Flags = "1555****00", []model.Flag{model.FlagRecipientMasked}
			}
		}), model.Unknown, "nothing that was sent again"},
		{"S2-S2b delivered as well", one(model.Failure{Code: "131000", Flags: []model.Flag{model.FlagDelivered}}), model.Problem, "send it no more"},
		{"an error of another kind", change(failing(40, 60), func(s *Subject) { s.Incident.Code = "131047" }), model.Skipped, "131047 is no error that a retry is meant for"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, "retry", tt.s)
			if got.Verdict != tt.want || !strings.Contains(got.Summary, tt.say) {
				t.Errorf("got %s %q %v, want %s with %q", got.Verdict, got.Summary, got.Facts, tt.want, tt.say)
			}
		})
	}
}

// Messages of an incident that were delivered as well are told, and a few of them
// are not the incident's answer.
func TestRetryOfDelivered(t *testing.T) {
	for delivered, want := range map[int]model.Verdict{3: model.Unknown, 5: model.Unknown, 6: model.Problem} {
		s := failing(10, 0)
		for i := range delivered {
			s.Newest[i].Flags = []model.Flag{model.FlagDelivered}
		}
		if got := run(t, "retry", s); got.Verdict != want {
			t.Errorf("%d of 10: %s %q", delivered, got.Verdict, got.Summary)
		}
	}
}

// Only where everything fails that goes to several people is it not the number.
func TestOtherNumbers(t *testing.T) {
	odd := failing(40, 40)
	for i := range odd.Newest {
		odd.Newest[i].RecipientRaw = "555"
	}
	same := failing(40, 40)
	for i := range same.Newest {
		same.Newest[i].Recipient = "15550100123"
	}
	for _, tt := range []struct {
		name string
		s    Subject
		want model.Verdict
		say  string
	}{
		{"S2-S6c all fail", failing(40, 40), model.OK, "all 40 sends of its scope failed, to 40 different well-formed numbers"},
		{"S2-S6c a part fails", failing(40, 60), model.Unknown, "20 of 60 sends in the same scope did not fail so"},
		{"no sends that went well", failing(40, 0), model.Unknown, "no sends that went well to compare with; send one message to a number that is known to work"},
		{"two numbers", failing(2, 2), model.Unknown, "fewer than 3 well-formed numbers"},
		{"one number", same, model.Unknown, "fewer than 3 well-formed numbers"},
		{"malformed numbers", odd, model.Unknown, "no well-formed number"},
		{"a message", func() Subject { s := failing(40, 40); s.Message = &s.Newest[3]; return s }(), model.OK, "40 different"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := run(t, "other-numbers", tt.s); got.Verdict != tt.want || !strings.Contains(got.Summary, tt.say) {
				t.Errorf("got %s %q, want %s with %q", got.Verdict, got.Summary, tt.want, tt.say)
			}
		})
	}
}
