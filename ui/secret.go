package ui

import (
	"fmt"
	"unicode/utf8"
)

// A secret is what is typed or pasted and never shown, an access token. It prints
// as [hidden] wherever it is printed, and its bytes are overwritten when it is
// wiped. What was made of it, the string for the keyring, is out of our hands:
// the runtime frees it.
type secret struct{ text []byte }

// Format hides it from every verb of package fmt.
func (s *secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[hidden]") }

// add puts text behind what is there. What is grown out of is wiped.
func (s *secret) add(text string) {
	if need := len(s.text) + len(text); need > cap(s.text) {
		old := s.text
		s.text = append(make([]byte, 0, max(2*need, 512)), old...)
		clear(old)
	}
	s.text = append(s.text, text...)
}

// drop takes the last character away.
func (s *secret) drop() {
	_, n := utf8.DecodeLastRune(s.text)
	clear(s.text[len(s.text)-n:])
	s.text = s.text[:len(s.text)-n]
}

// wipe overwrites it.
func (s *secret) wipe() {
	clear(s.text[:cap(s.text)])
	s.text = s.text[:0]
}

// length is how many characters it has.
func (s *secret) length() int { return utf8.RuneCount(s.text) }
