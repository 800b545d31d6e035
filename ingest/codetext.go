package ingest

import (
	"strings"

	"unsent/model"
)

// codeInText finds Meta's code in a sentence. Only a number that the sentence
// itself calls a code is one, for an order may have the number 131000 too: at the
// very beginning and followed by a colon, a dash or nothing; behind the word
// error or code; behind Meta's name in brackets, "(Meta 130472)"; behind "#", and
// in brackets there it may be shorter than six digits.
//
// Known, unless it is nil, says which codes there are. Meta's own form, a text
// that begins with "(#131000)", needs no such proof.
func codeInText(s string, known func(model.Code) bool) (model.Code, bool) {
	for i := 0; i+6 <= len(s); i++ {
		code, ok := sixDigits(s, i)
		if !ok {
			continue
		}
		if (startsText(s[:i]) && (endsCode(s[i+6:]) || inBrackets(s, i)) || calledCode(s[:i], s[i+6:])) && (known == nil || known(code)) {
			return code, true
		}
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '#' {
			continue
		}
		n := i + 1
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		bracket := i > 0 && s[i-1] == '('
		if n == i+1 || n-i > 8 || bracket != (n < len(s) && s[n] == ')') {
			continue
		}
		// Without brackets a short number may count anything.
		if _, six := sixDigits(s, i+1); !bracket && !six && (i > 0 || n < len(s) && s[n] != ' ' && s[n] != ':') {
			continue
		}
		code, ok := model.ParseCode(s[i+1 : n])
		if ok && (bracket && startsText(s[:i-1]) || known == nil || known(code)) {
			return code, true
		}
	}
	return "", false
}

// sixDigits is the number of 130000 to 149999 that stands at i by itself.
func sixDigits(s string, i int) (model.Code, bool) {
	if len(s)-i < 6 || s[i] != '1' || s[i+1] != '3' && s[i+1] != '4' || i > 0 && (isDigit(s[i-1]) || isLetter(s[i-1])) {
		return "", false
	}
	for j := i; j < i+6; j++ {
		if !isDigit(s[j]) {
			return "", false
		}
	}
	if i+6 < len(s) && (isDigit(s[i+6]) || isLetter(s[i+6])) {
		return "", false
	}
	return model.Code(s[i : i+6]), true
}

// inBrackets knows "[131026] Message undeliverable".
func inBrackets(s string, i int) bool {
	return i > 0 && i+6 < len(s) && (s[i-1] == '[' && s[i+6] == ']' || s[i-1] == '(' && s[i+6] == ')')
}

// startsText reports whether before is nothing but signs.
func startsText(before string) bool { return strings.Trim(before, " \t\r\n\"'[(*>`\\") == "" }

// endsCode reports whether what follows a number at the beginning of a text sets
// it apart from the words behind it.
func endsCode(after string) bool {
	after = strings.TrimLeft(after, " \t\r\n\"'])*`\\")
	if after == "" {
		return true
	}
	for _, sep := range []string{":", "-", "–", "—", "·", "•", "|"} {
		if rest, ok := strings.CutPrefix(after, sep); ok {
			return sep != "-" || rest == "" || !isDigit(rest[0]) // 131000-55 is a part number
		}
	}
	return false
}

// calledCode reports whether the words around a number call it a code.
func calledCode(before, after string) bool {
	lower := strings.ToLower(before[max(0, len(before)-80):])
	words := strings.TrimRight(lower, " \t\r\n\"':=([#\\·•|–—-")
	signs := lower[len(words):]
	if rest, ok := strings.CutSuffix(words, " is"); ok {
		words = strings.TrimRight(rest, " ")
	}
	last := lastWord(words)
	rest := strings.TrimRight(strings.TrimSuffix(words, last), " \t\r\n")
	if strings.HasPrefix(signs, "=") && last == "code" && strings.Contains(rest[strings.LastIndexByte(rest, ' ')+1:], "=") {
		return true // one of a line of name=value
	}
	switch last {
	case "error", "errors", "err", "errno", "errorcode", "errcode", "error_code", "err_code", "error-code", "statuscode", "status_code",
		"fehler", "fehlercode", "erro", "errore", "erreur", "hata", "galat":
		return true
	case "failed", "undelivered", "rejected", "fehlgeschlagen", "falhou", "fallido", "falló":
		// "Failed: (131049) …", and not "failed 131026 times".
		return strings.Trim(signs, " ") != "" && endsCode(after) || strings.Contains(signs, "(") && strings.HasPrefix(after, ")")
	case "meta", "whatsapp", "facebook":
		return (strings.HasSuffix(rest, "(") || strings.Contains(signs, "(")) && strings.HasPrefix(after, ")")
	case "no", "no.", "nr", "nr.", "number":
		return strings.HasPrefix(lastWord(rest), "err")
	case "code", "codes", "código", "codigo", "codice", "kode", "kodu":
		switch lastWord(rest) {
		case "": // nothing says that it is a code of another kind
			return true
		case "error", "err", "failure", "failed", "fail", "reason", "meta", "whatsapp", "wa", "api", "graph", "cloud", "facebook", "status", "response",
			"with", "returned", "got", "received", "the", "and", "de", "do", "di", "d'erreur", "erro", "errore", "fehler":
			return true
		}
	}
	return false
}

// lastWord is the word that s ends with.
func lastWord(s string) string {
	return s[strings.LastIndexAny(s, " \t\r\n\"({[,;:=|/")+1:]
}
