package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/packet"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
)

var (
	packetFormats  = []packet.Format{packet.Text, packet.Markdown, packet.JSON, packet.Short}
	packetProfiles = []packet.Profile{packet.Meta, packet.BSP, packet.Public, packet.Internal}
)

// packetAsk is what the flags of the packet command ask for.
type packetAsk struct {
	format   packet.Format
	profile  packet.Profile
	copy     bool
	out      string
	force    bool   // out may be overwritten
	override string // why it goes out although a rule speaks against it
	contact  string
	around   string // the workaround in use
}

func (a *app) packetCommand() *cobra.Command {
	var ask packetAsk
	var format, profile string
	c := &cobra.Command{
		Use:   "packet TARGET",
		Short: "Build the escalation packet; exit code 3 when it is incomplete",
		Long: "packet builds the text that a receiver needs to look into a fault: what fails, since when, how much, where, the ids, the payloads, " +
			"and what was tried. Access tokens are masked in every profile. What it lacks is said on standard error.",
		Example: "unsent packet i1 --copy\nunsent packet i1 --profile bsp --format markdown -o packet.md",
		Args:    need("TARGET"),
		RunE: func(c *cobra.Command, args []string) error {
			if ask.format = packet.Format(format); !slices.Contains(packetFormats, ask.format) {
				return usage("the formats are "+names(packetFormats), "--format %q is no format", format)
			}
			if ask.profile = packet.Profile(profile); !slices.Contains(packetProfiles, ask.profile) {
				return usage("the profiles are "+names(packetProfiles), "--profile %q is no profile", profile)
			}
			if a.json {
				ask.format = packet.JSON
			}
			if ask.out == "-" {
				ask.out = ""
			}
			return a.with(c.Context(), func(s *store.Store) error { return a.packet(c.Context(), s, args[0], ask) })
		},
	}
	fs := c.Flags()
	fs.StringVar(&format, "format", string(packet.Text), "FORMAT: "+names(packetFormats))
	fs.StringVar(&profile, "profile", string(packet.Meta), "who gets it, PROFILE: "+names(packetProfiles))
	fs.BoolVar(&ask.copy, "copy", false, "copy it to the clipboard, too")
	fs.StringVarP(&ask.out, "output", "o", "", "write it to FILE instead of standard output (-)")
	fs.StringVar(&ask.override, "override", "", "send it although a rule speaks against it, =WHY; the audit trail says so")
	fs.Lookup("override").NoOptDefVal = "no reason given"
	fs.BoolVar(&ask.force, "force", false, "overwrite the file of -o")
	fs.StringVar(&ask.contact, "contact", "", "whom the receiver may ask, TEXT")
	fs.StringVar(&ask.around, "workaround", "", "the workaround in use, TEXT")
	return c
}

func names[T ~string](all []T) string {
	var out []string
	for _, s := range all {
		out = append(out, string(s))
	}
	return strings.Join(out, ", ")
}

// packetInput is what a packet is made of.
func (a *app) packetInput(m *matter, ask packetAsk) packet.Input {
	arrived, of := m.Delivered()
	return packet.Input{
		Arrived: arrived, ArrivedOf: of,
		Version: version(), Made: a.Now().UTC(), Local: time.Local,
		Incident: m.Incident, Message: m.Message, Match: m.Match, Scopes: m.Scopes, Samples: m.Samples,
		Codes: m.Codes, Moved: m.MovedHere, Evidence: m.Evidence, Changed: packetChanges(m.Changed),
		Steps: m.Judgement.Records(), Findings: m.Findings, Notes: m.Notes, Causes: m.Causes, Outage: m.Outage != "", Well: m.WellSince(&m.Case),
		Contact: ask.contact, Ticket: m.Incident.Ticket, Workaround: ask.around,
		Secrets: a.secrets(), Override: ask.override != "",
	}
}

func packetChanges(all []triage.Change) []packet.Change {
	var out []packet.Change
	for _, c := range all {
		out = append(out, packet.Change{Text: c.Text, Source: c.Source, At: c.At})
	}
	return out
}

func (a *app) packet(ctx context.Context, s *store.Store, arg string, ask packetAsk) error {
	m, err := load(ctx, s, arg)
	if err != nil {
		return err
	}
	a.noteJoined(m.asked, m.Incident.ID)
	made := packet.New(a.packetInput(m, ask), ask.profile)
	if stopped, err := a.stopRules(ctx, s, m, made, ask); err != nil {
		return err
	} else if stopped {
		// As on the screen: it can be looked at, and goes nowhere.
		text, err := made.Render(ask.format)
		if err != nil {
			return err
		}
		return errors.Join(a.printPacket(text), errProblem)
	}
	text, err := made.Render(ask.format)
	if err != nil {
		return err
	}
	path, err := a.databasePath()
	if err != nil {
		return err
	}
	rec := model.Packet{
		Incident: m.Incident.ID, Made: a.Now().UTC(), Profile: string(ask.profile), Format: string(ask.format),
		Complete: made.Complete, Hash: made.Hash(), File: ask.out, Text: text,
	}
	if m.Message != nil {
		rec.Message = m.Message.ID
	}
	if err := a.putOut(ctx, s, path, &rec, ask); err != nil {
		return err
	}
	fmt.Fprintln(a.Stderr, made.Meter())
	for _, missing := range made.Missing {
		word := "could be better"
		if missing.Required {
			word = "missing"
		}
		fmt.Fprintf(a.Stderr, "  %s: %s: %s\n", word, strings.ToLower(missing.Field), safe.Line(missing.Text))
	}
	if made.Complete < 5 {
		return errProblem
	}
	return nil
}

// stopRules shows what speaks against sending a packet, and reports whether that
// keeps it here. An override is written to the audit trail with its reason.
func (a *app) stopRules(ctx context.Context, s *store.Store, m *matter, made *packet.Packet, ask packetAsk) (stopped bool, err error) {
	if len(made.Stops) == 0 {
		return false, nil
	}
	var rules []string
	for _, stop := range made.Stops {
		fmt.Fprintf(a.Stderr, "not to be sent yet: %s\n", safe.Line(stop.Reason))
		rules = append(rules, stop.Rule)
	}
	if ask.override != "" {
		return false, s.Log(ctx, a.who(), "override", m.Target().String(), strings.Join(rules, ", ")+": "+a.clean(ask.override))
	}
	const hint = "--override=WHY sends it all the same, and the audit trail says why"
	if ask.copy || ask.out != "" {
		return true, model.WithHint(fmt.Errorf("building the packet of %s: it would not help yet", m.Target().String()), hint)
	}
	fmt.Fprintf(a.Stderr, "hint: %s\n", hint)
	return true, nil
}

// putOut writes a packet where it was asked for and keeps it. The file comes
// before the clipboard, so that a clipboard that lets go loses nothing.
func (a *app) putOut(ctx context.Context, s *store.Store, db string, rec *model.Packet, ask packetAsk) error {
	if ask.out != "" {
		err := unused(ask.out, ask.force)
		if err == nil {
			err = writePrivate(ask.out, func(w io.Writer) error {
				_, err := io.WriteString(w, strings.TrimRight(rec.Text, "\n")+"\n")
				return err
			})
		}
		if err != nil {
			return err
		}
		kept := *rec
		kept.File = a.clean(rec.File)
		if _, err := s.SavePacket(ctx, kept); err != nil {
			return err
		}
		fmt.Fprintf(a.Stderr, "written to %s\n", safe.Line(ask.out))
	} else {
		if _, err := a.keepPacket(ctx, s, db, rec); err != nil {
			return err
		}
		if err := a.printPacket(rec.Text); err != nil {
			return err
		}
	}
	if !ask.copy {
		return nil
	}
	if a.Getenv("UNSENT_CLIPBOARD") == "file" { // it was asked for, so it is no failure
		fmt.Fprintf(a.Stderr, "UNSENT_CLIPBOARD=file: not copied, the packet is in %s\n", safe.Line(rec.File))
		return nil
	}
	got := a.clipboard().send(ctx, rec.Text)
	if got.Err != nil {
		fmt.Fprintf(a.Stderr, "%s\nthe packet is in %s\n", safe.Line(got.Err.Error()), safe.Line(rec.File))
		return model.WithHint(fmt.Errorf("copying the packet: nothing is on the clipboard"), "copy it out of "+rec.File)
	}
	if err := s.Log(ctx, a.who(), "copy", targetOf(rec), got.Said); err != nil {
		return err
	}
	fmt.Fprintf(a.Stderr, "%s; the packet is in %s, too\n", safe.Line(got.Said), safe.Line(rec.File))
	return nil
}

func targetOf(p *model.Packet) string {
	if p.Message != 0 {
		return p.Message.String()
	}
	return p.Incident.String()
}

// printPacket writes the packet; with --json as one line.
func (a *app) printPacket(text string) error {
	if !a.json {
		_, err := io.WriteString(a.Stdout, strings.TrimRight(text, "\n")+"\n")
		return err
	}
	var buf bytes.Buffer
	if err := json.Compact(&buf, []byte(text)); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	buf.WriteByte('\n')
	_, err := a.Stdout.Write(escapeJSON(buf.Bytes()))
	return err
}

// keepPacket writes a packet to its file and to the database.
func (a *app) keepPacket(ctx context.Context, s *store.Store, db string, p *model.Packet) (string, error) {
	name, err := savePacketFile(db, *p)
	if err != nil {
		return "", err
	}
	p.File = name
	_, err = s.SavePacket(ctx, *p)
	return name, err
}
