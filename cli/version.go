package cli

import (
	"runtime/debug"
)

// release is set when a release is linked: -ldflags "-X unsent/cli.release=0.9.0".
var release string

// version is the release, else what Go knows about the build.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 7 {
				v += "-" + s.Value[:7]
			}
		}
	}
	return v
}
