//go:build unix && !darwin

package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

// sessionBus reports whether a keyring can be asked at all. On Linux and the
// BSDs it lives on the session's message bus; where none runs, the library would
// start one, which can know no keyring and stays behind when the program ends. A
// bus that is reached through the network is none to give a token to.
func sessionBus() bool {
	if all := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); all != "" && all != "autolaunch:" {
		for addr := range strings.SplitSeq(all, ";") {
			if addr != "" && !strings.HasPrefix(addr, "unix:") {
				return false
			}
		}
		return true
	}
	dir := filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	return exists(filepath.Join(dir, "bus")) || exists(filepath.Join(dir, "dbus-session"))
}

// keyringMissing reports whether err means that the bus has no keyring, or that
// there is no bus where there should be one.
func keyringMissing(err error) bool {
	var said dbus.Error
	if errors.As(err, &said) {
		return said.Name == "org.freedesktop.DBus.Error.ServiceUnknown" || said.Name == "org.freedesktop.DBus.Error.NameHasNoOwner"
	}
	return errors.Is(err, os.ErrNotExist)
}
