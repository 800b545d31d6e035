// unsent is a terminal console for people who must find out why WhatsApp
// messages were not delivered. See package cli for the commands.
package main

import (
	"os"

	"unsent/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], cli.OS())) }
