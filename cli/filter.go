package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/safe"
)

// filters are the flags that select messages or incidents.
type filters struct {
	codes                               []string
	since, until                        string
	waba, phoneID, template             string
	recipient, campaign, state, matches string
	limit                               int
}

func (f *filters) register(c *cobra.Command, limit int) {
	fs := c.Flags()
	fs.StringSliceVar(&f.codes, "code", nil, "error CODEs; 'none' for failures without one")
	fs.StringVar(&f.since, "since", "", "from TIME on: 2h, 3d, 2026-05-13, 2026-05-13T13:41:00Z (UTC unless it says otherwise)")
	fs.StringVar(&f.until, "until", "", "before TIME; a date means its first moment")
	fs.StringVar(&f.waba, "waba", "", "WhatsApp Business Account ID")
	fs.StringVar(&f.phoneID, "phone-id", "", "phone number ID")
	fs.StringVar(&f.template, "template", "", "template NAME")
	fs.StringVar(&f.recipient, "recipient", "", "recipient's NUMBER")
	fs.StringVar(&f.campaign, "campaign", "", "campaign NAME")
	fs.StringVar(&f.state, "state", "", "STATE of the incident: "+stateNames())
	fs.StringVar(&f.matches, "search", "", "WORDS in title, message, details, template, campaign and ids")
	fs.IntVar(&f.limit, "limit", limit, "at most N; 0 for all")
}

func stateNames() string {
	var names []string
	for _, s := range model.CaseStates {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

func (f *filters) query(now time.Time) (q model.Query, err error) {
	q = model.Query{WABA: f.waba, PhoneID: f.phoneID, Template: f.template, Campaign: f.campaign, Search: f.matches}
	for _, s := range f.codes {
		if s == "none" {
			q.NoCode = true
			continue
		}
		c, ok := model.ParseCode(s)
		if !ok {
			return q, usage("a code is a number such as 131000, or 'none'", "--code %q is no error code", s)
		}
		q.Codes = append(q.Codes, c)
	}
	if q.NoCode && len(q.Codes) > 0 {
		return q, usage("ask twice", "--code cannot be 'none' and a number at once")
	}
	if q.Since, err = parseWhen("since", f.since, now); err != nil {
		return q, err
	}
	if q.Until, err = parseWhen("until", f.until, now); err != nil {
		return q, err
	}
	if f.recipient != "" {
		if q.Recipient = safe.ParsePhone(f.recipient).Digits; q.Recipient == "" {
			return q, usage("write the whole number with its country code, digits only", "--recipient %q is no phone number", f.recipient)
		}
	}
	if f.state != "" {
		s, ok := model.ParseCaseState(f.state)
		if !ok {
			return q, usage("the states are "+stateNames(), "--state %q is no state", f.state)
		}
		q.State = s
	}
	if f.limit < 0 {
		return q, usage("0 means all", "--limit %d is negative", f.limit)
	}
	return q, nil
}

var agoRE = model.Pattern(`^(\d{1,6})(m|h|d|w)$`)

// parseWhen reads a moment: so long before now ("90m", "2h", "3d", "1w"), a date,
// or a time; UTC where it names no zone, because that is what every list shows.
// The empty string is the zero time.
func parseWhen(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if m := agoRE().FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1]) // six digits at most
		unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
		return now.UTC().Add(-time.Duration(n) * unit), nil
	}
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05",
		"2006-01-02T15:04", "2006-01-02T15:04:05",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usage("write 2h, 3d, 2026-05-13 or 2026-05-13T13:41:00Z", "--%s %q is no time", flag, s)
}

// parseZone reads a zone by its name ("America/Sao_Paulo") or its offset
// ("-03:00", "+0530").
func parseZone(s string) (*time.Location, error) {
	if s == "" {
		return nil, nil
	}
	// "UTC-03:00" is what an offset is called wherever it is shown.
	offset := strings.TrimPrefix(strings.TrimPrefix(s, "UTC"), "GMT")
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, offset); err == nil {
			_, sec := t.Zone()
			return time.FixedZone("UTC"+t.Format("-07:00"), sec), nil
		}
	}
	loc, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		return nil, usage("write a name such as America/Sao_Paulo, or an offset such as -03:00", "--tz %q is no time zone", s)
	}
	return loc, nil
}

// stamp is a time as lists show it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
