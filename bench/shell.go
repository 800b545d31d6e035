//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A load is one import: what it took, and what for.
type load struct {
	wall, cpu time.Duration
	peak      float64 // MB
	rows      int
	size      int64 // of the database
}

// shell imports files with the program and the largest also with the sqlite3
// shell, in turn, and prints medians and ratios. What the shell makes can answer
// where a message, a time, a code, a recipient or a template is; ours can too, and
// is searchable and counted besides.
func shell(args []string) error {
	fs := flag.NewFlagSet("shell", flag.ExitOnError)
	bin := fs.String("bin", "./unsent", "the program")
	dir := fs.String("dir", "", "folder for the databases; a file system in memory gives steadier numbers")
	pairs := fs.Int("pairs", 5, "how often each is measured")
	dirty := fs.String("dirty", "", "the last file with damaged rows in it")
	fs.Parse(args)
	if fs.NArg() == 0 {
		return fmt.Errorf("shell needs files, the largest last")
	}
	work, err := os.MkdirTemp(*dir, "unsent-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	largest := fs.Arg(fs.NArg() - 1)

	var per []float64 // rows a second by file
	fmt.Printf("%-28s %9s %9s %9s %8s %9s\n", "medians", "wall s", "CPU s", "rows/s", "peak MB", "file MB")
	for _, file := range fs.Args()[:fs.NArg()-1] {
		l, err := middleOf(*pairs, func() (load, error) { return ours(*bin, work, file) })
		if err != nil {
			return err
		}
		per = append(per, l.rate())
		l.print(filepath.Base(file))
	}
	var mine, theirs, harmed []load
	for range *pairs {
		a, err := ours(*bin, work, largest)
		if err != nil {
			return err
		}
		b, err := indexed(work, largest, a.rows)
		if err != nil {
			return err
		}
		mine, theirs = append(mine, a), append(theirs, b)
		if *dirty == "" {
			continue
		}
		c, err := ours(*bin, work, *dirty)
		if err != nil {
			return err
		}
		harmed = append(harmed, c)
	}
	mid(mine).print(filepath.Base(largest))
	mid(theirs).print("sqlite3 .import, 5 indexes")
	fmt.Printf("\n%-44s %.2f\n", "wall, ours to the shell's (median of pairs)", ratio(mine, theirs))
	if *dirty != "" {
		mid(harmed).print(filepath.Base(*dirty))
		fmt.Printf("%-44s %.2f\n", "wall, damaged file to the whole one", ratio(harmed, mine))
	}
	for i, r := range per {
		fmt.Printf("%-44s %.2f\n", "rows/s, "+filepath.Base(largest)+" to "+filepath.Base(fs.Arg(i)), mid(mine).rate()/r)
	}
	return nil
}

func (l load) rate() float64 { return float64(l.rows) / l.wall.Seconds() }

func (l load) print(what string) {
	fmt.Printf("%-28s %9.2f %9.2f %9.0f %8.0f %9.1f\n", what, l.wall.Seconds(), l.cpu.Seconds(), l.rate(), l.peak, float64(l.size)/1e6)
}

func middleOf(n int, measure func() (load, error)) (load, error) {
	var all []load
	for range n {
		l, err := measure()
		if err != nil {
			return l, err
		}
		all = append(all, l)
	}
	return mid(all), nil
}

func mid(all []load) load {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b load) int { return int(a.wall - b.wall) })
	return all[len(all)/2]
}

// ratio is the median of the ratios of runs that came one after the other.
func ratio(a, b []load) float64 {
	var all []float64
	for i := range a {
		all = append(all, a[i].wall.Seconds()/b[i].wall.Seconds())
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func run(cmd *exec.Cmd, db string) (load, error) {
	cmd.Stderr = os.Stderr
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		return load{}, fmt.Errorf("running %s: %w", filepath.Base(cmd.Path), err)
	}
	l := load{wall: time.Since(begun), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak: peak(cmd.ProcessState)}
	for _, name := range []string{db, db + "-wal", db + "-shm"} {
		if info, err := os.Stat(name); err == nil {
			l.size += info.Size()
		}
		os.Remove(name)
	}
	return l, nil
}

// ours imports a file with the program.
func ours(bin, dir, file string) (load, error) {
	db := filepath.Join(dir, "ours.db")
	cmd := exec.Command(bin, "import", "--json", "--db", db, file)
	var out bytes.Buffer
	cmd.Stdout = &out
	l, err := run(cmd, db)
	if err != nil {
		return l, err
	}
	var said struct{ Read, Stored int }
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		return l, fmt.Errorf("reading what import said: %w", err)
	}
	if said.Stored == 0 {
		return l, fmt.Errorf("import stored nothing: that measures nothing")
	}
	l.rows = said.Read
	return l, nil
}

// indexed imports a file with the sqlite3 shell into a table of texts that has
// five indexes from the start.
func indexed(dir, file string, rows int) (load, error) {
	f, err := os.Open(file)
	if err != nil {
		return load{}, err
	}
	line, err := bufio.NewReader(f).ReadString('\n')
	f.Close()
	if err != nil {
		return load{}, fmt.Errorf("reading the header of %s: %w", file, err)
	}
	header := strings.Split(strings.TrimSpace(line), ",") // the generator's: nothing in it is quoted
	for i, h := range header {
		header[i] = `"` + h + `" TEXT`
	}
	db := filepath.Join(dir, "shell.db")
	cmd := exec.Command("sqlite3", db)
	cmd.Stdin = strings.NewReader("CREATE TABLE failure (" + strings.Join(header, ", ") + `);
CREATE UNIQUE INDEX f1 ON failure (message_id);
CREATE INDEX f2 ON failure (timestamp);
CREATE INDEX f3 ON failure (error_code, timestamp);
CREATE INDEX f4 ON failure ("to", timestamp);
CREATE INDEX f5 ON failure (template_name, error_code);
.mode csv
.import --skip 1 '` + file + "' failure\n")
	l, err := run(cmd, db)
	l.rows = rows
	return l, err
}
