package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"unsent/safe"
)

// The demo's data. Everything in it is invented: numbers come from the ranges
// that regulators keep free for fiction, ids begin with the digits of "demo" on a
// telephone's keys, and a wamid holds nothing but such a number.
//
// The story, ending now:
//
//	outage    nine unrelated WABAs fail in the same minutes with 131016 and 131000; it is over
//	template  131000 on order_ready / en only; en_US and every other template go out
//	token     one WABA answers 190 to everything since its token expired
//	number    one order is queued again and again to a number without country code
//	window    free-form answers later than 24 hours after the customer wrote
//
// While the outage lasts, Meta gives no other reason for a failure. Around it, sends that go well, so that shares can be told. The same clock gives
// the same bytes.

// A demoFile is one invented log.
type demoFile struct {
	name string
	text []byte
}

func (f demoFile) reader() io.Reader { return bytes.NewReader(f.text) }

// demoSend is one invented send and what became of it.
type demoSend struct {
	at             time.Time
	id             string // the CRM's id
	wamid          string // empty when the API refused the send
	waba, phone    int    // index of the business account, and of its number
	to             string
	kind           string // template or text
	template, lang string
	category       string
	campaign       string
	inbound        time.Time
	code, http     int // 0: it was delivered
	subcode        int
	title, details string
	trace          string
	hook           bool // known from a webhook; else from the API's answer
}

const (
	demoWABAs  = 10
	pausedWABA = 1 // the one whose template is paused
	tokenWABA  = 9 // the one whose token expired; the outage meets the other nine
	tokenAgo   = 260
	pausedAgo  = 300
	demoPrefix = "3366" // d e m o
)

func wabaID(i int) string     { return fmt.Sprintf("%s000000000%02d", demoPrefix, i+1) }
func phoneID(i, k int) string { return fmt.Sprintf("%s100000%02d%02d", demoPrefix, i+1, k+1) }
func sender(i, k int) string  { return fmt.Sprintf("1212555010%d", (i+k)%10) }

// demoTemplates are name, language and category.
var demoTemplates = [][3]string{
	{"order_ready", "en_US", "utility"}, {"order_ready", "en", "utility"}, {"order_shipped", "en_US", "utility"},
	{"order_shipped", "es", "utility"}, {"appointment_reminder", "en_US", "utility"}, {"login_code", "en_US", "authentication"},
	{"spring_offer", "en_US", "marketing"}, {"invoice_due", "fr", "utility"},
}

type demo struct {
	r     *rand.Rand
	now   time.Time
	sends []demoSend
}

// demoFiles are the invented logs as they would have been exported at now: what
// the CRM noted of its calls, and the webhooks that came in.
func demoFiles(now time.Time) []demoFile {
	d := newDemo(now)
	return []demoFile{{"crm-sends.csv", d.csv()}, {"webhooks.ndjson", d.ndjson()}}
}

func newDemo(now time.Time) *demo {
	d := &demo{r: rand.New(rand.NewPCG(131000, 131016)), now: now.UTC().Truncate(time.Minute)}
	d.successes()
	d.outage()
	d.template()
	d.token()
	d.number()
	d.window()
	slices.SortStableFunc(d.sends, func(x, y demoSend) int { return x.at.Compare(y.at) })
	return d
}

// person is a number kept free for fiction: +1 NPA 555 0100 to 0199 (NANPA),
// +44 7700 900000 to 900999 (Ofcom), +33 6 39 98 00 00 to 99 99 (Arcep).
func (d *demo) person() string {
	areas := []string{"212", "305", "312", "415", "503", "602", "713", "808", "907"}
	switch n := d.r.IntN(10); {
	case n < 5:
		return "1" + areas[d.r.IntN(len(areas))] + fmt.Sprintf("55501%02d", d.r.IntN(100))
	case n < 7:
		return fmt.Sprintf("447700900%03d", d.r.IntN(1000))
	}
	return fmt.Sprintf("3363998%04d", d.r.IntN(10000))
}

// letters is a string of n characters of an alphabet.
func (d *demo) letters(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[d.r.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	hexDigits = "0123456789ABCDEF"
	base62    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// demoWAMID is a message id as Meta builds them: base64 over the recipient's
// number and 18 other characters.
func demoWAMID(to, rest string) string {
	b := []byte{0x1c, 0x18, byte(len(to))}
	b = append(b, to...)
	b = append(b, 0x15, 0x02, 0x00, 0x11, 0x18, 0x12)
	b = append(b, rest...)
	b = append(b, 0x00)
	return "wamid." + base64.StdEncoding.EncodeToString(b)
}

// between is a moment from..to minutes ago.
func (d *demo) between(from, to int) time.Time {
	span := time.Duration(from-to) * time.Minute
	return d.now.Add(-time.Duration(from) * time.Minute).Add(time.Duration(d.r.Int64N(int64(span)))).Truncate(time.Second)
}

// apart is a moment from..to minutes ago that is not in the outage.
func (d *demo) apart(from, to int) time.Time {
	for {
		if at := d.between(from, to); !d.inOutage(at) {
			return at
		}
	}
}

// inOutage reports whether a moment is in the outage, or so near to it that one
// could wonder: Meta's reports run half an hour late, and of a big incident only
// counts in slices of time are known.
func (d *demo) inOutage(at time.Time) bool {
	ago := d.now.Sub(at)
	return ago < (outageFrom+50)*time.Minute && ago > (outageTo-50)*time.Minute
}

// send begins a send of a template; the caller says what became of it.
func (d *demo) send(at time.Time, waba, template int) demoSend {
	to := d.person()
	t := demoTemplates[template]
	return demoSend{
		at: at, id: "crm-" + d.letters(8, "abcdef0123456789"), wamid: demoWAMID(to, d.letters(18, hexDigits)), waba: waba, phone: d.r.IntN(4) / 3,
		to: to, kind: "template", template: t[0], lang: t[1], category: t[2],
	}
}

func (d *demo) add(s demoSend) { d.sends = append(d.sends, s) }

// refuse makes a send one that the API itself refused: no wamid, but a trace.
func (d *demo) refuse(s *demoSend, code, http int, title, details string) {
	s.code, s.http, s.title, s.details, s.wamid = code, http, title, details, ""
	s.trace = "A" + d.letters(22, base62)
}

// fail makes a send one that was accepted and failed later, by webhook.
func fail(s *demoSend, code int, title, details string) {
	s.code, s.title, s.details, s.hook = code, title, details, true
}

const (
	outageFrom, outageTo = 150, 98 // minutes ago, as the scenario outage-over has it
	unknownError         = "Message failed to send because of an unknown error."
)

// successes are the sends that go well: from all WABAs over ten hours, only a few
// in the outage, none from the WABA whose token expired, none of order_ready / en
// while that template fails.
func (d *demo) successes() {
	for range 4200 {
		ago := d.r.IntN(600) + 1
		waba, template := d.r.IntN(demoWABAs), d.r.IntN(len(demoTemplates))
		switch {
		case waba == tokenWABA && ago <= tokenAgo,
			template == 1 && ago <= pausedAgo,
			waba != tokenWABA && ago > outageTo && ago <= outageFrom && d.r.IntN(12) > 0:
			continue
		}
		at := d.between(ago, ago-1)
		s := d.send(at, waba, template)
		if waba == tokenWABA {
			s = d.send(at, waba, 4)
		} else if d.r.IntN(3) == 0 {
			s = d.answer(at, waba)
			s.hook = true
		}
		d.add(s)
	}
}

// outage fails free-form answers of nine accounts. Half of them are refused at
// once, the rest fails later and is known from webhooks, which name no template.
func (d *demo) outage() {
	for range 824 {
		// Most in the first half hour, as queues drain and retries back off.
		ago := outageFrom - int(float64(outageFrom-outageTo)*d.r.Float64()*d.r.Float64()) - 1
		s := d.answer(d.between(ago+1, ago), d.r.IntN(tokenWABA))
		switch n := d.r.IntN(10); {
		case n < 5:
			d.refuse(&s, 131016, 503, "Service unavailable", "A service is temporarily unavailable. Please try again later.")
		case n < 7:
			fail(&s, 131016, "Service unavailable", "A service is temporarily unavailable. Please try again later.")
		default:
			fail(&s, 131000, "Something went wrong", unknownError)
		}
		d.add(s)
	}
}

// answer begins a send of a free-form answer inside the customer service window.
func (d *demo) answer(at time.Time, waba int) demoSend {
	s := d.send(at, waba, 0)
	s.kind, s.template, s.lang, s.category = "text", "", "", "service"
	s.inbound = at.Add(-time.Duration(2+d.r.IntN(600)) * time.Minute)
	return s
}

func (d *demo) template() {
	for range 912 {
		s := d.send(d.apart(pausedAgo, 3), pausedWABA, 1)
		s.campaign = "orders"
		if d.r.IntN(4) == 0 {
			d.refuse(&s, 131000, 500, "Something went wrong", unknownError)
		} else {
			fail(&s, 131000, "Something went wrong", unknownError)
		}
		d.add(s)
	}
}

func (d *demo) token() {
	for range 236 {
		s := d.send(d.apart(tokenAgo, 2), tokenWABA, 4)
		d.refuse(&s, 190, 401, "Access token has expired", "Error validating access token: session has expired.")
		s.subcode = 463
		d.add(s)
	}
}

func (d *demo) number() {
	s := d.send(d.now, 5, 2)
	s.to = "05550142"
	for ago := 290; ago > 2; ago -= 6 {
		if s.at = d.now.Add(-time.Duration(ago) * time.Minute); d.inOutage(s.at) {
			continue
		}
		d.refuse(&s, 131009, 400, "Parameter value is not valid", "Parameter 'to' is not a valid phone number.")
		d.add(s)
	}
}

func (d *demo) window() {
	for range 64 {
		s := d.answer(d.between(420, outageFrom+55), 6)
		s.inbound = s.at.Add(-time.Duration(25+d.r.IntN(60)) * time.Hour)
		fail(&s, 131047, "Re-engagement message", "Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
		d.add(s)
	}
}

// object is JSON with its keys in alphabetical order, as encoding/json writes maps.
type object = map[string]any

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and numbers always encode
	}
	return string(b)
}

func (s demoSend) request() string {
	req := object{"messaging_product": "whatsapp", "recipient_type": "individual", "to": s.to, "type": s.kind}
	if s.kind == "template" {
		req["template"] = object{"name": s.template, "language": object{"code": s.lang}}
	} else {
		req["text"] = object{"body": "Thank you for waiting. We have an answer for you."}
	}
	return toJSON(req)
}

// answer is what the Graph API said: an error, or an id.
func (s demoSend) answer() string {
	if s.wamid != "" {
		return toJSON(object{"messaging_product": "whatsapp", "contacts": []object{{"input": s.to, "wa_id": s.to}}, "messages": []object{{"id": s.wamid}}})
	}
	e := object{
		"message": fmt.Sprintf("(#%d) %s", s.code, s.title), "type": "OAuthException", "code": s.code, "fbtrace_id": s.trace,
		"error_data": object{"messaging_product": "whatsapp", "details": s.details},
	}
	if s.subcode != 0 {
		e["error_subcode"] = s.subcode
	}
	return toJSON(object{"error": e})
}

// webhook is the status webhook for a send.
func (s demoSend) webhook() string {
	status := object{"id": s.wamid, "status": "delivered", "timestamp": strconv.FormatInt(s.at.Unix(), 10), "recipient_id": s.to}
	if s.code != 0 {
		status["status"] = "failed"
		status["errors"] = []object{{"code": s.code, "title": s.title, "message": s.title, "error_data": object{"details": s.details}}}
	}
	return toJSON(object{"object": "whatsapp_business_account", "entry": []object{{"id": wabaID(s.waba), "changes": []object{{
		"field": "messages",
		"value": object{
			"messaging_product": "whatsapp",
			"metadata":          object{"display_phone_number": sender(s.waba, s.phone), "phone_number_id": phoneID(s.waba, s.phone)},
			"statuses":          []object{status},
		},
	}}}}})
}

var demoHead = []string{
	"sent_at", "message_id", "wamid", "waba_id", "phone_number_id", "from", "to", "message_type", "template_name", "template_language",
	"category", "campaign", "status", "error_code", "error_subcode", "error_title", "error_details", "http_status", "fbtrace_id", "request", "response",
	"last_inbound_at",
}

// csv is the CRM's own log: every send it knows all of. What the webhooks tell of
// the outage is only in them, as with CRMs that do not keep webhooks.
func (d *demo) csv() []byte {
	var buf bytes.Buffer
	w := safe.CSV(&buf)
	w.Write(demoHead)
	for _, s := range d.sends {
		if s.onlyHook() {
			continue
		}
		status, code, http, sub := "delivered", "", "200", ""
		if s.code != 0 {
			status, code, http = "failed", strconv.Itoa(s.code), ""
		}
		if s.http != 0 {
			http = strconv.Itoa(s.http)
		}
		if s.subcode != 0 {
			sub = strconv.Itoa(s.subcode)
		}
		response := s.answer()
		if s.code != 0 && s.hook {
			response = s.webhook()
		}
		w.Write([]string{
			s.at.Format(time.RFC3339), s.id, s.wamid, wabaID(s.waba), phoneID(s.waba, s.phone), sender(s.waba, s.phone), s.to, s.kind,
			s.template, s.lang, s.category, s.campaign, status, code, sub, s.title, s.details, http, s.trace, s.request(), response, iso(s.inbound),
		})
	}
	w.Flush()
	return buf.Bytes()
}

// onlyHook reports whether a send is known from its webhook alone.
func (s demoSend) onlyHook() bool {
	return s.hook && (s.code == 0 || s.code == 131016 || s.campaign == "" && s.code == 131000)
}

func (d *demo) ndjson() []byte {
	var buf bytes.Buffer
	for _, s := range d.sends {
		if s.onlyHook() {
			buf.WriteString(s.webhook() + "\n")
		}
	}
	return buf.Bytes()
}

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
