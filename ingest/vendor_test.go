package ingest

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unsent/model"
)

// TestVendorFacts compares vendor.json with the shared table of what is known,
// where that is at hand: what it calls certain is translated, what it calls
// uncertain or a code of several meanings is not.
func TestVendorFacts(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "facts", "logs", "twilio-map.csv"))
	if err != nil {
		t.Skip("the shared material is not here")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	meanings := map[model.Vendor]map[string]bool{}
	for _, r := range rows[1:] {
		v := model.Vendor{System: r[0], Code: r[1]}
		if meanings[v] == nil {
			meanings[v] = map[string]bool{}
		}
		meanings[v][r[2]] = true
	}
	checked := 0
	for _, r := range rows[1:] {
		v := model.Vendor{System: r[0], Code: r[1]}
		meta, ok := model.ParseCode(r[2])
		if _, ours := vendors()[v.System]; !ours || !ok || meta == "506" {
			continue // 506 is a code of posts on Facebook and has no page here
		}
		_, own := vendors()[v.System][v.Code]
		uncertain := strings.HasPrefix(r[4], "UNCERTAIN")
		several := 0
		for m := range meanings[v] {
			if _, ok := model.ParseCode(m); ok && m != "" {
				several++
			}
		}
		checked++
		switch got, found := translate(v); {
		case uncertain && found && got == meta:
			t.Errorf("%v is translated to %s, which is uncertain", v, meta)
		case !uncertain && several == 1 && v.Code != string(meta) && (!own || got != meta):
			t.Errorf("%v means %s and is translated to %q", v, meta, got)
		case several > 1 && found:
			t.Errorf("%v has several meanings and is translated to %s", v, got)
		}
	}
	if checked < 20 {
		t.Errorf("%d rows were looked at", checked)
	}
}
