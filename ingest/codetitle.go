package ingest

import (
	"strings"

	"unsent/model"
)

// titledCode finds Meta's code in a text that has the code's own title as well:
// "131026 Message undeliverable". The number alone could be anything, together
// they can not.
func titledCode(s string, o Options) (model.Code, bool) {
	for i := 0; i+6 <= len(s); i++ {
		code, ok := sixDigits(s, i)
		if !ok || o.Known != nil && !o.Known(code) {
			continue
		}
		around := NormTitle(s[:i] + " " + s[i+6:])
		for title, of := range o.Titles {
			if of == code && title != "" && strings.Contains(around, title) {
				return code, true
			}
		}
	}
	return "", false
}
