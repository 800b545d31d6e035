//go:build unix

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// frame starts the console in a terminal of its own again and again and prints
// how long it takes from the start until the screen shows what it is to show.
func frame(args []string) error {
	fs := flag.NewFlagSet("frame", flag.ExitOnError)
	bin := fs.String("bin", "./unsent", "the program")
	db := fs.String("db", "", "the database")
	runs := fs.Int("runs", 7, "how often")
	want := fs.String("want", "131000", "what the first whole screen shows")
	cols := fs.Int("cols", 120, "columns")
	rows := fs.Int("rows", 40, "rows")
	fs.Parse(args)
	var took []time.Duration
	var memory float64
	for range *runs {
		d, mb, err := firstFrame(*bin, *db, *want, *cols, *rows)
		if err != nil {
			return err
		}
		took = append(took, d)
		memory = max(memory, mb)
	}
	slices.Sort(took)
	fmt.Printf("first frame   %d ms median, %d best, %d worst of %d at %dx%d\n",
		took[len(took)/2].Milliseconds(), took[0].Milliseconds(), took[len(took)-1].Milliseconds(), len(took), *cols, *rows)
	fmt.Printf("  memory      %.0f MB at its peak\n", memory)
	return nil
}

// firstFrame starts the console once and ends it when the screen shows want.
func firstFrame(bin, db, want string, cols, rows int) (time.Duration, float64, error) {
	cmd := exec.Command(bin, "--db", db)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "SSH_TTY=bench")
	emu := vt.NewEmulator(cols, rows)
	begun := time.Now()
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	// A program that asks the terminal for its colours waits for the answer.
	go func() {
		buf := make([]byte, 1024)
		for {
			n, err := emu.Read(buf)
			if err != nil {
				return
			}
			f.Write(buf[:n])
		}
	}()
	late := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer late.Stop()
	var took time.Duration
	buf := make([]byte, 32<<10)
	for {
		n, err := f.Read(buf)
		emu.Write(buf[:n])
		if took == 0 && strings.Contains(ansi.Strip(emu.Render()), want) {
			took = time.Since(begun)
			cmd.Process.Signal(os.Interrupt)
			time.AfterFunc(2*time.Second, func() { cmd.Process.Kill() })
		}
		if err != nil {
			break
		}
	}
	cmd.Wait()
	if took == 0 {
		return 0, 0, fmt.Errorf("the screen never showed %q; it is:\n%s", want, ansi.Strip(emu.Render()))
	}
	return took, peak(cmd.ProcessState), nil
}
