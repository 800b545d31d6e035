//go:build unix

// Command bench measures the program from outside, as its user meets it. It runs
// the binary that it is given and knows nothing of its packages, but for the pretend
// Meta that the program's checks are to ask.
//
//	bench gen -n 100000 -o failures.csv     invented failures, where no better generator is at hand
//	bench import -bin ./unsent FILE         records a second and memory of an import
//	bench frame -bin ./unsent -db FILE      time from start to the first whole screen
//	bench shell -bin ./unsent SMALL... LARGE  the import beside the sqlite3 shell
//	bench ui -bin ./unsent -db FILE         the console's goals, beside the least program of its framework
//	bench checks -bin ./unsent              the live checks, against a Meta that takes its time and one that never answers
//
// run.sh puts the first three together; shell.sh, ui.sh and checks.sh bring what the others need. To measure something
// else, add a file with one function and a line in main.
package main

import (
	"fmt"
	"os"
)

func main() {
	jobs := map[string]func([]string) error{"gen": gen, "import": importFile, "frame": frame, "shell": shell, "ui": screen, "checks": checks}
	if len(os.Args) < 2 || jobs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: bench gen|import|frame|shell|ui|checks [flags]")
		os.Exit(2)
	}
	if err := jobs[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
