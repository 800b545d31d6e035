package ingest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"unsent/model"
)

// TestFormats runs the sample of every preset: its lines must become the records
// that it names, and its headers must choose it.
func TestFormats(t *testing.T) {
	for _, p := range presets() {
		t.Run(p.Name, func(t *testing.T) {
			if p.Source == "" || p.About == "" || p.System == "" || !slices.Contains([]string{"A", "B"}, p.Certainty) {
				t.Errorf("source %q, about %q, system %q, certainty %q", p.Source, p.About, p.System, p.Certainty)
			}
			if len(p.Sample) < 2 || len(p.Want) == 0 {
				t.Fatal("there is no sample")
			}
			r := openText(t, strings.Join(p.Sample, "\n")+"\n", options())
			d := drain(t, r)
			if len(d.rejected) > 0 {
				t.Fatalf("rejected: %v", d.rejected)
			}
			if len(d.records) != len(p.Want) {
				t.Fatalf("%d records, want %d", len(d.records), len(p.Want))
			}
			if d.report.System != p.System {
				t.Errorf("the system is %q, want %q", d.report.System, p.System)
			}
			for i, want := range p.Want {
				checkRecord(t, fmt.Sprintf("record %d", i+1), &d.records[i], want)
			}
		})
	}
}

// checkRecord compares the facts that want names, in JSON, with those of r. Flags
// must all be there; there may be more.
func checkRecord(t *testing.T, name string, r *model.Record, want map[string]any) {
	t.Helper()
	data, err := json.Marshal(r.Failure)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for key, w := range want {
		switch key {
		case "outcome":
			if string(r.Outcome) != w {
				t.Errorf("%s: outcome is %q, want %q", name, r.Outcome, w)
			}
			if _, ok := want["code"]; !ok && r.Outcome == model.Failed && r.Code != "" {
				t.Errorf("%s: code is %s, want none", name, r.Code)
			}
		case "flags":
			for _, f := range w.([]any) {
				if !hasFlag(r, model.Flag(f.(string))) {
					t.Errorf("%s: flag %v is missing from %v", name, f, r.Flags)
				}
			}
		case "source":
			if line := w.(map[string]any)["line"]; float64(r.Source.Line) != line {
				t.Errorf("%s: line is %d, want %v", name, r.Source.Line, line)
			}
		default:
			a, _ := json.Marshal(got[key])
			b, _ := json.Marshal(w)
			if string(a) != string(b) {
				t.Errorf("%s: %s is %s, want %s", name, key, a, b)
			}
		}
	}
}

// TestPresetWinsByHeadersOnly: one header less and the general rules apply.
func TestPresetWinsByHeadersOnly(t *testing.T) {
	full := "customer_external_id,campaign_name,sendout_id,error_code,error_msg\n+15550100101,Sale,s1,131026,Message Undeliverable.\n"
	if d := drainText(t, full); d.report.System != "connectly" {
		t.Errorf("system is %q, want connectly", d.report.System)
	}
	less := strings.ReplaceAll(full, "sendout_id", "sendout")
	if d := drainText(t, less); d.report.System != "generic" {
		t.Errorf("system is %q, want generic", d.report.System)
	}
}

func TestVendorTableNamesKnownSystems(t *testing.T) {
	for _, p := range presets() {
		if p.Codes == "" || p.Codes == "meta" {
			continue
		}
		if _, ok := vendors()[p.Codes]; !ok {
			t.Errorf("preset %s has the codes of %q, which vendor.json does not know", p.Name, p.Codes)
		}
	}
	for system, codes := range vendors() {
		for code, meta := range codes {
			if _, ok := model.ParseCode(string(meta)); !ok {
				t.Errorf("%s %s means %q, which is no code", system, code, meta)
			}
		}
	}
}
