package ingest

import (
	"strings"

	"unsent/model"
)

// evidence finds the error of a draft: Meta's code by the best evidence there
// is (a column of codes, an error object, a sentence, another system's code, a
// title), whose code it is, and the texts.
func (p *interpreter) evidence(d *draft, r *model.Record) {
	p.errorColumn(d)
	if n := atoi(d.v[fHTTP]); n >= 100 && n < 600 {
		r.HTTPStatus = n
	}
	r.Title, r.Message, r.Details = d.v[fTitle], d.v[fMessage], d.v[fDetails]
	for _, f := range []field{fComment, fText} {
		p.useText(d, r, f)
	}
	r.Title = p.intern(r.Title)

	p.codeColumn(d, r)
	if code, ok := model.ParseCode(d.object); ok && r.Code == "" {
		if n, _ := code.Int(); d.v[fTrace] == "" && onPremises(n) {
			r.Vendor = model.Vendor{System: "on-prem", Code: p.intern(string(code))}
		} else {
			r.Code, r.CodeFrom = code, model.FromJSON
		}
	}
	if r.Code == "" {
		p.codeFromText(d, r)
	}
	if r.Code == "" && r.Vendor != (model.Vendor{}) {
		if code, ok := translate(r.Vendor); ok {
			r.Code, r.CodeFrom = code, model.FromVendor
		}
	}
	if r.Code == "" {
		p.codeFromTitle(r)
	}
	if r.HTTPStatus == 0 && r.Code == "" {
		for _, s := range []string{r.Message, r.Title, r.Details} {
			if n := httpInText(s); n != 0 {
				r.HTTPStatus = n
				break
			}
		}
	}
	p.nameIt(r)
	if d.also != "" {
		if r.Details != "" {
			r.Details += "\n"
		}
		r.Details += "Also reported: " + d.also
	}
}

// errorColumn tells what a column called "error" holds: yellow.ai writes a code
// there, everybody else a text.
func (p *interpreter) errorColumn(d *draft) {
	s := d.v[fError]
	if s == "" {
		return
	}
	if _, ok := model.ParseCode(s); ok || symbolic(s) && !strings.Contains(s, " ") {
		if d.v[fCode] == "" {
			d.v[fCode], d.v[fError] = s, ""
		}
		return
	}
	if b, ok := yes(s); ok {
		if b && d.v[fSuccess] == "" {
			d.v[fSuccess] = "false"
		}
		d.v[fError] = ""
		return
	}
	switch {
	case d.v[fMessage] == "":
		d.v[fMessage] = s
	case d.v[fDetails] == "" && d.v[fMessage] != s:
		d.v[fDetails] = s
	}
	d.v[fError] = ""
}

// useText takes a column that may be about anything for the failure's text when
// the row failed and has no better one, or when the text itself names a code. What
// was written to the customer, or noted by an agent, may name one as well: beside a
// status that is no failure a text must be an error and nothing else, and what was
// sent never counts where it arrived.
func (p *interpreter) useText(d *draft, r *model.Record, f field) {
	s := d.v[f]
	if s == "" || nothingWrong(s) {
		return
	}
	_, coded := codeInText(s, p.known)
	if !coded {
		var code model.Code
		code, coded = slugCode(s)
		coded = coded && p.knows(code)
	}
	if f == fText && !coded && !p.isTitle(s) {
		return // "message" is what was sent in most exports; only a title of Meta's tells
	}
	switch told := p.told(d); {
	case told == model.Failed:
	case told == model.Succeeded && f == fText:
		return
	case told == model.Succeeded || told == model.InProgress:
		if !p.isTitle(s) && !p.isError(s) {
			return
		}
	case !coded && !p.isTitle(s):
		return
	}
	switch {
	case d.v[fMessage] == "" && d.v[fTitle] == "":
		d.v[fMessage], r.Message = s, s
	case d.v[fDetails] == "":
		d.v[fDetails], r.Details = s, s
	}
}

// told is what a row's columns say of its outcome, whatever its error is; empty
// when they say nothing.
func (p *interpreter) told(d *draft) model.Outcome {
	s := d.v[fStatus]
	if w, ok := p.rules.word("status", s); ok {
		s = w
	}
	if s != "" {
		if o := outcomeWord(s); o != "" {
			return o
		}
	}
	switch well, ok := yes(d.v[fSuccess]); {
	case ok && !well, d.v[fFailedAt] != "":
		return model.Failed
	case ok, d.v[fDeliveredAt] != "", d.v[fReadAt] != "":
		return model.Succeeded
	}
	return ""
}

func (p *interpreter) isTitle(s string) bool {
	_, ok := p.titles[NormTitle(s)]
	return ok
}

// isError reports whether a text is an error as Meta writes it, and does not only
// speak of one: it begins with "(#131026)", or is a code and its own title.
func (p *interpreter) isError(s string) bool {
	if strings.HasPrefix(s, "(#") {
		_, ok := codeInText(s, p.known)
		return ok
	}
	if code, ok := sixDigits(s, 0); ok && p.isTitle(titleInText(s, code)) {
		return true
	}
	_, ok := p.codeBesideTitle(s)
	return ok
}

// codeColumn reads the column of codes.
func (p *interpreter) codeColumn(d *draft, r *model.Record) {
	raw := d.v[fCode]
	if w, ok := p.rules.word("code", raw); ok {
		raw = w
	}
	if raw == "" || raw == "none" {
		return
	}
	if strings.HasPrefix(raw, "https://") {
		// The address of a page about the error, as RFC 9457 has it: …/messages#1330.
		_, raw, _ = strings.Cut(raw, "#")
	}
	from := model.FromColumn
	if d.from != "" {
		from = d.from
	}
	owner := p.codes
	if s := d.v[fSystem]; s != "" {
		if name, ok := vendorNamed(s); ok {
			if owner = name; metaSystems[name] {
				owner = "meta"
			}
		}
	}
	if d.system != "" {
		owner = d.system
	}
	code, ok := model.ParseCode(raw)
	if !ok {
		if code, ok = spreadsheetCode(raw); !ok {
			p.codeWords(d, r, raw, owner)
			return
		}
	}
	n, _ := code.Int()
	switch {
	case n == 0:
		// Most systems write 0 for "no error"; as Meta's AuthException it comes
		// with a text.
		if owner == "meta" && (r.Title != "" || r.Message != "" || r.Details != "") {
			r.Code, r.CodeFrom = code, from
		}
	case n >= 130000 && n < 150000, owner == "meta" && !httpNumber(n), owner == "" && metaNumber(n):
		r.Code, r.CodeFrom = code, from // nobody else has six digits from 13 on
	case owner == "meta", owner == "" && httpNumber(n):
		if r.HTTPStatus == 0 {
			r.HTTPStatus = n
		}
	case owner == "" && n >= 63000 && n < 64000:
		r.Vendor = model.Vendor{System: "twilio", Code: p.intern(plainCode(raw, code))} // no other system has this range
	case owner == "":
		r.Vendor = model.Vendor{System: p.system, Code: p.intern(plainCode(raw, code))}
	default:
		r.Vendor = model.Vendor{System: owner, Code: p.intern(plainCode(raw, code))}
	}
}

// codeWords reads a column of codes that holds no bare number.
func (p *interpreter) codeWords(d *draft, r *model.Record, raw, owner string) {
	if code, ok := slugCode(raw); ok && p.knows(code) {
		r.Code, r.CodeFrom = code, model.FromText
		return
	}
	if code, ok := codeInText(raw, p.known); ok {
		r.Code, r.CodeFrom = code, model.FromText
		if r.Message == "" {
			r.Message = raw
		}
		return
	}
	if code, ok := prefixedCode(raw); ok && p.knows(code) {
		r.Code, r.CodeFrom = code, model.FromColumn
		return
	}
	if wentWell(raw) {
		return
	}
	if cutNumber(raw) {
		p.cutIDs++
		return
	}
	if first, rest, ok := cutList(raw); ok {
		r.Code, r.CodeFrom = first, model.FromColumn
		d.also = strings.TrimPrefix(d.also+", "+rest, ", ")
		return
	}
	if symbolic(raw) || len(raw) <= 32 && !strings.Contains(raw, " ") {
		if owner == "" || owner == "meta" {
			owner = p.system
		}
		r.Vendor = model.Vendor{System: owner, Code: p.intern(raw)}
		return
	}
	if r.Message == "" {
		r.Message = raw
	}
}

func (p *interpreter) codeFromText(d *draft, r *model.Record) {
	for _, s := range []string{r.Message, r.Title, r.Details, d.cut} {
		if s == "" {
			continue
		}
		code, ok := slugCode(s)
		if !ok || !p.knows(code) {
			code, ok = codeInText(s, p.known)
		}
		if !ok {
			code, ok = p.codeBesideTitle(s)
		}
		if ok {
			r.Code, r.CodeFrom = code, model.FromText
			return
		}
	}
}

// codeBesideTitle finds a number that nothing calls a code but the title beside it,
// which is its own: "131026 Message undeliverable", "Re-engagement message (131047)".
func (p *interpreter) codeBesideTitle(s string) (model.Code, bool) {
	if len(p.titles) == 0 || len(s) > 400 {
		return "", false
	}
	for i := 0; i+6 <= len(s); i++ {
		code, ok := sixDigits(s, i)
		if !ok {
			continue
		}
		var title string
		switch {
		case startsText(s[:i]):
			title, _, _ = strings.Cut(s[i+6:], ": ")
		case strings.Trim(s[i+6:], " )].\"'") == "":
			title = s[:i]
		}
		if p.titles[NormTitle(strings.Trim(title, " ([)]-–—\"'"))] == code {
			return code, true
		}
	}
	return "", false
}

// codeFromTitle looks the texts up among Meta's titles; "Title: details" joined
// by a colon is common.
func (p *interpreter) codeFromTitle(r *model.Record) {
	if len(p.titles) == 0 {
		return
	}
	for _, s := range []string{r.Title, r.Message, r.Details} {
		if s == "" || len(s) > 400 {
			continue
		}
		if code, ok := p.titles[NormTitle(s)]; ok {
			r.Code, r.CodeFrom = code, model.FromTitle
			return
		}
		if head, _, ok := strings.Cut(s, ": "); ok {
			if code, ok := p.titles[NormTitle(head)]; ok {
				r.Code, r.CodeFrom = code, model.FromTitle
				return
			}
		}
	}
}

// nameIt gives a failure without a title the one that its message holds: behind
// the code, or, where there is no code at all, the message itself. Failures
// without a code are told apart by it.
func (p *interpreter) nameIt(r *model.Record) {
	if r.Title != "" || r.Message == "" {
		return
	}
	if r.Code != "" {
		if t := titleInText(r.Message, r.Code); t != "" && len(t) <= 128 && !strings.ContainsRune(t, '\n') {
			r.Title = p.intern(t)
		}
		return
	}
	if len(r.Message) <= 128 && !strings.ContainsRune(r.Message, '\n') {
		r.Title = p.intern(r.Message)
	}
}
