package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

func (a *app) listCommand() *cobra.Command {
	var (
		f        filters
		full     bool
		force    bool
		csv      string
		incident string
		texts    bool
	)
	c := &cobra.Command{
		Use:   "list",
		Short: "Failed messages, newest first",
		Long: "list shows failed messages, newest first. Recipients' numbers and what contains them are masked unless --full asks for them; " +
			"the masked form of a wamid is a label, while the id in the first column names the message to every command.\n\n" +
			"--search looks for words and ids. When no message has them it looks through all texts for any part of one: requests, responses, " +
			"rows of the file; what it finds comes with the last loaded first. --texts does that at once.",
		Example: "unsent list --code 131000 --since 2h\nunsent list --search timeout --json --limit 0\nunsent list --code 131047 --csv window.csv",
		Args:    need(),
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := f.query(a.Now())
			if err != nil {
				return err
			}
			if incident != "" {
				t, err := model.ParseTarget(incident)
				if err != nil || t.Incident == 0 {
					return usage("write i7 for incident 7", "--incident %q names no incident", incident)
				}
				q.Incident = t.Incident
			}
			if texts && !longEnough(q.Search) {
				return usage(fmt.Sprintf("give --search %d characters or more", model.GrepMin), "--texts needs a text to look for")
			}
			if csv == "-" && a.json {
				return usage("leave one of them out", "--csv - and --json both want standard output")
			}
			if csv != "" && !c.Flags().Changed("limit") {
				f.limit = 0 // a file without the rest would be taken for the whole
			}
			return a.with(c.Context(), func(s *store.Store) error {
				all := a.search(s, q, f.limit, texts)
				if csv != "" {
					return a.listCSV(c.Context(), all, full, csv, force)
				}
				return a.list(c.Context(), s, all, full)
			})
		},
	}
	f.register(c, 200)
	c.Flags().StringVar(&incident, "incident", "", "only of this incident, i7")
	c.Flags().BoolVar(&texts, "texts", false, "look for --search in requests, responses and rows of the file at once")
	c.Flags().BoolVar(&full, "full", false, "show recipients and wamids unmasked")
	c.Flags().StringVar(&csv, "csv", "", "write all of it to FILE, safe to open in a spreadsheet; '-' is standard output")
	c.Flags().BoolVar(&force, "force", false, "overwrite the file of --csv")
	return c
}

// eachFailure hands over up to limit failures, all when limit is 0, page by
// page, and reports whether there are more.
func eachFailure(ctx context.Context, s *store.Store, q model.Query, limit int, do func(*model.Failure) error) (n int, more bool, err error) {
	const page = 500
	for {
		q.Limit = page
		if limit > 0 {
			q.Limit = min(page, limit-n+1) // one beyond tells whether there are more
		}
		got, err := s.Failures(ctx, q)
		if err != nil {
			return n, false, err
		}
		for i := range got {
			if limit > 0 && n == limit {
				return n, true, nil
			}
			if err := do(&got[i]); err != nil {
				return n, false, err
			}
			n++
		}
		if len(got) < q.Limit {
			return n, false, nil
		}
		q.From = model.CursorOf(&got[len(got)-1])
	}
}

func (a *app) list(ctx context.Context, s *store.Store, all messages, full bool) error {
	t := newTable(5, "ID", "INCIDENT", "TIME (UTC)", "CODE", "RECIPIENT", "TITLE", "TEMPLATE", "FLAGS")
	n, more, err := all(ctx, func(f *model.Failure) error {
		if a.json {
			return jsonLine(a.Stdout, maskFailure(*f, full))
		}
		m := maskFailure(*f, full)
		t.add(f.ID.String(), f.Incident.String(), stamp(f.At), codeText(f.Code, f.Vendor, f.HTTPStatus), m.Recipient,
			firstText(m.Title, m.Message, m.Details), strings.TrimSuffix(m.Template+" / "+m.Language, " / "), flagText(f.Flags))
		return nil
	})
	if err != nil {
		return err
	}
	if !a.json {
		if n == 0 {
			return a.sayEmpty(ctx, s)
		}
		t.print(a.Stdout)
	}
	if more {
		fmt.Fprintf(a.Stderr, "%s shown, there are more: --limit 0 shows all\n", model.Count(n, "message", "messages"))
	}
	return nil
}

func firstText(all ...string) string {
	for _, s := range all {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

func flagText(flags []model.Flag) string {
	var words []string
	for _, f := range flags {
		words = append(words, string(f))
	}
	return strings.Join(words, ", ")
}

var csvHead = []string{
	"id", "incident", "at", "code", "vendor", "title", "message", "details", "subcode", "http_status", "fbtrace_id",
	"wamid", "message_id", "recipient", "sender", "phone_number_id", "waba_id", "app_id", "template", "language", "kind",
	"campaign", "status", "flags", "source_file", "source_line",
}

// listCSV writes the messages to a file that only its owner can read, or to
// standard output.
func (a *app) listCSV(ctx context.Context, all messages, full bool, name string, force bool) error {
	if name == "-" {
		_, err := writeCSV(ctx, all, full, a.Stdout)
		return err
	}
	if err := unused(name, force); err != nil {
		return err
	}
	n := 0
	err := writePrivate(name, func(w io.Writer) (err error) {
		n, err = writeCSV(ctx, all, full, w)
		return err
	})
	if err != nil {
		return err
	}
	if a.json {
		return jsonLine(a.Stdout, map[string]any{"file": name, "messages": n, "masked": !full})
	}
	fmt.Fprintf(a.Stdout, "%s written to %s\n", model.Count(n, "message", "messages"), safe.Line(name))
	return nil
}

func writeCSV(ctx context.Context, all messages, full bool, w io.Writer) (int, error) {
	out := safe.CSV(w)
	if err := out.Write(csvHead); err != nil {
		return 0, err
	}
	n, _, err := all(ctx, func(f *model.Failure) error {
		m := maskFailure(*f, full)
		at, http := "", ""
		if !m.At.IsZero() {
			at = m.At.UTC().Format("2006-01-02T15:04:05Z")
		}
		if m.HTTPStatus != 0 {
			http = strconv.Itoa(m.HTTPStatus)
		}
		return out.Write([]string{
			m.ID.String(), m.Incident.String(), at, string(m.Code), m.Vendor.String(), m.Title, m.Message, m.Details, m.Subcode,
			http, m.Trace, m.WAMID, m.MessageID, m.Recipient, m.Sender, m.PhoneID, m.WABA, m.App, m.Template, m.Language, m.Kind,
			m.Campaign, m.Status, flagText(m.Flags), m.Source.File, strconv.Itoa(m.Source.Line),
		})
	})
	if err != nil {
		return n, err
	}
	return n, out.Flush()
}
