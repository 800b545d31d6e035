package ingest

import (
	"strings"
	"testing"

	"unsent/model"
)

// placed checks that what a record says of where its payloads stand is so.
func placed(t testing.TB, r *model.Record) {
	t.Helper()
	for _, p := range [...]struct {
		at      model.Place
		payload string
	}{{r.RequestAt, r.Request}, {r.ResponseAt, r.Response}} {
		if p.at == (model.Place{}) {
			continue
		}
		if p.at.From < 0 || p.at.To <= p.at.From || p.at.To > len(r.Raw) {
			t.Errorf("%+v in a row of %d bytes", p.at, len(r.Raw))
			continue
		}
		s := r.Raw[p.at.From:p.at.To]
		if p.at.Doubled {
			s = strings.ReplaceAll(s, `""`, `"`)
		}
		if s != p.payload {
			t.Errorf("at %+v stands %q, and the payload is %q", p.at, s, p.payload)
		}
	}
}

// A payload that is a cell as it stands is said to be, in each way that tables write it,
// and one that is not is not.
func TestPayloadPlaces(t *testing.T) {
	const response = `{"error":{"code":131026,"message":"x"}}`
	for name, c := range map[string]struct {
		cell string
		want bool
	}{
		"doubled":         {`"` + strings.ReplaceAll(response, `"`, `""`) + `"`, true},
		"with blanks":     {` "` + strings.ReplaceAll(response, `"`, `""`) + `" `, true},
		"quoted as it is": {`"` + response + `"`, true},
		"bare":            {response, true},
		"escaped":         {`"` + strings.ReplaceAll(response, `"`, `\"`) + `"`, false},
		"a quote astray":  {`"` + strings.ReplaceAll(response, `"`, `""`) + `x" y"`, false},
		"a token in it":   {`"` + strings.ReplaceAll(strings.Replace(response, `"x"`, `"EAAGm0PX4ZCpsBAKZCZBqk1wDq0PqTzYxw3ZAfaketoken1234567890"`, 1), `"`, `""`) + `"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := drainText(t, "wamid,recipient,status,response_body\nwamid.HBgNNDkxNTExMjM0NTY3OBUCABEYEjEyMzQ1Njc4OTBBQkNERUYxMgA=,4915112345678,failed,"+c.cell+"\n")
			if len(d.records) != 1 {
				t.Fatal(d)
			}
			if r := &d.records[0]; (r.ResponseAt != model.Place{}) != c.want {
				t.Errorf("at %+v: %q", r.ResponseAt, r.Response)
			}
		})
	}
}
