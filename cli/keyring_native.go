//go:build !unix || darwin

package cli

// sessionBus is only of concern where the keyring is on a bus; here it is a part
// of the system.
func sessionBus() bool { return true }

func keyringMissing(error) bool { return false }
