package graph

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Published error bodies are read as the notes beside them say. They are not in
// the project; the test is skipped where the reference folder is not present.
func TestSamples(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "facts", "whatsapp", "samples")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the reference folder is not here")
	}
	for _, tt := range []struct {
		file   string
		status int
		code   int
		sub    int
		check  func(*Error) bool
	}{
		{"audit_131005_sync.json", 403, 131005, 0, func(e *Error) bool { return e.Forbidden() && strings.Contains(e.Trace, "/") && e.Details == "" }},
		{"bindambc_phoneNumberNotFoundError.json", 400, 100, 33, (*Error).Unseen},
		{"issue_tawn33y33_131000_sync.json", 500, 131000, 2494002, func(e *Error) bool { return e.Passing() && e.Details != "" }},
		{"meta_doc_sync_130429.json", 400, 130429, 2494055, (*Error).Throttled},
		{"meta_doc_sync_mm_100.json", 400, 100, 0, func(e *Error) bool { return !e.Unseen() && e.Details != "" }},
		{"secreto_sync_190_http200.json", 200, 190, 0, (*Error).BadToken},
		{"courier_sync_bad_gateway.txt", 500, 0, 0, nil},
	} {
		t.Run(tt.file, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join(dir, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = says(t, tt.status, string(body)).throttles().client(t).Account(t.Context(), "1")
			var e *Error
			var u *Unread
			switch {
			case tt.check == nil:
				if !errors.As(err, &u) {
					t.Errorf("got %v", err)
				}
			case !errors.As(err, &e) || e.Code != tt.code || e.Subcode != tt.sub || !tt.check(e):
				t.Errorf("got %#v", e)
			}
		})
	}
}

// Lists are read whole, with the entries' words as they are.
func TestListSamples(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "facts", "whatsapp", "samples")
	body, err := os.ReadFile(filepath.Join(dir, "bindambc_phoneNumbersList.json"))
	if err != nil {
		t.Skip("the reference folder is not here")
	}
	phones, a, err := says(t, 200, string(body)).client(t).Phones(t.Context(), "1")
	if err != nil || len(phones) != 4 || a.Cut {
		t.Fatalf("got %d, %v, cut %v", len(phones), err, a.Cut)
	}
	qualities := ""
	for _, p := range phones {
		qualities += p.Quality + " "
		if p.ID == "" || p.Display == "" || p.Verification != "NOT_VERIFIED" {
			t.Errorf("got %+v", p)
		}
	}
	if qualities != "YELLOW RED GREEN NA " {
		t.Errorf("got %q", qualities)
	}
}
