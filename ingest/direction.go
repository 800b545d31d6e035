package ingest

import (
	"strings"
	"sync"
)

// directions are the words of direction columns, as statusKey leaves them: true
// for those that say that the customer wrote.
var directions = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`inbound incoming in received customer contact mo inboundmessage incomingmessage
		entrada entrante entrantes recebida recebido recibida recibido eingehend eingegangen empfangen entrant entrante reçu reçue inarrivo inentrata
		ricevuto ricevuta inkomend inkommande masuk diterima gelen przychodzące przychodząca przychodzący входящее входящий входящая
		受信 接收 收到 수신 وارد واردة`) {
		m[statusKey(w)] = true
	}
	for _, w := range strings.Fields(`outbound outgoing out outboundapi outboundreply mt business
		saída saliente salientes ausgehend sortant sortante uscita inuscita uitgaand utgående keluar giden wychodzące wychodząca исходящее исходящий исходящая 발신 صادر صادرة`) {
		m[statusKey(w)] = false
	}
	return m
})

// inbound reports whether a word of a direction column says that the customer
// wrote. "False" does: only a column that asks whether the business wrote has it.
func inbound(s string) bool {
	lower := strings.ToLower(s)
	return directions()[statusKey(lower)] || lower == "false"
}

func directionWord(s string) bool {
	_, ok := directions()[statusKey(strings.ToLower(s))]
	return ok
}
