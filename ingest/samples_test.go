package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"unsent/model"
)

// TestPublishedSamples reads the files that other people published and that the
// shared material lists with what they must give. They are no part of the
// project, so the test is skipped where they are not at hand.
func TestPublishedSamples(t *testing.T) {
	type want struct {
		outcome model.Outcome
		n       int
		code    model.Code
		flags   []model.Flag
		check   func(t *testing.T, d drained)
	}
	failed := func(code model.Code, flags ...model.Flag) want {
		return want{outcome: model.Failed, n: 1, code: code, flags: flags}
	}
	answers := want{n: -1}
	noColumns := want{n: -2}
	wants := map[string]want{
		"logs/samples/hazard-csvkit-bad.csv":                                noColumns,
		"logs/samples/hazard-csvkit-mac_newlines.csv":                       noColumns,
		"logs/samples/hazard-csvkit-test_utf16_little.csv":                  noColumns,
		"logs/samples/hazard-csvkit-test_utf8_bom.csv":                      noColumns,
		"logs/samples/hazard-csvspectrum-comma_in_quotes.csv":               noColumns,
		"logs/samples/hazard-csvspectrum-comma_in_quotes.expected.json":     noColumns,
		"logs/samples/hazard-csvspectrum-empty_crlf.csv":                    noColumns,
		"logs/samples/hazard-csvspectrum-empty_crlf.expected.json":          noColumns,
		"logs/samples/hazard-csvspectrum-escaped_quotes.csv":                noColumns,
		"logs/samples/hazard-csvspectrum-escaped_quotes.expected.json":      noColumns,
		"logs/samples/hazard-csvspectrum-json.csv":                          noColumns,
		"logs/samples/hazard-csvspectrum-json.expected.json":                noColumns,
		"logs/samples/hazard-csvspectrum-newlines.csv":                      noColumns,
		"logs/samples/hazard-csvspectrum-newlines.expected.json":            noColumns,
		"logs/samples/hazard-csvspectrum-newlines_crlf.csv":                 noColumns,
		"logs/samples/hazard-csvspectrum-newlines_crlf.expected.json":       noColumns,
		"logs/samples/hazard-csvspectrum-quotes_and_newlines.csv":           noColumns,
		"logs/samples/hazard-csvspectrum-quotes_and_newlines.expected.json": noColumns,
		"logs/samples/hazard-csvspectrum-utf8.csv":                          noColumns,
		"logs/samples/hazard-csvspectrum-utf8.expected.json":                noColumns,
		"logs/samples/twilio-status-callback-failed-dezert99.json": {outcome: model.Failed, n: 1, flags: []model.Flag{model.FlagVendorOnly}, check: func(t *testing.T, d drained) {
			if v := d.records[0].Vendor; v != (model.Vendor{System: "twilio", Code: "30008"}) {
				t.Errorf("vendor is %v", v)
			}
		}},
		// The list says 9 rows; the last of the ten has no line end.
		"logs/samples/twilio-messages-fivetran.csv": {outcome: model.Succeeded, n: 10, check: func(t *testing.T, d drained) {
			if d.report.Zone.From != model.ZoneOffset || d.report.System != "twilio" {
				t.Errorf("zone %v, system %q", d.report.Zone, d.report.System)
			}
			if got := d.records[0].At.Format("2006-01-02 15:04:05"); got != "2023-01-12 16:20:49" {
				t.Errorf("at %s: created_at is later than updated_at in this file and is not the time of the status", got)
			}
		}},
		"logs/samples/wac-inbound-131051-courier.json":        {outcome: model.NotASend, n: 1},
		"logs/samples/wac-status-failed-131047-bindambc.json": failed("131047"),
		"logs/samples/wac-value-errors-code0-courier.json":    failed("0", model.FlagAccountError),
		"logs/samples/wati-template-message-failed-docs.json": failed("131026", model.FlagNoRecipient),

		"whatsapp/samples/audit_131005_sync.json":                       failed("131005"),
		"whatsapp/samples/audit_debug_token_user.json":                  answers,
		"whatsapp/samples/audit_send_accepted.json":                     {outcome: model.InProgress, n: 1},
		"whatsapp/samples/audit_subscribed_apps_meta_only.json":         answers,
		"whatsapp/samples/bindambc_phoneNumberNotFoundError.json":       failed("100"),
		"whatsapp/samples/bindambc_phoneNumbersList.json":               answers,
		"whatsapp/samples/bindambc_reEngagementMessageError.json":       failed("131047"),
		"whatsapp/samples/courier_error_errors.json":                    failed("0", model.FlagAccountError),
		"whatsapp/samples/courier_error_status.json":                    failed("131014"),
		"whatsapp/samples/courier_ignore_status.json":                   {outcome: model.NotASend, n: 1},
		"whatsapp/samples/courier_sync_bad_gateway.txt":                 failed(""),
		"whatsapp/samples/issue_chatwoot13805_132000.txt":               failed("132000"),
		"whatsapp/samples/issue_jaspers_131031_flattened.json":          failed("131031"),
		"whatsapp/samples/issue_restfb1344_131026.json":                 failed("131026", model.FlagRecipientMasked),
		"whatsapp/samples/issue_tawn33y33_131000_sync.json":             failed("131000"),
		"whatsapp/samples/meta_doc_flow_health_131000.json":             answers,
		"whatsapp/samples/meta_doc_health_available.json":               answers,
		"whatsapp/samples/meta_doc_health_limited.json":                 answers,
		"whatsapp/samples/meta_doc_health_sip_blocked.json":             answers,
		"whatsapp/samples/meta_doc_health_template_blocked_141002.json": answers,
		"whatsapp/samples/meta_doc_sync_130429.json":                    failed("130429"),
		"whatsapp/samples/meta_doc_sync_mm_100.json":                    failed("100"),
		"whatsapp/samples/pywa_status_failed_130472.json":               failed("130472"),
		"whatsapp/samples/secreto_sync_190_http200.json":                failed("190"),
		"whatsapp/samples/status_secret_in_title.json":                  failed("131000", model.FlagSecret),
	}
	facts := filepath.Join("..", "..", "shared", "facts")
	if _, err := os.Stat(facts); err != nil {
		t.Skip("the shared material is not here")
	}
	var files []string
	for _, dir := range []string{"logs/samples", "whatsapp/samples"} {
		list, err := filepath.Glob(filepath.Join(facts, dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	seen := map[string]bool{}
	for _, file := range files {
		rel, err := filepath.Rel(facts, file)
		if err != nil {
			t.Fatal(err)
		}
		rel = filepath.ToSlash(rel)
		seen[rel] = true
		t.Run(rel, func(t *testing.T) {
			r, err := OpenFile(context.Background(), file, options())
			w, known := wants[rel]
			if !known {
				if err == nil { // SOURCES.md and whatever comes later: no crash, the sum holds
					drain(t, r)
					r.Close()
				}
				return
			}
			switch w.n {
			case -1:
				var content *ContentError
				if !errors.As(err, &content) || model.Hint(err) == "" {
					t.Fatalf("error %v with hint %q, want a *ContentError with one", err, model.Hint(err))
				}
				return
			case -2:
				var columns *ColumnsError
				if !errors.As(err, &columns) || len(columns.Found) == 0 {
					t.Fatalf("error %v, want a *ColumnsError that lists the columns", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			d := drain(t, r)
			if d.count(w.outcome) != w.n || len(d.records) != w.n || len(d.rejected) != 0 {
				t.Fatalf("%d records, %d of them %s, %d rejected; want %d", len(d.records), d.count(w.outcome), w.outcome, len(d.rejected), w.n)
			}
			if d.records[0].Code != w.code {
				t.Errorf("code is %q, want %q", d.records[0].Code, w.code)
			}
			for _, f := range w.flags {
				if !hasFlag(&d.records[0], f) {
					t.Errorf("flag %s is missing from %v", f, d.records[0].Flags)
				}
			}
			if w.check != nil {
				w.check(t, d)
			}
		})
	}
	for rel := range wants {
		if !seen[rel] {
			t.Errorf("%s is gone", rel)
		}
	}
}
