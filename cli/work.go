package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

// The commands that record work on an incident. Each says what it did and what
// comes next; 'unsent undo' takes the last of them back.

func (a *app) stepCommand() *cobra.Command {
	var done, undo, skip, problem bool
	var note, override string
	c := &cobra.Command{
		Use:   "step TARGET N",
		Short: "Record a step taken by hand",
		Long: "step records that step N of the incident's article was taken by hand: --done (also without a flag) when it found nothing wrong, " +
			"--problem when it found what is wrong, --skip when it was left out on purpose, --undo to open it again.",
		Example: "unsent step i1 3 --note 'valid, both permissions'\nunsent step i1 5 --problem --note 'template is paused'",
		Args:    need("TARGET", "N"),
		RunE: func(c *cobra.Command, args []string) error {
			state, given := model.StepDone, 0
			for _, flag := range []bool{done, undo, skip, problem} {
				if flag {
					given++
				}
			}
			if given > 1 {
				return usage("choose one", "a step is either --done, --problem, --skip or --undo")
			}
			switch {
			case undo:
				state = model.StepOpen
			case skip:
				state = model.StepSkipped
			case problem:
				state = model.StepProblem
			}
			rec := model.StepRecord{Step: args[1], State: state, By: "hand", At: a.Now().UTC(), Note: a.clean(note)}
			return a.with(c.Context(), func(s *store.Store) error { return a.step(c.Context(), s, args[0], rec, a.clean(override)) })
		},
	}
	fs := c.Flags()
	fs.BoolVar(&done, "done", false, "it was taken and found nothing wrong")
	fs.BoolVar(&problem, "problem", false, "it was taken and found what is wrong")
	fs.BoolVar(&skip, "skip", false, "it was left out on purpose")
	fs.BoolVar(&undo, "undo", false, "it is open again")
	fs.StringVar(&note, "note", "", "what was seen, as TEXT")
	fs.StringVar(&override, "override", "", "record it although the step is locked, =WHY; the audit trail says so")
	fs.Lookup("override").NoOptDefVal = "no reason given"
	return c
}

func (a *app) step(ctx context.Context, s *store.Store, arg string, rec model.StepRecord, override string) error {
	m, err := load(ctx, s, arg)
	if err != nil {
		return err
	}
	a.noteJoined(m.asked, m.Incident.ID)
	st, ok := m.Match.Article.Step(rec.Step)
	if !ok {
		return usage(stepHint(m.Match.Article), "the article for %s has no step %q", codeText(m.Incident.Code, m.Incident.Vendor, m.Incident.HTTP), rec.Step)
	}
	for _, t := range m.Steps {
		if t.ID != rec.Step || t.Lock == "" || rec.State == model.StepOpen || rec.State == model.StepSkipped {
			continue
		}
		if override == "" {
			return model.WithHint(fmt.Errorf("recording step %s: it is %s", rec.Step, t.Lock),
				"--override=WHY records it all the same, and the audit trail says why")
		}
		if err := s.Log(ctx, a.who(), "override", m.Incident.ID.String(), "step "+rec.Step+" taken although "+a.clean(t.Lock)+": "+override); err != nil {
			return err
		}
	}
	if err := s.SetStep(ctx, m.Incident.ID, rec, a.who()); err != nil {
		return err
	}
	if m, err = load(ctx, s, arg); err != nil {
		return err
	}
	if a.json {
		return a.printMatterJSON(m, false)
	}
	_, text := next(m, false)
	fmt.Fprintf(a.Stdout, "%s: step %s %s: %s\nNext: %s\n", m.Incident.ID, rec.Step, stepWords[rec.State], safe.Line(st.Title), safe.Line(text))
	return nil
}

var stepWords = map[model.StepState]string{
	model.StepDone: "is done", model.StepProblem: "found a problem", model.StepSkipped: "is skipped", model.StepOpen: "is open",
}

func stepHint(art kb.Article) string {
	var ids []string
	var add func([]kb.Step)
	add = func(steps []kb.Step) {
		for _, s := range steps {
			ids = append(ids, s.ID)
			add(s.Sub)
		}
	}
	add(art.Steps)
	return "its steps are " + strings.Join(ids, ", ")
}

func (a *app) stateCommand() *cobra.Command {
	var note, ticket string
	c := &cobra.Command{
		Use:     "state TARGET " + strings.ReplaceAll(stateNames(), ", ", "|"),
		Short:   "Say how far the work on an incident has come",
		Example: "unsent state i1 escalated --ticket 4711 --note 'sent to Direct Support'",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) != 1 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return strings.Split(stateNames(), ", "), cobra.ShellCompDirectiveNoFileComp
		},
		Args: need("TARGET", "a state: "+stateNames()),
		RunE: func(c *cobra.Command, args []string) error {
			to, ok := model.ParseCaseState(args[1])
			if !ok {
				return usage("the states are "+stateNames(), "%q is no state", args[1])
			}
			return a.onIncident(c.Context(), args[0], func(s *store.Store, inc model.Incident) (string, error) {
				return fmt.Sprintf("is %s (was %s)", to, inc.State), s.SetState(c.Context(), inc.ID, to, a.clean(note), a.clean(ticket), a.who())
			})
		},
	}
	c.Flags().StringVar(&note, "note", "", "why, as TEXT")
	c.Flags().StringVar(&ticket, "ticket", "", "the receiver's number for the escalation, ID")
	return c
}

func (a *app) noteCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "note TARGET TEXT",
		Short:   "Leave a note on an incident",
		Example: "unsent note i1 'customer says it began after the release'",
		Args:    need("TARGET", "TEXT"),
		RunE: func(c *cobra.Command, args []string) error {
			if strings.TrimSpace(args[1]) == "" {
				return usage("write it in quotes", "the note is empty")
			}
			return a.onIncident(c.Context(), args[0], func(s *store.Store, inc model.Incident) (string, error) {
				return "has a new note", s.AddNote(c.Context(), inc.ID, a.clean(args[1]), a.who())
			})
		},
	}
}

func (a *app) assignCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "assign TARGET [NAME]",
		Short:   "Give an incident to somebody; without NAME to nobody",
		Example: "unsent assign i1 alex\nunsent assign i1",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return need("TARGET")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			name, said := "", "is nobody's now"
			if len(args) == 2 && strings.TrimSpace(args[1]) != "" {
				name = a.clean(strings.TrimSpace(args[1]))
				said = "is given to " + safe.Line(name)
			}
			return a.onIncident(c.Context(), args[0], func(s *store.Store, inc model.Incident) (string, error) {
				return said, s.Assign(c.Context(), inc.ID, name, a.who())
			})
		},
	}
}

// onIncident does something to the incident of a target and says what.
func (a *app) onIncident(ctx context.Context, arg string, do func(*store.Store, model.Incident) (string, error)) error {
	return a.with(ctx, func(s *store.Store) error {
		inc, _, err := find(ctx, s, arg)
		if err != nil {
			return err
		}
		a.noteJoined(askedFor(arg, inc.ID), inc.ID)
		said, err := do(s, inc)
		if err != nil {
			return err
		}
		if a.json {
			m, err := load(ctx, s, arg)
			if err != nil {
				return err
			}
			return a.printMatterJSON(m, false)
		}
		fmt.Fprintf(a.Stdout, "%s %s\n", inc.ID, said)
		return nil
	})
}

func (a *app) undoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "undo",
		Short: "Take back the last change of a state, step, note, assignment or move",
		Args:  need(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *store.Store) error {
				what, err := s.Undo(c.Context(), a.who())
				return a.sayUndone("undo", "undone", what, err)
			})
		},
	}
}

func (a *app) redoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "redo",
		Short: "Do again what undo took back",
		Args:  need(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *store.Store) error {
				what, err := s.Redo(c.Context(), a.who())
				return a.sayUndone("do again", "done again", what, err)
			})
		},
	}
}

func (a *app) sayUndone(doing, verb, what string, err error) error {
	switch {
	case errors.Is(err, model.ErrNotFound):
		return model.WithHint(errors.New("there is nothing to "+doing), "only what "+a.who()+" did is taken back; 'unsent audit' shows it")
	case err != nil:
		return err
	}
	if a.json {
		return jsonLine(a.Stdout, map[string]string{"changed": what})
	}
	fmt.Fprintf(a.Stdout, "%s: %s\n", verb, safe.Line(what))
	return nil
}
