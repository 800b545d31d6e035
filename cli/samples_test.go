package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whatever a file of somebody else's holds, every record of it is accounted for,
// or the file is refused with what it is and what to do. The samples lie beside
// the project and are not part of it.
func TestSamplesAddUp(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "facts", "*", "samples", "*"))
	if len(files) == 0 {
		t.Skip("the samples are not here")
	}
	imported := 0
	for _, file := range files {
		if strings.HasSuffix(file, ".md") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := t.TempDir()
			var out, errs bytes.Buffer
			code := Main([]string{"import", "--json", "--db", filepath.Join(dir, "x.db"), file}, Sys{
				Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
				Getenv: func(k string) string { return map[string]string{"HOME": dir, "USER": "test"}[k] },
				Now:    func() time.Time { return testNow }, GOOS: "linux",
			})
			if code != 0 {
				if code != 1 || !strings.HasPrefix(errs.String(), "unsent: ") || !strings.Contains(errs.String(), "\nhint: ") {
					t.Fatalf("code %d: %s", code, errs.String())
				}
				return
			}
			var got struct {
				Read, Stored, Updated, Duplicate, Succeeded, Rejected int
				NotAttempted                                          int `json:"not_attempted"`
				InProgress                                            int `json:"in_progress"`
				NotASend                                              int `json:"not_a_send"`
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, out.String())
			}
			if sum := got.Stored + got.Updated + got.Duplicate + got.Succeeded + got.NotAttempted + got.InProgress + got.NotASend + got.Rejected; got.Read != sum {
				t.Errorf("read %d, accounted for %d: %s", got.Read, sum, out.String())
			}
			imported++
		})
	}
	if imported < 8 {
		t.Errorf("only %d samples were imported", imported)
	}
}
