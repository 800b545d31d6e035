package ingest

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"unsent/model"
)

// statusWords say what became of a send, by the word the export uses; compared
// as statusKey leaves them. Source: Meta's status webhook page,
// the vendors' own pages named in the presets, and the plain words for failed,
// delivered and sent in the languages that CRMs are translated to most.
var statusWords = sync.OnceValue(func() map[string]model.Outcome {
	m := map[string]model.Outcome{}
	add := func(o model.Outcome, words string) {
		for _, w := range strings.Fields(words) {
			m[statusKey(w)] = o
		}
	}
	add(model.Failed, `failed fail failure undelivered undeliverable notdelivered rejected expired error errored sendingfailed deliveryfailed
		senderror dropped bounced malformed blocked noactivesession faileduserlimitreached ottfailed ottnotsent templatemessagefailed sessionmessagefailed
		messageapifailed messagecampaignfailed whatsappmessagefailed whatsappmessageundeliverable technicalfailure temporaryfailure permanentfailure
		invalid unsent notsent couldnotsend faileddelivery partiallyfailed sendfailed failedtosend
		falhou falha falhado erro naoentregue naoentregada noentregado noentregada naoenviado noenviado fallido fallida fallo
		fehlgeschlagen gescheitert fehler nichtzugestellt nichtgesendet unzustellbar echoue echouee echec nonlivre nonenvoye
		fallito fallita nonconsegnato noninviato gagal gagalterkirim tidakterkirim basarisiz basarisizoldu iletilemedi gonderilemedi
		mislukt nietafgeleverd nietverzonden niepowodzenie nieudane niedostarczono ошибка недоставлено неотправлено сбой
		失败 發送失敗 发送失败 失敗 未送达 送信失敗 エラー 실패 전송실패 발송실패 فشل فشلالإرسال لميتمالتسليم विफल असफल`)
	add(model.NotAttempted, `skipped skip unqualified canceled cancelled simulated optout optedout unsubscribed aborted abort notattempted suppressed duplicate
		cancelado cancelada omitido`)
	add(model.InProgress, `queued accepted enqueued submitted triggered scheduled processing pending sending sent retrying serverack deliverypending
		attempted new created initiated inprogress buffered dispatched connected partiallydelivered messageapisent messagecampaignsent
		templatemessagesent sessionmessagesent sentmessagesent
		enviado enviada pendente pendiente gesendet versendet ausstehend terkirim menunggu envoye envoyee enattente
		inviato inviata inattesa gonderildi beklemede
		verzonden wysłano oczekuje отправлено ожидает 已发送 已發送 发送中 送信済み 전송됨 발송됨 تمالإرسال قيدالانتظار भेजागया लंबित`)
	add(model.Succeeded, `delivered read played opened clicked click replied seen deliveryack success successful ok
		messageapidelivered messageapiread messagecampaigndelivered messagecampaignread sentmessagedelivered sentmessageread templatemessagedelivered
		entregue entregado entregada lida lido leida leido visto zugestellt gelesen tersampaikan dibaca
		delivre livre livree lu lue consegnato consegnata letto letta iletildi teslimedildi okundu
		afgeleverd bezorgd gelezen dostarczono przeczytano доставлено прочитано 已送达 已送達 已读 已讀 配信済み 既読 전달됨 읽음 تمالتسليم مقروءة पहुँचाया पढ़ागया`)
	add(model.NotASend, `deleted received receiving inbound incoming warning messagereceived total totals`)
	return m
})

func statusKey(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(plainLetter(unicode.ToLower(r)))
		}
	}
	return b.String()
}

// plainLetter takes the accent off the letters that status words have.
func plainLetter(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ã', 'ä':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'í', 'ì', 'î', 'ï':
		return 'i'
	case 'ó', 'ò', 'ô', 'õ', 'ö':
		return 'o'
	case 'ú', 'ù', 'û', 'ü':
		return 'u'
	case 'ı':
		return 'i'
	case 'ç':
		return 'c'
	case 'ğ':
		return 'g'
	case 'ñ':
		return 'n'
	case 'ş':
		return 's'
	}
	return r
}

// outcomeOf is what a status word means; false for a word that is not known.
// A word may stand behind a prefix, as in "message.failed" or "whatsapp:failed",
// or before a remark, as in "Failed - number invalid" or "read (today)".
func outcomeOf(word string) (model.Outcome, bool) {
	o, _, ok := judgeStatus(word)
	return o, ok
}

// judgeStatus is outcomeOf, and says whether the word contradicts itself, as
// "read (failed)" does: then the failure counts. A history such as "sent,failed"
// does not: a failure anywhere in it is how it ended. Not ok is also a word with
// a remark that speaks of a failure and is none that is known: "Sent (previous
// attempt failed)" cannot be told.
func judgeStatus(word string) (o model.Outcome, clash, ok bool) {
	words := statusWords()
	if o, ok := words[statusKey(word)]; ok {
		return o, false, true
	}
	var found []model.Outcome
	if i := strings.LastIndexAny(word, ".:/"); i >= 0 {
		if o, ok := words[statusKey(word[i+1:])]; ok {
			found = append(found, o)
		}
	}
	arrived, unclear := slices.Contains(found, model.Succeeded), false
	for i, part := range statusParts(word) {
		o, ok := words[statusKey(strings.Trim(part, " 0123456789"))]
		arrived = arrived || o == model.Succeeded
		switch {
		case i == 0 && ok, o == model.Failed && (len(found) > 0 || strings.Contains(word, "("+part+")")):
			found = append(found, o)
		case i > 0 && !ok:
			unclear = unclear || mentionsFailure(part)
		}
	}
	if slices.Contains(found, model.Failed) {
		return model.Failed, arrived, true
	}
	if len(found) == 0 || unclear {
		return "", false, false
	}
	return found[0], false, true
}

// statusParts are the word of a status and the remarks behind it, or the states
// of a history.
func statusParts(s string) []string {
	if ascii(s) && !strings.ContainsAny(s, "()[]{}:,;\"|>\n") && !strings.Contains(s, " - ") {
		return []string{s}
	}
	for _, dash := range []string{" - ", " – ", " — ", "->", "→", "|", ">"} {
		s = strings.ReplaceAll(s, dash, "\n")
	}
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("()[]{}:,;\"\n", r) })
}

// mentionsFailure reports whether a remark speaks of a failure: it has a word for
// one and does not deny it, or says that the message was not delivered.
func mentionsFailure(s string) bool {
	failed, denied, delivered := false, false, false
	for _, w := range strings.Fields(s) {
		switch w {
		case "yet":
			return false
		case "no", "not", "without", "0", "sin", "sem", "ohne", "sans", "senza":
			denied = true
		}
		failed = failed || statusWords()[statusKey(w)] == model.Failed
		delivered = delivered || w == "delivered"
	}
	return failed && !denied || delivered && denied
}

// outcomeOfHTTP reads a status column that holds an HTTP status.
func outcomeOfHTTP(n int) (model.Outcome, bool) {
	switch {
	case n >= 400 && n < 600:
		return model.Failed, true
	case n >= 200 && n < 300:
		return model.InProgress, true // the API accepted it, no more
	}
	return "", false
}

// yes reads a boolean as exports write it.
func yes(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true", "t", "yes", "y", "1", "sim", "si", "sí", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar":
		return true, true
	case "false", "f", "no", "n", "0", "não", "nao", "falsch", "faux", "falso", "onwaar":
		return false, true
	}
	return false, false
}

// otherKind reports whether a column of kinds of messages names another channel,
// as those of services do that send by several.
func otherKind(s string) bool {
	switch kindOf(s) {
	case "sms", "mms", "rcs", "email":
		return true
	}
	return false
}

// otherChannel reports whether a channel column names a way that is not WhatsApp.
func otherChannel(s string) bool {
	switch strings.ToLower(s) {
	case "sms", "mms", "rcs", "email", "e-mail", "mail", "voice", "call", "push", "telegram", "messenger", "facebook", "instagram", "viber", "line", "web", "webchat":
		return true
	}
	return false
}
