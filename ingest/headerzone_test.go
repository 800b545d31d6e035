package ingest

import (
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// TestHeaderZone: an offset in a header is read whole or not at all.
func TestHeaderZone(t *testing.T) {
	const none = -1 << 30
	for header, want := range map[string]int{
		"Sent At (UTC)": 0, "sent_at_utc": 0, "GMT time": none, "Time (GMT)": 0, "时间（UTC）": 0, "时间 (UTC时间)": 0, "UTC/GMT": 0,
		"Sent At (UTC−03:00)": -180, "Sent At (UTC–3)": -180, "Sent At (UTC-03:00)": -180, "Sent At (UTC - 3)": -180, "Date (GMT+05:30)": 330, "Date (UTC+0530)": 330,
		"Sent At (UTC+5:30 Mumbai)": 330, "Sent At (UTC+5.5)": 330, "Sent At (UTC+5.30)": 330, "Sent At (UTC/GMT +5:30)": 330, "Date (GMT/UTC+2)": 120, "北京时间（UTC＋8）": 480,
		"(UTC+8小时)": 480, "Sent (UTC+05:45, Kathmandu)": 345,
		"Sent At (UTC+5½)": none, "Sent At (UTC±2)": none, "Sent At (UTC 3)": none, "Sent At (UTC+3/+4)": none, "Sent At (UTC+530)": none, "Sent At (UTC+5:3)": none,
		"Sent At (UTC+25)": none, "Sent At (+05:30 UTC)": none, "Sent At (UTC+5.4)": none, "Sent At": none, "outcome": none, "Cutcome (x)": none,
	} {
		offset, name, ok := headerZone(header)
		if !ok && want != none || ok && offset != want*60 {
			t.Errorf("%q: %s %v, want %d minutes", header, name, ok, want)
		}
	}
	d := drainText(t, "phone,status,error_code,Sent At (UTC−03:00)\n15550100101,failed,131026,2026-05-13 14:26:10\n")
	if r := d.failed()[0]; !r.At.Equal(time.Date(2026, 5, 13, 17, 26, 10, 0, time.UTC)) || d.report.Zone != (model.Zone{From: model.ZoneHeader, Name: "UTC-03:00"}) {
		t.Errorf("at %v by %+v", r.At, d.report.Zone)
	}
	d = drainText(t, "phone,status,error_code,Sent At (UTC+3/+4)\n15550100101,failed,131026,2026-05-13 14:26:10\n")
	if r := d.failed()[0]; !hasFlag(&r, model.FlagZoneAssumed) || !warned(d, "--tz") {
		t.Errorf("flags %v, warnings %q", r.Flags, d.report.Warnings)
	}
}

// The hour that clocks show twice is the second one, and said; the hours around it, and
// zones that do not change their clocks, are not.
func TestHourShownTwice(t *testing.T) {
	for zone, want := range map[string][3]string{
		"Europe/Berlin":       {"2026-10-24T23:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"},
		"America/Los_Angeles": {"2026-10-25T08:30:00Z", "2026-10-25T09:30:00Z", "2026-10-25T10:30:00Z"},
		"Asia/Kolkata":        {"2026-10-24T20:00:00Z", "2026-10-24T21:00:00Z", "2026-10-24T22:00:00Z"},
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Skip(err)
		}
		c := newClock(Options{Zone: loc})
		for i, s := range []string{"2026-10-25 01:30:00", "2026-10-25 02:30:00", "2026-10-25 03:30:00"} {
			if at, _, ok := c.read(s, fTime, nil); !ok || at.Format(time.RFC3339) != want[i] {
				t.Errorf("%s in %s is %v, want %s", s, zone, at, want[i])
			}
		}
		if said := strings.Contains(strings.Join(c.warnings(), " "), "1 time falls into the hour"); said != (zone == "Europe/Berlin") {
			t.Errorf("%s: %q", zone, c.warnings())
		}
	}
}
