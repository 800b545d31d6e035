package door_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The methods and hosts that the program can reach, read off its source: one
// request is built in one place, as a GET, and two hosts of Meta's are on the
// list. What the door does with other addresses, door_test.go tries.
func TestReach(t *testing.T) {
	outside := map[string][]string{
		"net":                  {"check/door", "check/metasim"}, // metasim listens, on loopback
		"net/http":             {"check/door", "check/metasim"},
		"crypto/tls":           {"check/door"},
		"net/rpc":              nil,
		"net/smtp":             nil,
		"net/textproto":        nil,
		"log/syslog":           nil,
		"golang.org/x/net/...": nil,
	}
	// Names of net/http that call somebody. metasim only listens.
	calling := []string{"Client", "DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm", "NewRequest", "NewRequestWithContext", "Transport",
		"MethodConnect", "MethodDelete", "MethodHead", "MethodOptions", "MethodPatch", "MethodPost", "MethodPut", "MethodTrace"}
	may := map[string]int{"NewRequestWithContext": 1, "Client": 2, "Transport": 1}
	used := map[string]int{}
	var methods, hosts []string
	root := "../.."
	files := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		room := filepath.ToSlash(filepath.Dir(rel))
		if e.IsDir() && (rel == "bench" || strings.HasPrefix(e.Name(), ".") && rel != "." || e.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		files++
		for _, imp := range f.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			for what, who := range outside {
				tree, all := strings.CutSuffix(what, "/...")
				if (name == what || all && strings.HasPrefix(name, tree+"/")) && !slices.Contains(who, room) {
					t.Errorf("%s imports %s", rel, name)
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if ok && x.Name == "syscall" && slices.Contains([]string{"Socket", "Connect", "Sendto", "RawSyscall", "Syscall"}, n.Sel.Name) {
					t.Errorf("%s uses syscall.%s", rel, n.Sel.Name)
				}
				if ok && x.Name == "http" {
					if slices.Contains(calling, n.Sel.Name) {
						if room != "check/door" {
							t.Errorf("%s uses http.%s", rel, n.Sel.Name)
						}
						used[n.Sel.Name]++
					}
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "NewRequestWithContext" && len(n.Args) > 1 {
					if m, ok := n.Args[1].(*ast.SelectorExpr); ok {
						methods = append(methods, m.Sel.Name)
					} else {
						methods = append(methods, "not a constant")
					}
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if room == "check/door" && strings.HasSuffix(name.Name, "Host") && i < len(n.Values) {
						if v, ok := n.Values[i].(*ast.BasicLit); ok {
							host, _ := strconv.Unquote(v.Value)
							hosts = append(hosts, host)
						}
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Fatalf("read %d files only: is this the whole source?", files)
	}
	if !slices.Equal(methods, []string{"MethodGet"}) {
		t.Errorf("requests are built with %v, want one, with MethodGet", methods)
	}
	if !slices.Equal(hosts, []string{"graph.facebook.com", "metastatus.com"}) {
		t.Errorf("the hosts are %v", hosts)
	}
	for name, n := range used {
		if n != may[name] {
			t.Errorf("http.%s is used %d times, want %d: think of what it can reach, then say so here", name, n, may[name])
		}
	}
}

// What others wrote and the program contains could reach out as well. These know
// the package net, and why that is all right.
func TestOthersReach(t *testing.T) {
	known := map[string]string{
		"github.com/spf13/pflag":    "reads flags that are addresses",
		"github.com/google/uuid":    "reads the network card's number for one kind of id",
		"github.com/godbus/dbus/v5": "talks to the session's bus, behind which the keyring is; package cli asks it only where that is a socket of this machine",
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{if not .Standard}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, "../..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing what the program contains: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(line)
		if len(names) == 0 || strings.HasPrefix(names[0], "unsent") {
			continue
		}
		if _, ok := known[names[0]]; !ok && (slices.Contains(names[1:], "net") || slices.Contains(names[1:], "net/http")) {
			t.Errorf("%s can reach out: find out what it does with the network, then say so here", names[0])
		}
	}
}
