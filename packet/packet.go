// Package packet makes the text with which a fault is handed to whoever can
// solve it: Meta's Direct Support, a BSP, a forum, a colleague. It is pure: the
// same Input gives the same bytes, and nothing is read, asked or written.
//
// New gathers twenty-two fields (field.go names them, the fields*.go files fill
// them), judges what is missing, decides whether the packet should go out at all
// (stops.go) and masks what the receiver must not see (mask.go, prose.go,
// payload.go). Render writes one of four formats and refuses when a secret or a
// masked number is still found in the result.
//
// To add a field, give it a row in field.go and a function that fills it; the
// formats take it from there. To add a key of a payload that may be shown, add
// it to payloadkeys.go: a key that is not listed there is masked.
package packet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
)

// A Profile says who will read the packet, and with that what is masked in it.
// Secrets are masked for everybody.
type Profile string

// The profiles. Meta and BSP see the ids of messages and accounts, but people's
// numbers, names and texts only as labels. Public sees no id of the business
// either. Internal sees numbers, but not what was written.
const (
	Meta     Profile = "meta"
	BSP      Profile = "bsp"
	Public   Profile = "public"
	Internal Profile = "internal"
)

// A Format is how a packet is written down.
type Format string

// The formats: plain ASCII text of at most 72 columns; a digest of at most 1,000
// characters; Markdown; JSON of the schema "unsent.packet/1".
const (
	Text     Format = "text"
	Short    Format = "short"
	Markdown Format = "markdown"
	JSON     Format = "json"
)

// How long a packet may become, in bytes. ClipboardLimit is what terminals take
// over OSC 52 at once; every format stays far below it.
const (
	TextLimit      = 12 << 10
	ShortLimit     = 1000
	MarkdownLimit  = 16 << 10
	JSONLimit      = 20 << 10
	ClipboardLimit = 56_244
)

// Whatever the format, a packet fits the clipboard.
const _ = uint(ClipboardLimit - max(TextLimit, ShortLimit, MarkdownLimit, JSONLimit))

// Columns is the width of the plain text.
const Columns = 72

// An Input is everything that a packet is made from.
type Input struct {
	Version    string         // of the program
	Made       time.Time      // the clock line; nothing else depends on it
	Local      *time.Location // for local times beside UTC; nil: UTC only
	Incident   model.Incident
	Message    *model.Failure // set when the packet is about one message
	Match      kb.Match
	Scopes     map[model.Dim]model.Scope
	Codes      []model.CodeCount  // the incident's errors, most first
	Evidence   model.Evidence     // what the rest of the log says about the incident
	Changed    []Change           // what changed before it began, most telling first
	Arrived    int                // messages of which the log has a success as well,
	ArrivedOf  int                // of so many that were looked at: model.Case.Delivered
	Moved      int                // messages that were added to the incident by hand
	Samples    []model.Failure    // with their payloads
	Steps      []model.StepRecord // what is settled, by hand or by a check: triage.Judgement.Records
	Findings   []model.Finding
	Notes      []model.Note
	Causes     []model.CauseFinding
	Outage     bool      // an outage of Meta's is open
	Well       time.Time // since when sends like these go well again, by the log: triage.Judgement.WellSince; zero where it does not show that
	Contact    string    // whom the receiver may ask
	Ticket     string    // the number the receiver gave it, or the customer's own
	Workaround string
	Secrets    []string // literal secrets that the program knows
	Override   bool     // it was decided to escalate although a rule speaks against it
}

// A Change is something that was different before it began: a sentence without a
// final stop, where that is known from, and when it was, UTC.
type Change struct {
	Text, Source string
	At           time.Time
}

// A Packet is made and judged, and can be rendered in any format.
type Packet struct {
	Complete int       // how many of the five items P1 to P5 it has
	Quality  int       // how many of the twenty-two fields have an answer
	Missing  []Missing // the fields that have none
	Stops    []Stop    // why it should not go out; empty: it may
	Masked   []Masked  // what was masked, each value once
	Secrets  int       // secrets that were found and masked while it was made
	Kept     int       // ids that are shown as they are
	Door     string    // where a packet of this profile is handed in, one sentence

	in      Input
	profile Profile
	mask    *masker
	fields  []field // at full length
	hash    string
}

// A Missing is a field without an answer. N is its number, 1 to 22; Text says
// what to do about it.
type Missing struct {
	Field string
	N     int
	Text  string
	// Required means that the packet is incomplete without it: one of P1 to P5.
	Required bool
}

// A Masked is one value that the packet shows as a label only. It is for the
// agent's eyes: it never becomes part of a packet. The value of a secret is not
// kept.
type Masked struct{ Label, Kind, Value string }

// ErrSecret means that a secret is still found in a finished packet. The packet
// must not leave the program.
var ErrSecret = errors.New("a secret is still in the packet")

// ErrLeak means that a value that the profile masks is still found in a finished
// packet.
var ErrLeak = errors.New("a masked value is still in the packet")

// New makes a packet for a receiver. An unknown profile is treated as Public,
// which shows least.
func New(in Input, p Profile) *Packet {
	switch p {
	case Meta, BSP, Public, Internal:
	default:
		p = Public
	}
	// Whoever is in a sample that is not shown may be named in a note all the same.
	all := in
	in.Samples = choose(in.Samples, in.Message)
	all.Samples = slices.Concat(in.Samples, all.Samples)
	k := &Packet{in: in, profile: p, mask: newMasker(p, in), Door: doors[p]}
	k.mask.learn(all)
	k.fields = k.build(full)
	for _, f := range k.fields {
		if f.state != missing {
			k.Quality++
			continue
		}
		k.Missing = append(k.Missing, Missing{Field: f.label, N: f.n, Text: safe.ASCII(f.missing), Required: f.lack != ""})
	}
	k.Complete = 5 - len(k.lacks())
	k.Stops = stops(in, p)
	k.Masked, k.Secrets, k.Kept = k.mask.masked, k.mask.secrets, len(k.mask.kept)
	// The redaction field counts what all the others masked, so it comes last.
	k.fields[redactionAt] = k.redaction(k.fields, full)
	k.fields[redactionAt].n = redactionAt + 1
	k.hash = k.sum()
	return k
}

// sum is the hash over what the packet says in UTC: where it was made does not
// change what it says.
func (k *Packet) sum() string {
	utc := *k
	utc.in.Local = nil
	fields := utc.build(full)
	sum := sha256.New()
	for _, part := range []string{string(k.profile), utc.json(fields, false), utc.text(fields, false)} {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Hash is the sha256, in hex, of what the packet says: of everything but the
// time of making, local times and the hash itself. It is the same in every
// format and in every time zone.
func (k *Packet) Hash() string { return k.hash }

// Meter is the packet's state in two figures: "complete 4/5, quality 17/22".
func (k *Packet) Meter() string {
	return fmt.Sprintf("complete %d/5, quality %d/22", k.Complete, k.Quality)
}

// Counter says what masking did: "31 values masked, 0 secrets found, 10 ids kept".
func (k *Packet) Counter() string {
	values := 0
	for _, m := range k.Masked {
		if m.Kind != kindSecret {
			values++
		}
	}
	return fmt.Sprintf("%s masked, %s found, %s kept", plural(values, "value"), plural(k.Secrets, "secret"), plural(k.Kept, "id"))
}

// Render writes the packet. It is not for several goroutines at once. The result ends with one line feed and holds no
// control character but that. It refuses with ErrSecret or ErrLeak when its own
// check of the finished text finds what must not be there; it does not refuse
// because of Stops, which are the caller's to enforce.
func (k *Packet) Render(f Format) (string, error) {
	var out string
	var limit int
	var write func([]field) string
	switch f {
	case Text:
		limit, write = TextLimit, func(fs []field) string { return k.text(fs, true) }
	case Short:
		limit, write = ShortLimit, k.short
	case Markdown:
		limit, write = MarkdownLimit, k.markdown
	case JSON:
		limit, write = JSONLimit, func(fs []field) string { return k.json(fs, true) }
	default:
		return "", fmt.Errorf("rendering the packet: %q is no format", string(f))
	}
	// What is too long is written again with less detail; the counts stay.
	out = write(k.fields)
	for _, d := range lesser {
		if len(out) <= limit {
			break
		}
		out = write(k.build(d))
	}
	if len(out) > limit {
		return "", fmt.Errorf("rendering the packet: %d bytes are more than the %d that %s may have", len(out), limit, f)
	}
	if err := k.verify(out); err != nil {
		return "", fmt.Errorf("rendering the packet: %w", err)
	}
	return out, nil
}

// verify is the last look at what goes out. The lines of the text may cut a
// value in two, so the unwrapped form is looked at as well.
func (k *Packet) verify(out string) error {
	whole := k.json(k.fields, true)
	if safe.HasSecret(out, k.in.Secrets...) || safe.HasSecret(whole, k.in.Secrets...) {
		return model.WithHint(ErrSecret, "find the secret in the log or in a note, remove it there, and build the packet again")
	}
	if what := k.mask.leak(out); what != "" {
		return model.WithHint(fmt.Errorf("%w: %s", ErrLeak, what), "find the value in a note or in the details, remove it there, and build the packet again")
	}
	return nil
}

// lacks are the items P1 to P5 that the packet does not have, each in a few
// words.
func (k *Packet) lacks() []string {
	var out []string
	for _, item := range items {
		for _, f := range k.fields {
			if f.key == item && f.state == missing {
				out = append(out, f.lack)
			}
		}
	}
	return out
}

// items are the five that a receiver asks for, in the order P1 to P5.
var items = []string{"requests", "responses", "when", "scope", "steps"}

// doors say where to go with a packet. Who is a client of a Solution Partner is
// sent there by Meta's own support page, whatever an article says.
var doors = map[Profile]string{
	Meta:     "Meta Direct Support: Ask a Question, then the topic that begins with WABiz. Customers of a Solution Partner (BSP) go to the partner instead.",
	BSP:      "The BSP's support desk; the BSP takes it to Meta. Some desks keep an emergency line for outages that stop every message.",
	Public:   "A forum or a public report. Ids, numbers and names are masked; template names and the notes of steps stay, so read it through before posting.",
	Internal: "A colleague. It holds customers' phone numbers: do not pass it on outside.",
}

// choose picks the samples to show: the message in question alone, or for an
// incident the newest three, the oldest, and one for every combination of
// template, number, code and details, ten at most, newest first.
func choose(all []model.Failure, message *model.Failure) []model.Failure {
	const most = 10
	if message != nil { // a packet about one message tells of no other
		return []model.Failure{*message}
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b model.Failure) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		if a.ID != b.ID {
			return int(b.ID - a.ID)
		}
		return strings.Compare(a.WAMID, b.WAMID)
	})
	var out []model.Failure
	taken := make([]bool, len(all))
	seen := map[string]bool{}
	shape := func(f *model.Failure) string {
		return strings.Join([]string{f.Template, f.PhoneID, string(f.Code), f.Details}, "\x00")
	}
	take := func(i int) {
		if !taken[i] {
			taken[i] = true
			seen[shape(&all[i])] = true
		}
	}
	for i := range min(3, len(all)) {
		take(i)
	}
	if len(all) > 0 {
		take(len(all) - 1)
	}
	n := min(4, len(all))
	for i := range all {
		if n < most && !taken[i] && !seen[shape(&all[i])] {
			take(i)
			n++
		}
	}
	for i := range all {
		if taken[i] {
			out = append(out, all[i])
		}
	}
	return out
}
