//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// importFile imports a file into a new database and prints what it took.
func importFile(args []string) error {
	fs := flag.NewFlagSet("import", flag.ExitOnError)
	bin := fs.String("bin", "./unsent", "the program")
	db := fs.String("db", "", "keep the database in this file")
	fs.Parse(args)
	if fs.NArg() != 1 {
		return fmt.Errorf("import needs one file")
	}
	if *db == "" {
		dir, err := os.MkdirTemp("", "unsent-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		*db = filepath.Join(dir, "bench.db")
	}
	cmd := exec.Command(*bin, "import", "--json", "--db", *db, fs.Arg(0))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	wall := time.Since(begun)
	var said struct{ Read, Stored, Rejected int }
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		return fmt.Errorf("reading what import said: %w", err)
	}
	if said.Read == 0 || said.Stored == 0 {
		return fmt.Errorf("import stored %d of %d records: that measures nothing", said.Stored, said.Read)
	}
	size := int64(0)
	if info, err := os.Stat(*db); err == nil {
		size = info.Size()
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	fmt.Printf("import        %d records, %d stored, %d rejected\n", said.Read, said.Stored, said.Rejected)
	fmt.Printf("  wall        %.2f s, %.0f records/s\n", wall.Seconds(), float64(said.Read)/wall.Seconds())
	fmt.Printf("  processor   %.2f s, %.0f records per CPU second\n", cpu.Seconds(), float64(said.Read)/cpu.Seconds())
	fmt.Printf("  memory      %.0f MB at its peak\n", peak(cmd.ProcessState))
	fmt.Printf("  database    %.1f MB, %.0f bytes a record\n", float64(size)/1e6, float64(size)/float64(said.Read))
	return nil
}

// peak is the largest resident set of an ended process in megabytes. Linux
// counts it in kilobytes, macOS in bytes.
func peak(p *os.ProcessState) float64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / 1e6
	}
	return float64(usage.Maxrss) * 1024 / 1e6
}
