//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// screens are the programs of one measurement of the console: ptybench measures,
// hellotea is the least program of the same framework. Ours and theirs run in
// turn, and only what one run says of both is compared.
type screens struct {
	pty, bin, db, hello string
	runs                int
	common              bool     // with no priority over other programs
	env                 []string // of the program; nil: ours
	missed              []string
}

// quantiles are what ptybench says of one thing: times in milliseconds.
type quantiles struct{ P50, P95, Max float64 }

// seen is one line of ptybench.
type seen struct {
	Ready  quantiles `json:"launch_ready_ms"`
	Frame  quantiles `json:"key_frame_ms"`
	Expect quantiles `json:"key_expect_ms"`
	Bytes  quantiles `json:"key_bytes"`
	Missed int       `json:"key_missed"`
	Idle   float64   `json:"idle_cpu_ms_s"`
	Quiet  float64   `json:"idle_bytes_s"`
	RSS    float64   `json:"rss_mib"`
}

// run measures a command once. options are those of ptybench.
func (s *screens) run(command []string, options ...string) (seen, error) {
	args := append(append([]string{s.pty, "-label", "x", "-timeout", "20s"}, options...), "--")
	args = append(args, command...)
	if rt, err := exec.LookPath("chrt"); err == nil && os.Geteuid() == 0 && !s.common {
		args = append([]string{rt, "-r", "1"}, args...) // so that the other programs of the machine count less
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(s.env, "TZ=UTC")
	if s.env == nil {
		cmd.Env = append(os.Environ(), "TZ=UTC")
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return seen{}, fmt.Errorf("running ptybench: %w", err)
	}
	var one seen
	if err := json.Unmarshal(out.Bytes(), &one); err != nil {
		return seen{}, fmt.Errorf("reading what ptybench said: %w", err)
	}
	return one, nil
}

func (s *screens) console() []string { return []string{s.bin, "--db", s.db} }

// theList is the framework's own list at the console's rate, and theHello its
// least screen.
func (s *screens) theList() []string  { return []string{s.hello, "-list", "-fps", "120"} }
func (s *screens) theHello() []string { return []string{s.hello, "-fps", "120"} }

// firstRow is what shows that the incidents are there: one that is selected.
const firstRow = `^> .*[0-9]`

// compare measures ours and theirs in turn and prints the medians and the median
// of the pairs' ratios, which is to be at most goal.
func (s *screens) compare(name string, goal float64, value func(seen) float64, ours, theirs func() (seen, error)) error {
	var a, b, ratios []float64
	for range s.runs {
		x, err := ours()
		if err != nil {
			return err
		}
		y, err := theirs()
		if err != nil {
			return err
		}
		a, b = append(a, value(x)), append(b, value(y))
		ratios = append(ratios, value(x)/value(y))
	}
	r := median(ratios)
	s.line(name, fmt.Sprintf("<= %.1fx", goal), fmt.Sprintf("%.1f", median(a)), fmt.Sprintf("%.1f", median(b)), fmt.Sprintf("%.2f", r), median(a) > 0 && r <= goal)
	return nil
}

// bound prints a value that has a limit of its own.
func (s *screens) bound(name, unit string, goal, value float64) {
	s.line(name, fmt.Sprintf("<= %g %s", goal, unit), fmt.Sprintf("%.1f", value), "", "", value >= 0 && value <= goal)
}

func (s *screens) line(name, goal, ours, theirs, ratio string, met bool) {
	word := "met"
	if !met {
		word = "NOT MET"
		s.missed = append(s.missed, name)
	}
	fmt.Printf("%-42s %-14s %9s %9s %7s  %s\n", name, goal, ours, theirs, ratio, word)
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if len(v) == 0 {
		return -1
	}
	return v[len(v)/2]
}

// screen measures the console on a database that is there.
func screen(args []string) error {
	s := &screens{}
	fs := flag.NewFlagSet("ui", flag.ExitOnError)
	fs.StringVar(&s.bin, "bin", "./unsent", "the program")
	fs.StringVar(&s.db, "db", "", "the database")
	fs.StringVar(&s.pty, "pty", "ptybench", "ptybench")
	fs.StringVar(&s.hello, "hello", "hellotea", "hellotea")
	fs.IntVar(&s.runs, "runs", 5, "pairs of runs")
	lnav := fs.String("lnav", "", "measure lnav on this log beside it")
	log := fs.String("log", "", "measure how soon an incident of this log is seen that is loaded")
	fs.Parse(args)
	if s.db == "" {
		return errors.New("ui needs -db FILE")
	}
	fmt.Printf("%-42s %-14s %9s %9s %7s\n", "120x40, ms unless told", "goal", "ours", "theirs", "ratio")
	for _, part := range []func() error{s.launch, s.keys, s.held, s.search, s.memory} {
		if err := part(); err != nil {
			return err
		}
	}
	if *log != "" {
		if err := s.loading(*log); err != nil {
			return err
		}
	}
	if *lnav != "" {
		if err := s.lnav(*lnav); err != nil {
			return err
		}
	}
	if len(s.missed) > 0 {
		fmt.Printf("not met: %s\n", strings.Join(s.missed, "; "))
	}
	return nil
}

// launch is the time to the first useful frame, and what the console costs when
// nobody touches it.
func (s *screens) launch() error {
	if err := s.compare("first useful frame", 1.3, func(x seen) float64 { return x.Ready.P50 },
		func() (seen, error) { return s.run(s.console(), "-ready", firstRow, "-runs", "5") },
		func() (seen, error) { return s.run(s.theHello(), "-ready", "hello", "-runs", "5") }); err != nil {
		return err
	}
	return s.compare("idle, processor ms a second", 1.3, func(x seen) float64 { return x.Idle },
		func() (seen, error) { return s.run(s.console(), "-ready", firstRow, "-setup", "l", "-idle", "3s") },
		func() (seen, error) { return s.run(s.theList(), "-ready", "failures", "-setup", "j", "-idle", "3s") })
}

// loading is the time to the first incident of a log that is loaded into a new database.
// It is not put before other programs: what reads and writes would be, too.
func (s *screens) loading(log string) error {
	dir, err := os.MkdirTemp("", "unsent-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s.common = true
	defer func() { s.common = false }()
	var ready []float64
	for i := range s.runs {
		x, err := s.run([]string{s.bin, "--db", filepath.Join(dir, fmt.Sprint(i, ".db")), log}, "-ready", firstRow)
		if err != nil {
			return err
		}
		ready = append(ready, x.Ready.P50)
	}
	s.bound("first incident of a log being loaded", "ms", 500, median(ready))
	return nil
}

// views are the screens whose keys are measured, and the keys that move there.
var views = []struct{ name, setup, keys string }{
	{"messages", "l", "j*15 k*5"},
	{"incidents", "j", "j*15 k*5"},
	{"case", "enter", "j*6 k*6 tab*8"},
}

// keys are single keys: the time until their frame, and the bytes of it.
func (s *screens) keys() error {
	theirs := func() (seen, error) { return s.run(s.theList(), "-ready", "failures", "-keys", "j*20") }
	p95 := func(x seen) float64 { return x.Frame.P95 }
	var sent []float64
	for _, v := range views {
		if err := s.compare("key to frame p95, "+v.name, 1.1, p95, func() (seen, error) {
			x, err := s.run(s.console(), "-ready", firstRow, "-setup", v.setup, "-keys", v.keys)
			if v.name == "messages" {
				sent = append(sent, x.Bytes.P50)
			}
			return x, err
		}, theirs); err != nil {
			return err
		}
	}
	var page []float64
	if err := s.compare("page to frame p95, messages", 1.1, p95, func() (seen, error) {
		x, err := s.run(s.console(), "-ready", firstRow, "-setup", "l", "-keys", "pgdn*20")
		page = append(page, x.Bytes.Max)
		return x, err
	}, func() (seen, error) { return s.run(s.theList(), "-ready", "failures", "-keys", "pgdn*20") }); err != nil {
		return err
	}
	s.bound("bytes a cursor key, messages", "bytes", 320, median(sent))
	s.bound("bytes a page at most, messages", "bytes", 5200, median(page))
	return nil
}

// held is 500 keys at once, until the screen is at rest.
func (s *screens) held() error {
	for _, v := range views {
		var ours, theirs []float64
		for range s.runs {
			x, err := s.run(s.console(), "-ready", firstRow, "-setup", v.setup, "-keys", "j*500", "-burst")
			if err != nil {
				return err
			}
			y, err := s.run(s.theList(), "-ready", "failures", "-keys", "j*500", "-burst")
			if err != nil {
				return err
			}
			ours, theirs = append(ours, x.Frame.P50), append(theirs, y.Frame.P50)
		}
		a, b := median(ours), median(theirs)
		s.line("500 keys at once, "+v.name, "<= 160", fmt.Sprintf("%.1f", a), fmt.Sprintf("%.1f", b), fmt.Sprintf("%.2f", a/b), a > 0 && a <= 160)
	}
	return nil
}

// A found is a message as 'unsent list --full --json' prints it.
type found struct {
	At        time.Time
	Code      json.Number
	Title     string
	Trace     string `json:"fbtrace_id"`
	WAMID     string
	Recipient string
	Template  string
}

// list asks the command line for messages.
func (s *screens) list(args ...string) (all []found, err error) {
	out, err := exec.Command(s.bin, append([]string{"list", "--db", s.db, "--full", "--json"}, args...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("listing messages: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	for d.More() {
		var f found
		if err := d.Decode(&f); err != nil {
			return nil, fmt.Errorf("reading what list said: %w", err)
		}
		all = append(all, f)
	}
	return all, nil
}

// row is how the list shows a message that is selected.
func (f *found) row() string {
	return "^>(" + f.At.UTC().Format("Jan 02 15:04:05") + "|" + regexp.QuoteMeta(f.At.UTC().Format("2006-01-02 15:04")) + ") *" + regexp.QuoteMeta(f.Code.String())
}

// search is from the enter key to the screen with the newest message that is
// found. What is searched for is taken from the database itself, from messages
// that are not on the first screen.
func (s *screens) search() error {
	newest, err := s.list("--limit", "200")
	if err != nil {
		return err
	}
	if len(newest) < 200 {
		return errors.New("the database has too few messages to search in")
	}
	top := newest[0].row()
	for _, what := range []struct {
		name string
		of   func(*found) string
	}{
		{"number", func(f *found) string { return strings.TrimLeft(f.Recipient, "+") }}, {"message id", func(f *found) string { return f.WAMID }},
		{"trace", func(f *found) string { return f.Trace }}, {"code", func(f *found) string { return f.Code.String() }},
		{"template", func(f *found) string { return f.Template }}, {"word", func(f *found) string { return longest(f.Title) }},
	} {
		var took []float64
		for i := 60; i < len(newest) && len(took) < 2*s.runs; i++ {
			text := what.of(&newest[i])
			if text == "" || strings.ContainsAny(text, " *") {
				continue
			}
			hits, err := s.list("--search", text, "--limit", "1")
			if err != nil {
				return err
			}
			if len(hits) == 0 || hits[0].row() == top {
				continue
			}
			x, err := s.run(s.console(), "-ready", firstRow, "-setup", "l / paste:"+text, "-keys", "enter", "-expect", hits[0].row())
			if err != nil {
				return err
			}
			if x.Expect.P50 < 0 {
				return fmt.Errorf("searching for a %s: the message found first never stood on the screen", what.name)
			}
			took = append(took, x.Expect.P50)
		}
		if len(took) == 0 {
			fmt.Printf("%-42s the newest messages have none to search for\n", "search for a "+what.name)
			continue
		}
		slices.Sort(took)
		s.bound("search for a "+what.name+" p95 of "+strconv.Itoa(len(took)), "ms", 20, took[min(len(took)*95/100, len(took)-1)])
	}
	return nil
}

// longest is the longest word of a text.
func longest(text string) (word string) {
	for _, w := range strings.Fields(text) {
		if len(w) > len(word) {
			word = w
		}
	}
	return word
}

// memory is what the console holds after it was used.
func (s *screens) memory() error {
	x, err := s.run(s.console(), "-ready", firstRow, "-setup", "j*40 enter tab*4 esc l j*40 pgdn*40 / text:message enter pgdn*10 esc", "-idle", "2s")
	if err != nil {
		return err
	}
	s.bound("resident after use", "MiB", 40, x.RSS)
	s.bound("idle, bytes a second", "bytes", 0, x.Quiet)
	return nil
}

// lnav is a log viewer on the log that the database was made of, for orientation.
func (s *screens) lnav(log string) error {
	x, err := s.run([]string{"lnav", log}, "-ready", `failed`, "-keys", "j*20")
	if err != nil {
		return err
	}
	fmt.Printf("%-42s first screen %.0f ms, key to frame p95 %.1f ms, %.0f bytes a key, %.0f MiB\n", "lnav on the log itself", x.Ready.P50, x.Frame.P95, x.Bytes.P50, x.RSS)
	return nil
}
