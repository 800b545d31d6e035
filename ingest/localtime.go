package ingest

import (
	"regexp"
	"strings"
	"sync"

	"unsent/model"
)

// Programs in browsers write times the way the agent's country does
// (toLocaleString). What the other readers of times do not know of that is put
// into their forms here: the names of the halves of a day, which stand before
// the clock as well as behind it, ideographs and letters between the numbers,
// dots with blanks behind them, the clock before the date.
//
// Source: what Node 20 with ICU 78 writes for some fifty locales.

// halfWords are the words for the two halves of a day, as plainHalf leaves them.
var halfWords = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, w := range strings.Fields("am 上午 凌晨 清晨 早上 午前 오전 पूर्वाह्न قظ ص صباحا صباحًا πμ дп öö sa pg fm dop ap de") {
		m[w] = "am"
	}
	for _, w := range strings.Fields("pm 下午 中午 晚上 傍晚 午後 오후 अपराह्न بظ م مساء مساءً μμ пп ös ch ptg em odp ip du") {
		m[w] = "pm"
	}
	return m
})

// plainHalf takes dots and blanks out, as in "p. m.".
func plainHalf(s string) string {
	return strings.ToLower(strings.NewReplacer(".", "", " ", "").Replace(s))
}

var (
	colonClock = model.Pattern(`\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,9})?`)
	dotClock   = model.Pattern(`\d{1,2}\.\d{2}(?:\.\d{2})?$`)
	wordAtEnd  = model.Pattern(`(?:^|[^\pL\pM])((?:\pL[\pL\pM]*\.?\s?){1,2})$`)
	wordAtHead = model.Pattern(`^((?:\pL[\pL\pM]*\.?\s?){1,2})(?:$|[^\pL\pM])`)
	dotted     = model.Pattern(`^(\d{1,4})\. ?(\d{1,2})\. ?(\d{4}|\d{1,2})\.?$`)
	asISO      = strings.NewReplacer("年", "-", "月", "-", "日", " ", "년 ", "-", "년", "-", "월 ", "-", "월", "-", "일", " ",
		"時", ":", "分", ":", "秒", "", "г.", "", "р.", "", "ч.", "", "klo ", "", " h ", ":", " min ", ":")
)

// localTime writes a local form in a common one; false when there is none in it.
func localTime(s string) (string, bool) {
	if len(s) < 8 || len(s) > 80 {
		return "", false
	}
	s = strings.Join(strings.Fields(asISO.Replace(s)), " ")
	at := colonClock().FindStringIndex(s)
	if at == nil {
		trimmed, half := cutHalf(s, wordAtEnd())
		trimmed = strings.TrimRight(trimmed, " ")
		if at = dotClock().FindStringIndex(trimmed); at == nil || strings.Trim(trimmed[:at[0]], " ,") == "" {
			return plainDate(s)
		}
		s = trimmed[:at[0]] + strings.ReplaceAll(trimmed[at[0]:], ".", ":") + " " + half
	}
	before, clock, after := s[:at[0]], s[at[0]:at[1]], s[at[1]:]
	before, half := cutHalf(strings.TrimRight(before, " "), wordAtEnd())
	if half == "" {
		after, half = cutHalf(strings.TrimLeft(after, " "), wordAtHead())
	}
	before, after = strings.Trim(before, " ,"), strings.Trim(after, " ,:")
	switch after {
	case "s", "sek", "с":
		after = "" // the unit of seconds
	}
	if before == "" { // the clock stands first
		before, after = after, ""
	}
	date, ok := plainDate(before)
	if !ok {
		date = before
	}
	if half != "" {
		clock += " " + half
	}
	if after != "" {
		after = " " + after
	}
	return date + " " + clock + after, true
}

// cutHalf takes the name of a half of the day off the end or the beginning of s.
func cutHalf(s string, where *regexp.Regexp) (rest, half string) {
	m := where.FindStringSubmatchIndex(s)
	if m == nil {
		return s, ""
	}
	half, ok := halfWords()[plainHalf(s[m[2]:m[3]])]
	if !ok {
		return s, ""
	}
	return s[:m[2]] + s[m[3]:], half
}

// plainDate closes the gaps of "22. 1. 2026" and "2026. 01. 22.".
func plainDate(s string) (string, bool) {
	m := dotted().FindStringSubmatch(strings.Trim(s, " ,"))
	switch {
	case m == nil:
		return s, strings.Contains(s, "-") // perhaps an ideograph stood there
	case len(m[1]) == 4:
		return m[1] + "-" + m[2] + "-" + m[3], true
	}
	return m[1] + "." + m[2] + "." + m[3], true
}

// monthWords are the names of the months, long and short, in the languages that
// CRMs are used in most; English is known elsewhere.
var monthWords = sync.OnceValue(func() map[string]int {
	m := map[string]int{}
	for i, words := range []string{
		"ene enero janeiro janv janvier jänner januar gen gennaio januari ocak oca янв января sty stycznia sij siječnja",
		"febrero fev fevereiro févr février februar febbraio februari şub şubat фев февр февраля lut lutego velj veljače",
		"marzo março mars mär märz mrt maart maret mart мар марта marca ožu ožujka",
		"abr abril avr avril aprile nis nisan апр апреля kwi kwietnia tra travnja",
		"mayo mai maio mag maggio mei mayıs мая май maja svi svibnja",
		"junio junho juin juni giu giugno haz haziran июн июня cze czerwca lipnja",
		"julio julho juil juillet juli lug luglio tem temmuz июл июля lip lipca srpnja",
		"ago agosto août aout augustus agu agustus agt ağu ağustos авг августа sie sierpnia kol kolovoza",
		"septiembre set setembro settembre septembre eyl eylül сен сент сентября wrz września ruj rujna",
		"octubre out outubro octobre okt oktober ott ottobre ekim eki окт октября paź października",
		"noviembre novembro novembre kas kasım ноя нояб ноября lis listopada stu studenoga studenog",
		"dic diciembre dez dezembro dezember déc décembre dicembre des desember ara aralık дек декабря gru grudnia pro prosinca",
	} {
		for _, w := range strings.Fields(words) {
			m[w] = i + 1
		}
	}
	return m
})

// croatian are the months that Croatian has for names that Polish has for others.
var croatian = map[string]int{"lip": 6, "lis": 10, "listopada": 10}
