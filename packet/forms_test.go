package packet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/kb"
	"unsent/model"
)

// TestForms holds every format to its form, for a tame and a hostile input.
func TestForms(t *testing.T) {
	for name, in := range map[string]Input{"tame": whole(), "hostile": hostile(), "huge": huge()} {
		for _, p := range []Profile{Meta, BSP, Public, Internal} {
			t.Run(name+" "+string(p), func(t *testing.T) {
				k := New(in, p)
				text, short, md, js := render(t, k, Text), render(t, k, Short), render(t, k, Markdown), render(t, k, JSON)
				for _, s := range []string{text, short} {
					for i := range len(s) {
						if c := s[i]; c >= 0x7f || c < 0x20 && c != '\n' {
							t.Fatalf("byte %#x in plain text", c)
						}
					}
				}
				for _, l := range strings.Split(text, "\n") {
					if len(l) > Columns {
						t.Errorf("%d columns: %q", len(l), l)
					}
				}
				if len(text) > TextLimit || len(short) > ShortLimit || len(md) > MarkdownLimit || len(js) > JSONLimit {
					t.Errorf("too long: text %d, short %d, Markdown %d, JSON %d", len(text), len(short), len(md), len(js))
				}
				for _, s := range []string{text, short, md, js} {
					if len(s) > ClipboardLimit || !strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "\n\n") {
						t.Errorf("does not end with one line feed, or is too long for a clipboard: %d", len(s))
					}
					for _, r := range s {
						if r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r == 0x200b {
							t.Fatalf("%U is in it", r)
						}
					}
				}
				var back map[string]any
				if err := json.Unmarshal([]byte(js), &back); err != nil {
					t.Fatalf("not JSON: %v", err)
				}
				if back["schema"] != Schema || back["sha256"] != k.Hash() {
					t.Errorf("schema %v, hash %v", back["schema"], back["sha256"])
				}
				if again, err := json.MarshalIndent(back, "", " "); err != nil || string(again)+"\n" != js {
					t.Error("the keys are not sorted")
				}
				checkMarkdown(t, md)
				if strings.Contains(js, "<") || strings.Contains(js, ">") {
					t.Error("JSON has angle brackets that a web page would act on")
				}
			})
		}
	}
}

// checkMarkdown reads the lines as a renderer would: fences close, outside of
// them there is no HTML, no mention, no link, and every table row has its cells.
func checkMarkdown(t *testing.T, md string) {
	t.Helper()
	fence := ""
	for _, l := range strings.Split(md, "\n") {
		if fence != "" {
			if l == fence {
				fence = ""
			} else if strings.HasPrefix(l, fence) {
				t.Errorf("a line inside closes the fence: %q", l)
			}
			continue
		}
		if strings.HasPrefix(l, "```") {
			fence = strings.TrimRight(l, "abcdefghijklmnopqrstuvwxyz")
			continue
		}
		if strings.HasPrefix(l, "- `") {
			continue // a code span
		}
		for i := range len(l) {
			bare := i == 0 || l[i-1] != '\\'
			switch {
			case (l[i] == '<' || l[i] == '>' || l[i] == '`' && !strings.HasPrefix(l, "sha256") || l[i] == '*' || l[i] == '[') && bare, l[i] == '@':
				t.Errorf("%q is active in %q", l[i], l)
			}
		}
		if strings.HasPrefix(l, "|") {
			if n := strings.Count(strings.ReplaceAll(l, `\|`, ""), "|"); n != 4 {
				t.Errorf("%d bars in the row %q", n, l)
			}
		}
	}
	if fence != "" {
		t.Error("a fence stays open")
	}
}

const nasty = "a\x1b]52;c;eA==\x07 \u202etxet\u202c ```\n``` | =cmd|' /C calc'!A0 </script><script>x</script> \r\n# Heading\n- @everyone [l](https://evil.example/x) \u200b\x00 \u009b31m ````` $(id) `id`"

func hostile() Input {
	in := whole()
	for i := range in.Samples {
		f := &in.Samples[i]
		f.Title, f.Details, f.Template, f.Language, f.Campaign = nasty, nasty, nasty, nasty, nasty
		f.WAMID, f.Trace, f.PhoneID, f.WABA, f.App, f.MessageID = nasty, nasty, nasty, nasty, nasty, nasty
		f.RecipientRaw = nasty
		body, _ := json.Marshal(map[string]any{"to": nasty, nasty: nasty, "type": nasty, "text": map[string]string{"body": nasty}, "error": map[string]string{"details": nasty}})
		f.Request, f.Response = string(body), string(body)
		if i%2 == 1 {
			f.Request, f.Response = nasty, nasty
		}
	}
	for d, s := range in.Scopes {
		s.Top = slices.Clone(s.Top)
		for i := range s.Top {
			s.Top[i].Value = fmt.Sprint(nasty, i)
		}
		in.Scopes[d] = s
	}
	in.Findings = []model.Finding{{Check: nasty, Verdict: model.Problem, Summary: nasty, Source: nasty, At: began}}
	in.Notes = []model.Note{{Text: nasty, At: began}}
	in.Causes = []model.CauseFinding{{Cause: nasty, Verdict: model.Possible}}
	in.Contact, in.Ticket, in.Workaround, in.Version = nasty, nasty, nasty, nasty
	in.Incident.Title, in.Match = nasty, kb.Match{Why: nasty}
	in.Steps[1].Note, in.Steps[1].By = nasty, nasty
	return in
}

func huge() Input {
	in := whole()
	long := strings.Repeat("word 15550107777 é😀 ", 1500)
	for n := range 30 {
		f := webhookFailure(n)
		f.Template, f.Details = fmt.Sprintf("template_%d_%s", n, strings.Repeat("x", 400)), long
		f.Request = fmt.Sprintf(`{"to":"%s","text":{"body":%q},"extra_%d":[%s1]}`, number(n), long, n, strings.Repeat("12345678,", 2000))
		f.Response = fmt.Sprintf(`{"error":{"message":%q,"code":131000,"n%d":1}}`, long, n)
		in.Samples = append(in.Samples, f)
	}
	for n := range 40 {
		in.Notes = append(in.Notes, model.Note{Text: long, At: began.Add(time.Duration(n) * time.Minute)})
		in.Findings = append(in.Findings, model.Finding{Check: fmt.Sprintf("check-%d", n), Verdict: model.OK, Summary: long, Source: long, At: began})
	}
	for i := range in.Steps {
		in.Steps[i].Note = long
	}
	for d, s := range in.Scopes {
		s.Top = slices.Clone(s.Top)
		for i := range s.Top {
			s.Top[i].Value = fmt.Sprintf("%d%s", i, long)
		}
		in.Scopes[d] = s
	}
	in.Workaround, in.Contact, in.Ticket, in.Incident.Title = long, long, long, long
	return in
}
