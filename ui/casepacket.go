package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"unsent/packet"
)

// packetInput is everything that a packet for this case is made from. override
// is why a stop rule was overruled, empty when none was.
func (c *caseView) packetInput(a *app, override string) packet.Input {
	d := &c.data
	var changed []packet.Change
	for _, x := range c.Changed {
		changed = append(changed, packet.Change{Text: x.Text, Source: x.Source, At: x.At})
	}
	arrived, of := d.Delivered()
	return packet.Input{
		Arrived: arrived, ArrivedOf: of,
		Version: a.Version, Made: a.Now().UTC(), Local: a.Local,
		Incident: d.Incident, Message: d.Message, Match: c.Match, Scopes: d.Scopes, Samples: d.Samples,
		Codes: d.Codes, Moved: d.MovedHere, Evidence: d.Evidence, Changed: changed,
		Steps: c.Records(), Findings: d.Findings, Notes: d.Notes, Causes: c.Causes, Outage: c.Outage != "", Well: c.WellSince(d),
		Ticket: d.Incident.Ticket, Secrets: a.secrets(), Override: override != "",
	}
}

// previewed brings the short packet for the third column.
type previewed struct {
	c    *caseView
	id   int
	text string
}

func (m previewed) arrive(*app) tea.Cmd {
	if m.c.briefs.current(m.id) {
		m.c.brief = m.text
	}
	return nil
}

// preview makes the short packet anew when there is a third column to show it.
func (c *caseView) preview(a *app) tea.Cmd {
	if layoutFor(a.term).columns() < 3 || !c.ready {
		return nil
	}
	ctx, id := c.briefs.start(a.ctx)
	return brief(ctx, c, id, c.packetInput(a, ""))
}

func brief(ctx context.Context, c *caseView, id int, in packet.Input) tea.Cmd {
	return func() tea.Msg {
		if ctx.Err() != nil {
			return nil
		}
		text, err := packet.New(in, packet.Meta).Render(packet.Short)
		if err != nil {
			text = "cannot be built: " + err.Error()
		}
		return previewed{c: c, id: id, text: text}
	}
}
