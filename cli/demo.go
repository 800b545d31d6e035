package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"unsent/ingest"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

func (a *app) demoCommand() *cobra.Command {
	var data string
	c := &cobra.Command{
		Use:   "demo",
		Short: "The console on invented data; nothing of yours is touched",
		Long: "demo opens the console on invented failures of the last hours, in a database of its own that is removed at the end. " +
			"Its checks are answered by a pretend Meta inside the program; no network is used. With --data the invented logs are written to files instead, to try 'unsent import' with.",
		Args: need(),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("db") {
				return usage("leave --db out", "the demo has a database of its own")
			}
			if data != "" {
				return a.writeDemo(data)
			}
			return a.demo(c.Context())
		},
	}
	c.Flags().StringVar(&data, "data", "", "write the invented logs into this FOLDER instead")
	return c
}

// demo runs the console on invented data in a folder of its own. Packets and
// lists that are made in it stay, since the screen names their files; the rest goes.
func (a *app) demo(ctx context.Context) (err error) {
	if err := a.canDraw(); err != nil {
		return err
	}
	home, err := a.demoFolder()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(home, "run-")
	if err != nil {
		return fmt.Errorf("making a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "demo.db")
	s, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := a.settle(ctx, s); err != nil {
		return err
	}
	if err := a.loadDemo(ctx, s); err != nil {
		return err
	}
	stop, err := a.pretend(ctx, s, demoDelay)
	if err != nil {
		return err
	}
	defer stop()
	d := a.deps(s, filepath.Join(home, "demo.db"))
	d.Demo, d.DBName = true, "demo"
	return a.runScreen(ctx, filepath.Join(home, "demo.db"), d)
}

// demoFolder is beside the agent's data, never in it. Runs that were killed more
// than a day ago are swept out.
func (a *app) demoFolder() (string, error) {
	home := a.dataFolder()
	if home == "" {
		home = filepath.Join(os.TempDir(), "unsent")
	}
	home = filepath.Join(home, "demo")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for the demo: %w", err)
	}
	old, _ := filepath.Glob(filepath.Join(home, "run-*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && a.Now().Sub(info.ModTime()) > 24*time.Hour {
			os.RemoveAll(dir)
		}
	}
	return home, nil
}

// loadDemo sends the invented logs through the same path as any file.
func (a *app) loadDemo(ctx context.Context, s *store.Store) error {
	for _, f := range demoFiles(a.Now()) {
		r, err := ingest.Open(ctx, f.reader(), f.name, a.ingestOptions())
		if err != nil {
			return fmt.Errorf("loading the demo: %w", err)
		}
		imp, err := s.Import(ctx, r, a.importOptions(nil, false))
		r.Close()
		if err != nil {
			return fmt.Errorf("loading the demo: %w", err)
		}
		if imp.Rejected > 0 {
			return fmt.Errorf("loading the demo: %d records of %s were not understood", imp.Rejected, f.name)
		}
	}
	return nil
}

// writeDemo writes the invented logs into a folder.
func (a *app) writeDemo(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder: %w", err)
	}
	for _, f := range demoFiles(a.Now()) {
		name := filepath.Join(dir, f.name)
		if exists(name) {
			return model.WithHint(fmt.Errorf("writing %s: it is there already", name), "name another folder with --data")
		}
		if err := os.WriteFile(name, f.text, 0o600); err != nil {
			return fmt.Errorf("writing the demo: %w", err)
		}
		if a.json {
			if err := jsonLine(a.Stdout, map[string]any{"file": name, "bytes": len(f.text)}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(a.Stdout, safe.Line(name))
	}
	return nil
}
