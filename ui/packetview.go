package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/packet"
	"unsent/safe"
)

var packetFormats = []packet.Format{packet.Text, packet.Short, packet.Markdown, packet.JSON}

var packetProfiles = []packet.Profile{packet.Meta, packet.BSP, packet.Public, packet.Internal}

// packetView shows the escalation packet before it goes anywhere: what is in
// it, what is missing, what is masked.
type packetView struct {
	c        *caseView
	p        *packet.Packet
	texts    map[packet.Format]string
	format   int
	profile  int
	override string // why a stop rule was overruled
	waiting  bool   // for checks that are still out
	copyNext bool   // copy was asked for before the packet was there
	values   bool   // show what stands behind the labels
	building task
	err      error
	off      int
	high     int
	total    int
}

func (v *packetView) title(*app) string { return v.c.target().String() + " packet" }

// begin builds the packet, after the checks that are still running: their
// answers belong in it.
func (v *packetView) begin(a *app) tea.Cmd {
	if a.working.active && a.working.c == v.c {
		v.waiting = true
		return nil
	}
	return v.build(a)
}

func (v *packetView) build(a *app) tea.Cmd {
	v.waiting = false
	ctx, id := v.building.start(a.ctx)
	c := v.c
	if !c.ready {
		s, inc, msg := a.Store, c.inc.ID, c.msgID
		return func() tea.Msg {
			d, err := s.Case(ctx, inc, msg)
			return readyToBuild{v: v, id: id, data: d, err: err}
		}
	}
	return buildPacket(v, id, v.c.packetInput(a, v.override), packetProfiles[v.profile])
}

type readyToBuild struct {
	v    *packetView
	id   int
	data model.Case
	err  error
}

func (m readyToBuild) arrive(a *app) tea.Cmd {
	if !m.v.building.current(m.id) {
		return nil
	}
	if m.err != nil {
		m.v.err = m.err
		return a.fail(m.err)
	}
	m.v.c.take(m.data)
	return m.v.build(a)
}

func (v *packetView) take(p *packet.Packet, texts map[packet.Format]string) {
	v.p, v.texts, v.err = p, texts, nil
}

// copy copies the packet, unless a rule says that it should not go out yet.
func (v *packetView) copy(a *app) tea.Cmd {
	switch {
	case v.err != nil:
		return a.fail(v.err)
	case v.p == nil:
		v.copyNext = true
		return a.say("building the packet; it is copied when it is there")
	case len(v.p.Stops) > 0 && v.override == "":
		return a.warn("not copied: " + strings.TrimRight(safe.Line(v.p.Stops[0].Reason), ".") + ". O overrules, and is written to the audit trail")
	}
	f := packetFormats[v.format]
	m := model.Packet{Incident: v.c.inc.ID, Message: v.c.msgID, Made: a.Now().UTC(), Profile: string(packetProfiles[v.profile]),
		Format: string(f), Complete: v.p.Complete, Hash: v.p.Hash(), Text: v.texts[f]}
	a.say("copying")
	return copyPacket(a.ctx, a.Deps, m, v.override)
}

func (v *packetView) actions(a *app) []action {
	rebuild := func(a *app) tea.Cmd { v.off = 0; return v.build(a) }
	list := []action{
		{name: "copy", keys: []string{"y"}, help: "copy the packet; its file is written first", short: "copy", do: v.copy},
		{name: "format", keys: []string{"Y"}, help: "next format: text, short, markdown, json", short: "format", do: func(a *app) tea.Cmd {
			v.format, v.off = (v.format+1)%len(packetFormats), 0
			return a.say("format: " + string(packetFormats[v.format]))
		}},
		{name: "profile", keys: []string{"P"}, help: "next receiver: meta, bsp, public, internal; each masks what it must not see", short: "receiver", do: func(a *app) tea.Cmd {
			v.profile = (v.profile + 1) % len(packetProfiles)
			a.say("receiver: " + string(packetProfiles[v.profile]))
			return rebuild(a)
		}},
		{name: "values", keys: []string{"r"}, help: "show what stands behind the masked labels; written to the audit trail", short: "masked", do: func(a *app) tea.Cmd {
			v.values = !v.values
			if !v.values || v.p == nil {
				return nil
			}
			ctx, s, who, target := a.ctx, a.Store, a.Who, v.c.target().String()
			a.say("masked values are shown below; this is on the audit trail. They are never copied")
			return func() tea.Msg {
				if err := s.Log(ctx, who, "reveal", target, "masked values of the packet"); err != nil {
					return changed{err: err}
				}
				return nil
			}
		}},
		{name: "overrule", keys: []string{"O"}, help: "copy although a rule speaks against it; asks why", why: func(*app) string {
			if v.p == nil || len(v.p.Stops) == 0 {
				return "no rule speaks against this packet"
			}
			return ""
		}, do: func(a *app) tea.Cmd {
			return a.ask(&input{label: "Why must it go out now?", hint: "one line; it goes to the audit trail", need: true, do: func(a *app, why string) tea.Cmd {
				v.override = a.clean(why)
				v.copyNext = true
				v.p = nil
				return rebuild(a)
			}})
		}},
		{name: "ticket", keys: []string{"T"}, help: "record the ticket number you got; state: escalated", short: "ticket", do: func(a *app) tea.Cmd {
			return a.ask(&input{label: "Ticket number", value: v.c.inc.Ticket, need: true, do: func(a *app, text string) tea.Cmd {
				ctx, s, who, id := a.ctx, a.Store, a.Who, v.c.inc.ID
				text = a.clean(text)
				return write("escalated, ticket "+safe.Line(text)+" (z undoes)", func() error {
					return s.SetState(ctx, id, model.StateEscalated, "", text, who)
				})
			}})
		}},
	}
	return append(list, moves(func(_ *app, by int) tea.Cmd {
		v.off = min(max(v.off+by, 0), max(v.total-v.high, 0))
		return nil
	}, func() int { return v.high }, func() int { return v.total })...)
}

func (v *packetView) lines(a *app, sz size, _ bool) []string {
	t := a.theme
	w := max(sz.w-2, 1)
	var top []string
	switch {
	case v.err != nil:
		top = append(top, wrap(t.bad.Render(safe.Line(v.err.Error())), w)...)
	case v.waiting:
		top = append(top, wrap(v.c.asked.progress(a)+"; the packet follows", w)...)
	case v.p == nil:
		top = append(top, "building the packet")
	default:
		top = v.meter(a, w, sz.h)
	}
	var text []string
	if v.p != nil && v.err == nil {
		for _, line := range strings.Split(strings.TrimRight(v.texts[packetFormats[v.format]], "\n"), "\n") {
			for _, part := range wrap(safe.Line(line), w) {
				text = append(text, underlined(part, t))
			}
		}
		if v.values {
			text = append(text, "", a.theme.rule("Masked values (shown here only)", w))
			for _, m := range v.p.Masked {
				text = append(text, fitLine(t.mark.Render(safe.Line(m.Label))+"  "+safe.Line(m.Value), w))
			}
		}
	}
	if len(top) > max(sz.h/2, 1) {
		top = top[:max(sz.h/2, 1)]
	}
	if len(top) > 0 && sz.h > 8 {
		top = append(top, a.theme.rule("", w))
	}
	v.high = max(sz.h-len(top), 1)
	v.total = len(text)
	v.off = max(min(v.off, v.total-v.high), 0)
	out := append(top, text[min(v.off, len(text)):]...)
	for i := range out {
		out[i] = " " + out[i]
	}
	return block(out, sz)
}

// meter is what the agent must know before copying: complete or not, what is
// missing, what speaks against it, what is masked.
func (v *packetView) meter(a *app, w, h int) []string {
	t := a.theme
	style := t.good
	if v.p.Complete < 5 {
		style = t.warn
	}
	line := style.Render(fmt.Sprintf("complete %d/5", v.p.Complete)) + fmt.Sprintf("  quality %d/22  ", v.p.Quality) +
		t.faint.Render("format ") + string(packetFormats[v.format]) + t.faint.Render("  receiver ") + string(packetProfiles[v.profile]) +
		t.faint.Render("  "+v.p.Counter())
	out := wrap(line, w)
	if h >= 18 { // a small terminal shows the packet instead
		out = append(out, wrap(t.faint.Render("hand it in: ")+safe.Line(v.p.Door), w)...)
	}
	for _, s := range v.p.Stops {
		word := "stop: "
		if v.override != "" {
			word = "overruled: "
		}
		out = append(out, wrap(t.bad.Render(word+safe.Line(s.Reason)), w)...)
	}
	// What makes it incomplete is told in full; the rest shares a line.
	var wanted []string
	for _, m := range v.p.Missing {
		if m.Required {
			out = append(out, wrap(t.warn.Render("missing "+strings.ToLower(m.Field)+": ")+safe.Line(m.Text), w)...)
		} else {
			wanted = append(wanted, strings.ToLower(m.Field))
		}
	}
	if len(wanted) > 0 {
		out = append(out, fitLine(t.faint.Render("would make it better: "+safe.Line(strings.Join(wanted, ", "))), w))
	}
	if a.importing.active {
		out = append(out, t.warn.Render("a log is still being loaded: the counts are not final"))
	}
	return out
}

// underlined marks the masked labels in a line, so that they are seen before it
// goes out.
func underlined(line string, t theme) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(line, '<')
		if i < 0 {
			break
		}
		j := strings.IndexByte(line[i:], '>')
		if j < 0 || j > 40 {
			break
		}
		b.WriteString(line[:i] + t.mark.Render(line[i:i+j+1]))
		line = line[i+j+1:]
	}
	return b.String() + line
}
