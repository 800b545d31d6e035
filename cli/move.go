package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/store"
)

func (a *app) moveCommand() *cobra.Command {
	var to string
	var back bool
	c := &cobra.Command{
		Use:   "move MESSAGE... --to INCIDENT|new",
		Short: "Move messages to another incident by hand",
		Long: "move says that messages belong to another incident than the log makes of them, or to a new one. They stay there whatever is " +
			"loaded later. --undo lets them be where the log puts them again; 'unsent undo' takes the last move back.",
		Example: "unsent move m12 m15 --to i7\nunsent move m12 --to new\nunsent move m12 --undo",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return nil
			}
			return need("MESSAGE")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if back == (to != "") {
				return usage("it is used as: "+c.UseLine(), "move needs either --to or --undo")
			}
			var target model.Target
			if to != "" && to != "new" {
				var err error
				if target, err = model.ParseTarget(to); err != nil || target.Incident == 0 {
					return usage("write i7 for incident 7, or new", "--to %q names no incident", to)
				}
			}
			return a.with(c.Context(), func(s *store.Store) error { return a.move(c.Context(), s, args, target.Incident, back) })
		},
	}
	c.Flags().StringVar(&to, "to", "", "the INCIDENT that they belong to, or 'new'")
	c.Flags().BoolVar(&back, "undo", false, "back to where the log puts them")
	return c
}

func (a *app) move(ctx context.Context, s *store.Store, args []string, to model.IncidentID, back bool) error {
	var messages []model.MessageID
	for _, arg := range args {
		_, f, err := find(ctx, s, arg)
		if err != nil {
			return err
		}
		if f == nil {
			return usage("'unsent list --incident "+arg+"' lists its messages", "%q is an incident, and move takes messages", arg)
		}
		messages = append(messages, f.ID)
	}
	var m model.Move
	var err error
	if back {
		m, err = s.MoveBack(ctx, messages, a.who())
	} else {
		if to != 0 {
			if _, _, err := find(ctx, s, to.String()); err != nil {
				return err
			}
		}
		m, err = s.Move(ctx, messages, to, a.who())
	}
	if err != nil {
		return err
	}
	if to != 0 {
		a.noteJoined(askedFor(to.String(), m.To), m.To)
	}
	if a.json {
		return jsonLine(a.Stdout, m)
	}
	said := ""
	if m.Already > 0 {
		said = "; " + model.Count(m.Already, "was there already", "were there already")
		if back {
			said = "; " + model.Count(m.Already, "was not moved", "were not moved")
		}
	}
	fmt.Fprintf(a.Stdout, "moved: %s%s\n", m, said)
	return nil
}

// movedText is how a message came to its incident by hand, empty where it did not.
func movedText(m model.Moved) string {
	if m.From == 0 {
		return ""
	}
	return "here by hand, from " + m.From.String() + ", by " + m.Who + " at " + stamp(m.At) + " UTC"
}

// movedCounts tells of the messages that were moved to an incident and away from it.
func movedCounts(c *model.Case) string {
	var said []string
	if n := c.MovedHere; n > 0 {
		said = append(said, model.Count(n, "message", "messages")+" here by hand")
	}
	if n := c.MovedAway; n > 0 {
		said = append(said, model.Count(n, "message", "messages")+" to another incident by hand; how the fault looks in the log is told with these")
	}
	return strings.Join(said, ", ")
}
