//go:build unix

// Command bench measures the program from outside, as its user meets it. It
// knows nothing of the program's packages and runs the binary that it is given.
//
//	bench gen -n 100000 -o failures.csv     invented failures, where no better generator is at hand
//	bench import -bin ./unsent FILE         records a second and memory of an import
//	bench frame -bin ./unsent -db FILE      time from start to the first whole screen
//	bench shell -bin ./unsent SMALL... LARGE  the import beside the sqlite3 shell
//	bench ui -bin ./unsent -db FILE         the console's goals, beside the least program of its framework
//
// run.sh puts the first three together, ui.sh the last with what it needs. To measure something else, add a file with one
// function and a line in main.
package main

import (
	"fmt"
	"os"
)

func main() {
	jobs := map[string]func([]string) error{"gen": gen, "import": importFile, "frame": frame, "shell": shell, "ui": screen}
	if len(os.Args) < 2 || jobs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: bench gen|import|frame|shell|ui [flags]")
		os.Exit(2)
	}
	if err := jobs[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
