package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode"

	"unsent/model"
	"unsent/safe"
)

// pages are the hosts whose pages an article may send an agent to. Nothing else
// is ever opened: a link could come from a log.
var pages = map[string]bool{
	"metastatus.com":          true,
	"developers.facebook.com": true,
	"business.facebook.com":   true,
	"www.facebook.com":        true,
	"business.whatsapp.com":   true,
	"faq.whatsapp.com":        true,
}

// pageURL accepts an address that may be opened and gives it without what only
// serves to follow people about.
func pageURL(s string) (string, error) {
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("opening %s: %s", safe.Line(s), why)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || !unicode.IsPrint(r) }) || strings.ContainsAny(s, "\"'`\\<>^{}|") {
		return bad("it has characters that no address has")
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return bad("it is no address")
	case u.Scheme != "https":
		return bad("only https pages are opened")
	case u.User != nil || u.Port() != "" || u.Opaque != "":
		return bad("it is not the plain address of a page")
	case !pages[strings.ToLower(u.Hostname())]:
		return bad("only pages of Meta are opened")
	}
	q := u.Query()
	for key := range q {
		if k := strings.ToLower(key); k == "fbclid" || strings.HasPrefix(k, "utm_") {
			q.Del(key)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// childEnv is the environment for another program: ours without the token. What
// serves a clipboard stays behind for hours, a browser for days, and tmux hands on
// what it is given.
func childEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return strings.EqualFold(name, "UNSENT_TOKEN") // Windows does not mind the case
	})
}

// openPage opens a page in the agent's browser and says how. Where the browser
// is on another machine it says that the link has to be copied.
func (a *app) openPage(ctx context.Context, address string) (string, error) {
	address, err := pageURL(address)
	if err != nil {
		return "", err
	}
	copyIt := func(why string) (string, error) {
		return "", model.WithHint(errors.New("not opened: "+why), "copy the link: "+address)
	}
	if remote(a.Getenv) {
		return copyIt("the browser is on the machine you came from")
	}
	name, args := "xdg-open", []string{address}
	switch a.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	default:
		switch {
		case a.Getenv("WSL_DISTRO_NAME") != "":
			name, args = "rundll32.exe", []string{"url.dll,FileProtocolHandler", address}
		case a.Getenv("TERMUX_VERSION") != "":
			name = "termux-open-url"
		case a.Getenv("DISPLAY") == "" && a.Getenv("WAYLAND_DISPLAY") == "":
			return copyIt("there is no desktop here")
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return copyIt("there is no " + name + " here")
	}
	// The browser outlives the screen, and xdg-open may be the browser: only a
	// failure that comes at once is known.
	cmd := exec.Command(path, args...)
	cmd.Env = childEnv()
	if err := cmd.Start(); err != nil {
		return copyIt(err.Error())
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return copyIt(name + ": " + err.Error())
		}
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return "opened with " + name, nil
}
