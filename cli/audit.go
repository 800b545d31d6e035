package cli

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

func (a *app) auditCommand() *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use:   "audit",
		Short: "What was done, by whom, when",
		Args:  need(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *store.Store) error { return a.audit(c.Context(), s, full) })
		},
	}
	c.Flags().BoolVar(&full, "full", false, "show details as they were written, which is what the hashes are over")
	c.AddCommand(&cobra.Command{
		Use:   "verify",
		Short: "Recompute the chain of hashes and name the first event that was changed",
		Args:  need(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *store.Store) error { return a.auditVerify(c.Context(), s) })
		},
	})
	return c
}

type eventJSON struct {
	N      int64     `json:"n"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	What   string    `json:"what"`
	Target string    `json:"target,omitzero"`
	Detail string    `json:"detail,omitzero"`
	Hash   string    `json:"hash"`
}

func (a *app) audit(ctx context.Context, s *store.Store, full bool) error {
	t := newTable(5, "N", "TIME (UTC)", "WHO", "WHAT", "TARGET", "DETAIL")
	const page = 500
	for after := int64(0); ; {
		events, err := s.Events(ctx, after, page)
		if err != nil {
			return err
		}
		for _, e := range events {
			if !full {
				e.Detail = safe.MaskText(e.Detail)
			}
			if after = e.N; a.json {
				if err := jsonLine(a.Stdout, eventJSON(e)); err != nil {
					return err
				}
				continue
			}
			t.add(strconv.FormatInt(e.N, 10), stamp(e.At), e.Who, e.What, e.Target, e.Detail)
		}
		if len(events) < page {
			break
		}
	}
	if !a.json {
		if len(t.rows) == 0 {
			fmt.Fprintln(a.Stdout, "Nothing was done yet.")
			return nil
		}
		t.print(a.Stdout)
	}
	return nil
}

func (a *app) auditVerify(ctx context.Context, s *store.Store) error {
	n, bad, err := s.VerifyAudit(ctx)
	switch {
	case err != nil:
		return err
	case bad != nil && a.json:
		if err := jsonLine(a.Stdout, map[string]any{"events": n, "whole": false, "first_bad": bad.N}); err != nil {
			return err
		}
	case bad == nil && a.json:
		return jsonLine(a.Stdout, map[string]any{"events": n, "whole": true})
	}
	if bad != nil {
		return model.WithHint(fmt.Errorf("verifying the audit trail: event %d (%s) is not as it was written", bad.N, stamp(bad.At)),
			"somebody changed the database by other means than this program; a backup shows what stood there")
	}
	fmt.Fprintf(a.Stdout, "The audit trail is whole: %s, each bound to the one before.\n", model.Count(int(n), "event", "events"))
	return nil
}

func (a *app) purgeCommand() *cobra.Command {
	var before string
	var yes bool
	c := &cobra.Command{
		Use:   "purge --before DATE",
		Short: "Delete old records for good",
		Long: "purge deletes the failed messages reported before DATE, with their payloads, for good. It says how many first and asks; " +
			"--yes answers in scripts. Messages without a time stay.",
		Example: "unsent purge --before 2026-01-01\nunsent purge --before 90d --yes",
		Args:    need(),
		RunE: func(c *cobra.Command, _ []string) error {
			if before == "" {
				return usage("write it as unsent purge --before 2026-01-01", "purge needs --before DATE")
			}
			t, err := parseWhen("before", before, a.Now())
			if err != nil {
				return err
			}
			return a.with(c.Context(), func(s *store.Store) error { return a.purge(c.Context(), s, t, yes) })
		},
	}
	c.Flags().StringVar(&before, "before", "", "older than this DATE or age (90d); a date means its first moment, UTC")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

func (a *app) purge(ctx context.Context, s *store.Store, before time.Time, yes bool) error {
	n, _, err := s.Count(ctx, model.Query{Until: before}, 1<<30)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%s reported before %s UTC", model.Count(n, "failed message", "failed messages"), stamp(before))
	if n > 0 && !yes {
		if !terminal(a.Stdin) || !terminal(a.Stderr) {
			return usage("add --yes if they shall go", "purge would delete %s and there is nobody to ask", what)
		}
		fmt.Fprintf(a.Stderr, "This deletes %s, for good.\nGo on? [y/N] ", what)
		answer, _ := bufio.NewReader(interruptible(ctx, a.Stdin)).ReadString('\n')
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w := strings.ToLower(strings.TrimSpace(answer)); w != "y" && w != "yes" {
			fmt.Fprintln(a.Stdout, "Nothing was deleted.")
			return nil
		}
	}
	if n, err = s.Purge(ctx, before); err != nil {
		return err
	}
	if a.json {
		return jsonLine(a.Stdout, map[string]any{"deleted": n, "before": before})
	}
	fmt.Fprintf(a.Stdout, "%s deleted.\n", model.Count(n, "failed message", "failed messages"))
	return nil
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "The version of the program and of its knowledge base",
		Args:  need(),
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				return jsonLine(a.Stdout, map[string]string{"version": version(), "kb": kb.Version()})
			}
			fmt.Fprintf(a.Stdout, "unsent %s, knowledge base of %s\n", version(), kb.Version())
			return nil
		},
	}
}
