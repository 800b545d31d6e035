//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"unsent/check/metasim"
)

// A desk is the program with a log of its own, beside a Meta that is pretended in
// this process.
type desk struct {
	screens
	dir     string
	account metasim.Account
}

// verdicts are the answers of the checks that ask Meta, by verdict.
type verdicts map[string]int

// checks measures the live checks against a Meta that is well and takes its time,
// and against one that never answers.
func checks(args []string) error {
	d := &desk{}
	fs := flag.NewFlagSet("checks", flag.ExitOnError)
	fs.StringVar(&d.bin, "bin", "./unsent", "the program")
	fs.StringVar(&d.pty, "pty", "ptybench", "ptybench")
	fs.IntVar(&d.runs, "runs", 5, "how often each is measured")
	delay := fs.Duration("delay", 200*time.Millisecond, "how long each answer of Meta takes")
	fs.Parse(args)
	fmt.Printf("%-42s %-14s %9s\n", "ms unless told, medians", "goal", "ours")
	if err := d.beside("healthy", *delay, d.healthy); err != nil {
		return err
	}
	if err := d.beside("silent", 0, d.silent); err != nil {
		return err
	}
	if len(d.missed) > 0 {
		fmt.Printf("not met: %s\n", strings.Join(d.missed, "; "))
	}
	return nil
}

// beside measures beside a Meta of that scenario.
func (d *desk) beside(scenario string, delay time.Duration, measure func() error) error {
	meta, err := metasim.Start(context.Background(), metasim.Options{Scenarios: []string{scenario}, Delay: delay})
	if err != nil {
		return err
	}
	defer meta.Close()
	if d.dir, err = os.MkdirTemp("", "unsent-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(d.dir)
	d.account = meta.Accounts[0]
	d.env = append(os.Environ(), "HOME="+d.dir, "XDG_DATA_HOME="+d.dir, "DBUS_SESSION_BUS_ADDRESS=", "UNSENT_OFFLINE=",
		"UNSENT_GRAPH_URL="+meta.URL, "UNSENT_STATUS_URL="+meta.URL, "UNSENT_TOKEN="+d.account.Token)
	return measure()
}

// anew makes a database with one incident of 131000, which no check has seen: half
// an hour of one template that failed for everybody, and others that went out.
func (d *desk) anew() error {
	d.db = filepath.Join(d.dir, "bench.db")
	for _, end := range []string{"", "-wal", "-shm"} {
		os.Remove(d.db + end)
	}
	var log strings.Builder
	log.WriteString("timestamp,message_id,waba_id,phone_number_id,recipient,message_type,template_name,template_language,status,error_code,error_title\n")
	begun := time.Now().Add(-time.Hour).UTC()
	for i := range 200 {
		sent := "order_ready,en_US,failed,131000,Something went wrong"
		if i%2 == 1 {
			sent = "order_shipped,en_US,delivered,,"
		}
		fmt.Fprintf(&log, "%s,crm-%d,%s,%s,121255501%02d,template,%s\n", begun.Add(time.Duration(i)*9*time.Second).Format(time.RFC3339), i,
			d.account.WABA, d.account.Phones[0], i%100, sent)
	}
	load := d.command("import", "-")
	load.Stdin = strings.NewReader(log.String())
	account := d.command("account", "add", "bench", "--waba", d.account.WABA, "--phone-id", d.account.Phones[0], "--app", d.account.App)
	account.Stdin = strings.NewReader(d.account.Token + "\n")
	for _, c := range []*exec.Cmd{load, account} {
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("unsent %s: %w\n%s", c.Args[1], err, out)
		}
	}
	return nil
}

func (d *desk) command(args ...string) *exec.Cmd {
	c := exec.Command(d.bin, append(args, "--db", d.db)...)
	c.Env = d.env
	return c
}

// ask runs 'unsent check' as a whole process: the time to its first finding, to
// the first of Meta's, and to its end.
func (d *desk) ask() (first, metas, end float64, got verdicts, err error) {
	c := d.command("check", "i1", "--json")
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, 0, 0, nil, err
	}
	begun := time.Now()
	since := func() float64 { return float64(time.Since(begun).Microseconds()) / 1e3 }
	if err := c.Start(); err != nil {
		return 0, 0, 0, nil, err
	}
	got = verdicts{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var f struct{ Verdict, Source string }
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			c.Process.Kill()
			c.Wait()
			return 0, 0, 0, nil, fmt.Errorf("reading what check said: %w", err)
		}
		if first == 0 {
			first = since()
		}
		if f.Source == "this log" || f.Verdict == "skipped" {
			continue
		}
		if metas == 0 {
			metas = since()
		}
		got[f.Verdict]++
	}
	err = c.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil // a problem was found
	}
	return first, metas, since(), got, err
}

// process measures 'unsent check', whose every answer of Meta must have one verdict.
func (d *desk) process(name, verdict string, firstGoal, endGoal float64) error {
	var first, metas, end []float64
	for range d.runs {
		if err := d.anew(); err != nil {
			return err
		}
		a, b, c, got, err := d.ask()
		if err != nil {
			return err
		}
		if got[verdict] < 8 || len(got) != 1 {
			return fmt.Errorf("unsent check, %s: the answers are %v, and all were to be %s", name, got, verdict)
		}
		first, metas, end = append(first, a), append(metas, b), append(end, c)
	}
	d.bound("unsent check, "+name+": first finding", "ms", firstGoal, median(first))
	fmt.Printf("%-42s %-14s %9.1f\n", "unsent check, "+name+": first of Meta's", "", median(metas))
	d.bound("unsent check, "+name+": settled", "ms", endGoal, median(end))
	return nil
}

// shown measures from the key that runs the checks to a screen, in the console.
func (d *desk) shown(name string, goal float64, screen string) error {
	var took []float64
	for range d.runs {
		if err := d.anew(); err != nil {
			return err
		}
		x, err := d.run(d.console(), "-ready", firstRow, "-setup", "enter", "-keys", "C", "-expect", screen)
		if err != nil {
			return err
		}
		if x.Expect.P50 < 0 {
			return fmt.Errorf("%s: the screen never showed it", name)
		}
		took = append(took, x.Expect.P50)
	}
	d.bound(name, "ms", goal, median(took))
	return nil
}

// settledBy is a screen on which the steps of the article that ask Meta, as far as
// 120x40 shows them, have that state, and nothing is asked any more: then the last
// line says what comes next.
func settledBy(mark string, said string) string {
	var all strings.Builder
	all.WriteString("(?s)")
	for _, id := range []string{"1", "3", "4"} {
		all.WriteString(mark + " " + id + " [^\n]*" + said + ".*")
	}
	return all.String() + "Next: "
}

func (d *desk) healthy() error {
	if err := d.process("healthy", "ok", 300, 1000); err != nil {
		return err
	}
	if err := d.shown("console, healthy: first finding", 300, `Asking: [1-9]\d* of`); err != nil {
		return err
	}
	return d.shown("console, healthy: settled", 1000, settledBy(`\[✓\]`, "done by check"))
}

func (d *desk) silent() error {
	if err := d.process("no answer", "unknown", 300, 6000); err != nil {
		return err
	}
	if err := d.shown("console, no answer: settled", 6000, settledBy(`\[ \]`, "cannot tell")); err != nil {
		return err
	}
	// The clock of the checks that are out is drawn once a second. The silence that
	// ends a key's measurement is short, so that it stands in few of them.
	var took []float64
	for range d.runs {
		if err := d.anew(); err != nil {
			return err
		}
		x, err := d.run(d.console(), "-ready", firstRow, "-setup", "enter C", "-settle", "25ms", "-keys", "j*6 k*6", "-repeat", "6")
		if err != nil {
			return err
		}
		if x.Missed > 0 {
			return fmt.Errorf("%d keys changed nothing on the screen", x.Missed)
		}
		took = append(took, x.Frame.P95)
	}
	d.bound("console, no answer yet: key to frame p95", "ms", 50, median(took))
	return nil
}
