package door

import (
	"strings"
	"testing"
	"unicode"
)

// What comes out can stand in a header as it is, and is left alone by a second look.
func FuzzCleanSecret(f *testing.F) {
	for _, s := range []string{canary, " Bearer \"" + canary + "\"\n", "a\x00b", "“x”", "Authorization: Bearer x", "...", "''"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, note, err := CleanSecret(s)
		if err != nil {
			if got != "" || note != "" {
				t.Errorf("%q %q beside %v", got, note, err)
			}
			return
		}
		if got == "" || strings.IndexFunc(got, func(r rune) bool { return r > 0x7e || !unicode.IsGraphic(r) || r == ' ' }) >= 0 || !strings.Contains(s, got) {
			t.Errorf("%q becomes %q", s, got)
		}
		if again, note, err := CleanSecret(got); again != got || note != "" || err != nil {
			t.Errorf("%q, looked at again: %q %q %v", got, again, note, err)
		}
	})
}
