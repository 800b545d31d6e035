package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

func (a *app) explainCommand() *cobra.Command {
	var helpful bool
	var missing string
	c := &cobra.Command{
		Use:     "explain CODE",
		Short:   "The knowledge-base article for an error code",
		Long:    "explain shows the article for a code of Meta's. It takes an HTTP status (503) and words to look for, too.",
		Example: "unsent explain 131000\nunsent explain 503\nunsent explain template paused",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return need("CODE")(c, args)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			m, err := a.lookUp(strings.Join(args, " "))
			if err != nil {
				return err
			}
			if helpful || missing != "" {
				return a.feedback(c.Context(), m.Article.ID, helpful, missing)
			}
			if a.json {
				return jsonLine(a.Stdout, toArticleJSON(m))
			}
			fmt.Fprint(a.Stdout, articleText(m.Article, textWidth(a.Stdout)))
			return nil
		},
	}
	c.Flags().BoolVar(&helpful, "helpful", false, "say that the article helped; kept on this machine")
	c.Flags().StringVar(&missing, "not-helpful", "", "say that it did not, and why, TEXT; kept on this machine")
	c.MarkFlagsMutuallyExclusive("helpful", "not-helpful")
	return c
}

// feedback keeps what somebody says of an article on the audit trail, as the
// screen does; 'unsent audit --json' exports it.
func (a *app) feedback(ctx context.Context, id string, helpful bool, missing string) error {
	detail := "yes"
	if !helpful {
		detail = "no: " + strings.TrimSpace(missing)
	}
	return a.filling(ctx, func(s *store.Store) error {
		if err := s.Log(ctx, a.who(), "feedback", "article "+id, a.clean(detail)); err != nil {
			return err
		}
		fmt.Fprintln(a.Stderr, "thank you; it is kept on this machine")
		return nil
	})
}

// mdLink is a link as the articles write it.
var mdLink = model.Pattern(`\[([^\]]+)\]\((https://[^)\s]+)\)`)

// unlinked writes links the way they read in plain text.
func unlinked(s string) string { return mdLink().ReplaceAllString(s, "$1 ($2)") }

// lookUp finds the article for what somebody typed: a code, an HTTP status, or
// words. Words that fit several articles are an error that lists them.
func (a *app) lookUp(what string) (kb.Match, error) {
	if c, ok := model.ParseCode(what); ok {
		if m := kb.For(kb.Facts{Code: c}); m.Known {
			return m, nil
		}
		if n, _ := strconv.Atoi(string(c)); n >= 100 && n < 600 {
			if m := kb.For(kb.Facts{HTTP: n}); m.Known {
				return m, nil
			}
		}
		return kb.Match{}, model.WithHint(fmt.Errorf("explaining %s: Meta's list of %s has no such code", what, kb.Version()),
			"is it another system's code? Words of its title work too: unsent explain service unavailable")
	}
	found := kb.Search(what)
	switch {
	case len(found) == 0:
		return kb.Match{}, model.WithHint(fmt.Errorf("explaining %q: no article has these words", what), "try fewer words, or the code")
	case len(found) == 1:
		return kb.Match{Article: found[0], Known: true, Rule: "search", Why: "found by its words"}, nil
	}
	var names []string
	for _, art := range found[:min(10, len(found))] {
		names = append(names, art.ID+" "+art.Title)
	}
	more := ""
	if len(found) > len(names) {
		more = fmt.Sprintf(" and %d more", len(found)-len(names))
	}
	return kb.Match{}, model.WithHint(fmt.Errorf("explaining %q: %d articles have these words", what, len(found)),
		"name the code of one: "+strings.Join(names, "; ")+more)
}

// articleText is an article for reading in a terminal or a file.
func articleText(art kb.Article, cols int) string {
	var b strings.Builder
	para := func(text, indent string) {
		if text = unlinked(strings.TrimSpace(safe.Text(text))); text != "" {
			fmt.Fprintf(&b, "%s\n", wrap(text, indent, cols))
		}
	}
	title := func(s string) { fmt.Fprintf(&b, "\n%s\n", s) }
	var codes []string
	for _, c := range art.Codes {
		codes = append(codes, string(c))
	}
	fmt.Fprintf(&b, "%s  %s\n%s\n", strings.Join(codes, ", "), art.Title, art.Verdict)
	para(art.Summary, "")
	for _, s := range art.Sections {
		if s.Key == "lead" {
			b.WriteString("\n")
		} else {
			title(s.Title)
		}
		para(s.Body, "  ")
	}
	if len(art.Causes) > 0 {
		title("Causes")
		for _, c := range art.Causes {
			para(fmt.Sprintf("%d %s", c.N, c.Title), "  ")
			para(c.Body, "    ")
		}
	}
	if len(art.Steps) > 0 {
		title("Steps")
		articleSteps(&b, art.Steps, "  ", cols)
	}
	if len(art.Prevent) > 0 {
		title("How to prevent it")
		for _, s := range art.Prevent {
			para(s.Title, "  ")
			para(s.Body, "    ")
		}
	}
	if len(art.Replies) > 0 {
		title("What to answer the customer")
		for _, r := range art.Replies {
			para(r.Question, "  ")
			para(r.Text, "    ")
		}
	}
	if len(art.Conflicts) > 0 {
		title("Where the sources disagree")
		for _, c := range art.Conflicts {
			para("Article: "+c.Article, "  ")
			para("Meta: "+c.Meta, "  ")
			para("Here: "+c.We+" ("+c.Source+")", "  ")
		}
	}
	if len(art.Related) > 0 {
		title("Related")
		for _, r := range art.Related {
			para(string(r.Code)+" "+r.Why, "  ")
		}
	}
	if len(art.Sources) > 0 {
		title("Sources")
		for _, s := range art.Sources {
			para(strings.TrimSpace(s.Name+" "+s.Date), "  ")
			fmt.Fprintf(&b, "    %s\n", s.URL)
		}
	}
	if art.Checked != "" {
		fmt.Fprintf(&b, "\nFacts compared with their sources on %s.\n", art.Checked)
	}
	return b.String()
}

func articleSteps(b *strings.Builder, steps []kb.Step, indent string, cols int) {
	for _, s := range steps {
		fmt.Fprintln(b, wrap(s.ID+" "+s.Title, indent, cols))
		if body := strings.TrimSpace(s.Body); body != "" {
			fmt.Fprintln(b, wrap(unlinked(safe.Text(body)), indent+"  ", cols))
		}
		if s.Open != "" {
			fmt.Fprintf(b, "%s  page: %s\n", indent, s.Open)
		}
		articleSteps(b, s.Sub, indent+"  ", cols)
	}
}

type articleJSON struct {
	ID       string        `json:"id"`
	Codes    []model.Code  `json:"codes"`
	HTTP     []int         `json:"http,omitempty"`
	Title    string        `json:"title"`
	Verdict  string        `json:"verdict"`
	Summary  string        `json:"summary"`
	Sections []sectionJSON `json:"sections"`
	Causes   []causeJSON   `json:"causes"`
	Steps    []stepJSON    `json:"steps"`
	Replies  []replyJSON   `json:"replies,omitempty"`
	Sources  []sourceJSON  `json:"sources"`
	Checked  string        `json:"checked,omitzero"`
	Made     bool          `json:"generated,omitzero"`
}

type sectionJSON struct {
	Key   string `json:"key"`
	Title string `json:"title,omitzero"`
	Body  string `json:"body"`
}

type causeJSON struct {
	N     int    `json:"n"`
	Cause string `json:"cause"`
	Title string `json:"title"`
	Body  string `json:"body"`
}

type stepJSON struct {
	Step   string     `json:"step"`
	Title  string     `json:"title"`
	Body   string     `json:"body"`
	Checks []string   `json:"checks,omitempty"`
	Open   string     `json:"open,omitzero"`
	Steps  []stepJSON `json:"steps,omitempty"`
}

type replyJSON struct {
	Key      string `json:"key"`
	Question string `json:"question"`
	Text     string `json:"text"`
}

type sourceJSON struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Date string `json:"date,omitzero"`
}

func toArticleJSON(m kb.Match) articleJSON {
	art := m.Article
	j := articleJSON{
		ID: art.ID, Codes: orEmpty(art.Codes), HTTP: art.HTTP, Title: art.Title, Verdict: art.Verdict, Summary: art.Summary,
		Sections: []sectionJSON{}, Causes: []causeJSON{}, Sources: []sourceJSON{}, Checked: art.Checked, Made: art.Generated,
	}
	for _, s := range append(append([]kb.Section{}, art.Sections...), art.Prevent...) {
		j.Sections = append(j.Sections, sectionJSON(s))
	}
	for _, c := range art.Causes {
		j.Causes = append(j.Causes, causeJSON{c.N, c.Key, c.Title, c.Body})
	}
	j.Steps = toStepsJSON(art.Steps)
	for _, r := range art.Replies {
		j.Replies = append(j.Replies, replyJSON(r))
	}
	for _, s := range art.Sources {
		j.Sources = append(j.Sources, sourceJSON(s))
	}
	return j
}

func toStepsJSON(steps []kb.Step) []stepJSON {
	out := []stepJSON{}
	for _, s := range steps {
		out = append(out, stepJSON{s.ID, s.Title, s.Body, s.Checks, s.Open, toStepsJSON(s.Sub)})
	}
	return out
}
