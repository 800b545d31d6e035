package ingest

import "strings"

// logTable says why a table with these columns is no log; nil when it may be one.
// Columns that the agent named are believed.
func logTable(m *mapping, o Options, line int) error {
	if len(o.Map) == 0 {
		if what := otherTable(m); what != "" {
			return &ColumnsError{Found: m.headers, Line: line, Reason: what, table: true,
				advice: "ask for the export that has one row for each message, with its recipient and status; if this is one, name the columns: --map recipient=COLUMN --map status=COLUMN"}
		}
	}
	reason, ok := m.usable()
	if ok {
		return nil
	}
	e := &ColumnsError{Found: m.headers, Line: line, Reason: reason, table: true}
	if len(o.Map) == 0 && isContacts(m) {
		e.Reason = "this looks like a list of contacts: " + reason
		e.advice = "ask for the report of the campaign or the log of its messages, which says what became of each; if this is one, name the columns: --map status=COLUMN --map code=COLUMN"
	}
	return e
}

// otherTable names a table that is no log of messages by its columns, before
// they are read as one: a rejected template is no message that failed, and a
// count of failures is none either. Empty: it may be a log.
func otherTable(m *mapping) string {
	keys := map[string]bool{}
	for _, h := range m.headers {
		keys[headerKey(h)] = true
	}
	any := func(names ...string) bool {
		for _, n := range names {
			if keys[n] {
				return true
			}
		}
		return false
	}
	// What only the rows of a log have.
	single := m.has[fRecipient] || m.has[fRecipientUser] || m.has[fWAMID] || m.has[fMessageID] || m.has[fCode] || m.has[fMessage] || m.has[fFailedAt] || m.has[fPayload] || m.has[fTrace]
	if single {
		return ""
	}
	switch {
	case any("templatename", "name", "template", "elementname") && any("language", "languages", "templatelanguage", "languagecode") &&
		any("category", "templatecategory") && any("status", "templatestatus", "quality", "qualityscore", "rejectedreason", "rejectionreason", "components"):
		return "this is a list of templates; its status says whether Meta approved a template, not what became of a message"
	case countsOf(m.headers) >= 2, countsOf(m.headers) == 1 && any("date", "day", "start", "month", "starttime", "period", "country", "conversationcategory", "conversationtype", "pricingcategory"):
		return "this is a summary that counts messages or conversations (such as WhatsApp Manager's Insights); no row of it is a message"
	}
	return ""
}

// countsOf is how many columns hold a number of messages.
func countsOf(headers []string) int {
	n := 0
	for _, h := range headers {
		switch key := headerKey(h); key {
		case "conversations", "conversation", "approximatecharges", "totalconversations", "freeconversations", "paidconversations",
			"messagessent", "messagesdelivered", "messagesread", "messagesreceived", "messagesfailed", "allconversations", "volume", "approximatecost", "amountspent",
			"sent", "delivered", "failed", "read", "clicked", "received",
			"sentcount", "deliveredcount", "readcount", "failedcount", "totalsent", "totaldelivered", "totalread", "totalfailed", "totalrecipients", "recipientcount":
			n++
		default:
			if strings.HasPrefix(key, "numberof") || strings.HasPrefix(key, "noof") && len(key) > 6 && key != "nooffrags" {
				n++
			}
		}
	}
	return n
}

// contactWords are columns that lists of contacts have and logs rarely.
var contactWords = map[string]bool{
	"email": true, "emailaddress": true, "firstname": true, "lastname": true, "fullname": true, "tags": true, "tag": true, "labels": true, "label": true,
	"optin": true, "optedin": true, "optout": true, "whatsappoptin": true, "company": true, "organization": true, "birthday": true, "birthdate": true,
	"address": true, "city": true, "country": true, "name": true, "contactname": true, "customername": true, "lists": true, "list": true, "notes": true, "owner": true, "lifecycle": true,
	"givenname": true, "familyname": true, "phone1value": true, "customfields": true, "blocked": true, "subscribed": true,
}

// isContacts knows a list of contacts: numbers with names or the like, and
// nothing about what became of a message.
func isContacts(m *mapping) bool {
	if !m.has[fRecipient] && !m.has[fUserID] {
		return false
	}
	for _, h := range m.headers {
		if contactWords[headerKey(h)] {
			return true
		}
	}
	return false
}
