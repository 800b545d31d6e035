package ingest

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"unsent/model"
)

// realError reports whether the row tells of an error that counts beside the
// status, which is empty when there is none. A bare 0 is no error, unless it comes
// from an error object of Meta's: there 0 is a code. What nobody can name does not
// outweigh a status that says otherwise: a number of which it is not known whose
// it is may mean that all is well, and a text that it was delivered.
func (p *interpreter) realError(d *draft, r *model.Record, status model.Outcome) bool {
	arrived := status == model.Succeeded
	well := arrived || status == model.InProgress
	switch {
	case d.failing, r.HTTPStatus >= 400:
		return true
	case r.Code != "" && r.Code != "0":
		if n, _ := r.Code.Int(); !well || n < 200 || n > 204 || r.CodeFrom != model.FromColumn {
			return true
		}
	case r.Vendor != model.Vendor{}:
		number := strings.Trim(r.Vendor.Code, "-+0123456789") == ""
		if p.codes != "" || r.Vendor.System != p.system || !arrived && !(well && number) {
			return true
		}
		if n := atoi(r.Vendor.Code); n < 200 || n > 204 { // HTTP's ways to say yes
			p.setAside(r.Vendor.Code)
		}
	}
	for _, f := range []field{fTitle, fMessage, fDetails, fError} {
		if s := d.v[f]; s != "" && !wentWell(s) {
			if !arrived {
				return true
			}
			p.setAside(s)
			return false
		}
	}
	return false
}

// setAside notes an error that nobody knows and that did not count.
func (p *interpreter) setAside(s string) {
	s = strings.Clone(clip(s, 40)) // the row's own text goes with it
	if _, ok := p.aside[s]; ok || len(p.aside) < 1000 {
		p.aside[s]++
		return
	}
	p.aside["…"]++
}

// quoted are the first words of a count, for a warning, and how many there are.
func quoted(counts map[string]int) (n int, list string) {
	words := make([]string, 0, len(counts))
	for s, k := range counts {
		words = append(words, s)
		n += k
	}
	sort.Strings(words)
	if len(words) > 8 {
		words = append(words[:8], "…")
	}
	for i := range words {
		words[i] = strconv.Quote(words[i])
	}
	return n, strings.Join(words, ", ")
}

// nothingWrong knows the words that columns of errors hold when there is none.
func nothingWrong(s string) bool {
	if len(s) > 60 {
		return false
	}
	key := statusKey(strings.ToLower(s))
	return key == "" || noErrorWords()[key]
}

// noErrorWords say in one word or two that there is no error, as statusKey leaves
// them.
var noErrorWords = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`0 00 000 0000 e0 e00 e000 e0000 err0 200 ok eok errok success successful succes errsuccess false no none nil nothing
		noerr noerror noerrors noerrorfound noerrorsfound errnone errornone enone nofailure noissue noissues noproblem withouterror withouterrors
		notapplicable delivered sent read accepted messagedelivered messagesent messageseen messageread
		sinerror sinerrores ninguno ninguna ningunerror nohayerror nohayerrores noaplica semerro semerros nenhum nenhuma nenhumerro nãoaplicável naoaplicavel
		naoseaplica keinfehler keinefehler keine keiner ohnefehler nichtzutreffend nichtanwendbar entfallt aucun aucune aucuneerreur pasderreur sanserreur
		sansobjet nonapplicable nessuno nessuna nessunerrore nonapplicabile geen geenfout geenfouten nietvantoepassing brak brakbłędu brakbłędów bezbłędu
		нет нетошибки нетошибок безошибок безошибки неприменимо tidakada tidakadakesalahan tidakadaerror tanpakesalahan tidakberlaku yok hatayok
		无 無 无错误 無錯誤 没有错误 不适用 なし エラーなし 없음 오류없음 لايوجد لايوجدخطأ بدونخطأ कोईनहीं कोईत्रुटिनहीं`) {
		m[statusKey(w)] = true
	}
	return m
})

// wentWell is nothingWrong for texts of more words: "Message sent successfully",
// "success - 200", "Delivered to handset".
func wentWell(s string) bool {
	if nothingWrong(s) {
		return true
	}
	if len(s) > 120 {
		return false
	}
	lower := strings.ToLower(s)
	switch statusWords()[statusKey(lower)] {
	case model.Succeeded, model.InProgress:
		return true
	}
	said := false
	for _, w := range []string{"success", "éxito", "exito", "sucesso", "succès", "successo", "erfolgreich", "berhasil", "başarıyla", "успешно", "成功", "delivered to", "delivered_to"} {
		said = said || strings.Contains(lower, w)
	}
	if !said {
		return false
	}
	for _, w := range []string{"unsuccess", "fail", "error", "n't", "n’t", "不", "未", "没", "沒"} {
		if strings.Contains(lower, w) {
			return false
		}
	}
	for _, w := range strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) }) {
		switch w {
		case "not", "no", "never", "but", "without", "partial", "partially", "until", "sin", "sem", "sans", "senza", "ohne", "zonder", "kein", "keine", "nicht", "aber", "pas",
			"non", "não", "nao", "niet", "nie", "tidak", "belum", "tanpa", "не", "без":
			return false
		}
	}
	return true
}
