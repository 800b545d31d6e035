package safe

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// WAMIDNumber reads the recipient's number out of a WhatsApp message id. Ids
// that begin with "wamid." hold it as text behind a length, the older ones
// ("gBEG…", "ABEG…") as packed decimals. False when the id holds none, as with a
// recipient who is known by user id only. The number is a hint, never proof that
// a message went there.
func WAMIDNumber(wamid string) (digits string, ok bool) {
	body, isNew := strings.CutPrefix(strings.TrimSpace(wamid), "wamid.")
	if !isNew && !legacyID(body) {
		return "", false
	}
	raw, err := DecodeBase64(body)
	if err != nil {
		return "", false
	}
	if isNew {
		// Field headers come first; the number is the first text field.
		for i := 0; i < 6 && i < len(raw); i++ {
			n := int(raw[i])
			if n < 5 || n > 15 || i+1+n > len(raw) {
				continue
			}
			if d := string(raw[i+1 : i+1+n]); allDigits(d) {
				return d, true
			}
		}
		return "", false
	}
	if len(raw) < 4 || raw[1] != 0x11 {
		return "", false
	}
	n := int(raw[2] & 0x7f)
	if n < 3 || n > 8 || 3+n > len(raw) {
		return "", false
	}
	d := hex.EncodeToString(raw[3 : 3+n])
	if raw[2]&0x80 != 0 {
		d = strings.TrimSuffix(d, "f") // an odd count of digits is padded
	}
	return d, allDigits(d)
}

// legacyID tells the ids of the on-premises API, which begin with these bytes,
// from any other base64 text.
func legacyID(s string) bool {
	return len(s) >= 20 && (strings.HasPrefix(s, "gBE") || strings.HasPrefix(s, "gBG") ||
		strings.HasPrefix(s, "ABE") || strings.HasPrefix(s, "ABG"))
}

// MaskWAMID is a label for a message id that does not hold the number: equal ids
// have equal labels. The id's own random part keeps the label from being undone
// by trying numbers.
func MaskWAMID(wamid string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(wamid)))
	return "wamid#" + hex.EncodeToString(sum[:4])
}

// DecodeBase64 reads either alphabet, padded or not, and forgives a tail that is
// no whole group, because ids get cut: of two or three characters it reads what
// they hold, and one character alone holds nothing.
func DecodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	return base64.RawStdEncoding.DecodeString(s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
