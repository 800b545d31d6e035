package ui

import (
	"testing"
	"time"
)

func TestPassed(t *testing.T) {
	for want, d := range map[string]time.Duration{"in the future": time.Hour, "now": 0, "41 min ago": -41 * time.Minute, "3 d ago": -72 * time.Hour} {
		if got := passed(now.Add(d), now); got != want {
			t.Errorf("%s from now it is %q, want %q", d, got, want)
		}
	}
}
