//go:build unix

package tty

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The harness is tried on programs that everybody has, so that a failing session
// of unsent can be told from a failing harness.
func TestHarness(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: Commands()})
}
