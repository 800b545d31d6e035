package packet

import (
	"fmt"
	"strings"

	"unsent/model"
)

// What the fault is isolated to: the sends with a value held against their
// neighbours of the same time, as the log has them. Without sends that went well
// it cannot be told, however few values the failures have.

// As many sends say something of a share, and these shares are clear.
const (
	enoughIn  = 10 // sends with the value
	enoughOut = 20 // sends of its neighbours
)

// neighbours are what a value is held against.
var neighbours = map[model.Dim]string{
	model.DimTemplate: "the account's other sends", model.DimPhone: "the account's other business numbers",
	model.DimWABA: "the other WABAs in the log", model.DimApp: "the other apps in the log",
	model.DimRecipient: "the account's other recipients", model.DimKind: "the account's other message kinds",
}

// isolated says to what the fault is isolated and to what not, a line each, with
// the counts, and what of it goes into JSON.
func (k *Packet) isolated() (lines []string, data map[string]any) {
	if inOutage(k.in) {
		return []string{"Not isolated to one account: " + k.outage() + "."}, map[string]any{"outage_suspected": k.outage()}
	}
	var to, not []string
	compared := false
	for _, c := range k.in.Evidence.Contrasts {
		if !k.in.Incident.Successes || c.In.Sends < enoughIn || c.Out.Sends < enoughOut || neighbours[c.Dim] == "" {
			continue
		}
		value := dimNames[c.Dim] + " " + k.dimValue(c.Dim, c.Value)
		of := fmt.Sprintf("%s of its %s failed, and %s of %s of %s", share(c.In.Failed, c.In.Sends), plural(c.In.Sends, "send"),
			share(c.Out.Failed, c.Out.Sends), model.Thousands(c.Out.Sends), neighbours[c.Dim])
		compared = true
		switch {
		case 2*c.In.Failed > c.In.Sends && 10*c.Out.Failed <= c.Out.Sends:
			to = append(to, value+" ("+of+")")
		case 2*c.Out.Failed > c.Out.Sends:
			not = append(not, value+" ("+of+")")
		}
	}
	var wide []string
	for _, dim := range []model.Dim{model.DimTemplate, model.DimPhone, model.DimWABA, model.DimRecipient} {
		if n := k.in.Scopes[dim].Values; n > 1 {
			wide = append(wide, "one "+dimNames[dim]+" ("+model.Thousands(n)+" are hit)")
		}
	}
	data = map[string]any{}
	say := func(key, text string, all []string) {
		if len(all) > 0 {
			lines = append(lines, text+strings.Join(all, "; ")+".")
			data[key] = all
		}
	}
	say("isolated_to", "Isolated to ", to)
	say("not_isolated_to", "Not isolated to ", not)
	if len(wide) > 0 {
		lines = append(lines, "Not isolated to "+either(wide)+".")
		data["spread"] = wide
	}
	switch {
	case len(to) > 0:
	case !k.in.Incident.Successes:
		lines = append(lines, "To what it is isolated the log cannot tell: it has no sends of that time that went well.")
	case compared:
		lines = append(lines, "Compared with the other sends of that time, nothing else is singled out.")
	default:
		lines = append(lines, "To what it is isolated the log cannot tell: it has too few other sends of that time.")
	}
	if o := &k.in.Evidence.Outage; o.WABAs > 2 && !o.Suspected {
		text := fmt.Sprintf("Of the %d WABAs in the log that were sending at the time, %d failed far more than before.", o.WABAs, o.Hit)
		lines = append(lines, text)
		data["wabas_sending"], data["wabas_failing"] = o.WABAs, o.Hit
	}
	return lines, data
}

// either is "a", "a or b", "a, b or c".
func either(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

// inOutage reports whether the failures are of an outage that the log shows.
func inOutage(in Input) bool {
	return (&model.Case{Incident: in.Incident, Message: in.Message, Evidence: in.Evidence}).InOutage()
}

// outage is that outage in a few words. Accounts of one app are related by it, and
// whose they are the log does not say.
func (k *Packet) outage() string {
	o := &k.in.Evidence.Outage
	s := fmt.Sprintf("%d of %d WABAs in the log fail since %s", o.Hit, o.WABAs, minute(o.Since))
	if !o.Until.IsZero() {
		s = fmt.Sprintf("%d of %d WABAs in the log failed from %s to %s", o.Hit, o.WABAs, minute(o.Since), minute(o.Until))
	}
	if app := k.in.Scopes[model.DimApp]; app.Values == 1 && len(app.Top) == 1 && app.Top[0].Failed == k.in.Incident.Failures {
		s += ", all through one app, and the log alone does not tell Meta from it"
	}
	return s
}

// before is how many sends of the account had failed in the hour before: "0.4% of
// 900 sends". Empty when the log cannot tell.
func (k *Packet) before() string {
	if !k.in.Incident.Successes {
		return ""
	}
	for _, c := range k.in.Evidence.Contrasts {
		if c.Dim == model.DimWABA && c.Before.Sends >= enoughIn {
			return fmt.Sprintf("%s of %s", share(c.Before.Failed, c.Before.Sends), plural(c.Before.Sends, "send"))
		}
	}
	return ""
}
