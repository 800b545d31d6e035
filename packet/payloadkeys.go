package packet

// What the keys of payloads mean, in the form that normal gives them. The lists
// hold the keys of Meta's API and webhooks and of the BSPs' wrappings. A value
// under a key that is in none of them is masked.

func set(keys ...string) map[string]bool {
	m := make(map[string]bool, len(keys))
	for _, k := range keys {
		m[k] = true
	}
	return m
}

// phoneKeys hold a recipient's number, or a customer's who wrote.
var phoneKeys = set("to", "recipient", "recipientid", "recipientphone", "recipientnumber", "waid", "phone", "phonenumber",
	"phoneno", "msisdn", "mobile", "mobilenumber", "destination", "destinationaddress", "customer", "customerphone",
	"customernumber", "contact", "contactphone", "participant", "recipientparticipantid", "tonumber", "toaddress",
	"whatsappnumber", "dest", "input", "userphone", "from", "chatid", "remotejid", "jid")

// businessKeys hold a number of the business.
var businessKeys = set("displayphonenumber", "sender", "sendernumber", "senderphone", "businessnumber", "businessphone",
	"fromnumber", "sourcenumber", "source")

// userKeys hold an id that stands for a person.
var userKeys = set("userid", "recipientuserid", "parentuserid", "fromuserid", "touserid", "contactid", "customerid",
	"subscriberid", "leadid", "personid", "username", "memberid", "patientid", "profileid")

// linkKeys hold a link: media, buttons, callbacks.
var linkKeys = set("link", "url", "mediaurl", "imageurl", "href0", "callbackurl", "statuscallback", "webhookurl", "fileurl",
	"documenturl", "videourl", "thumbnailurl", "mediaurl0")

// idKeys hold ids of the platform, the business or a provider.
var idKeys = set("id", "wabaid", "whatsappbusinessaccountid", "phonenumberid", "appid", "businessid", "portfolioid",
	"messageid", "msgid", "wamid", "externalid", "requestid", "traceid", "fbtraceid", "xfbtraceid", "accountsid",
	"messagesid", "smssid", "sid", "messagingservicesid", "templateid", "flowid", "catalogid", "conversationid",
	"campaignid", "broadcastid", "mediaid", "uuid", "guid", "correlationid", "channelid", "integrationid", "contentsid",
	"bulkid", "messageuuid", "eventid", "jobid", "queueid", "batchid", "tenantid")

// shownKeys hold words of the API's own vocabulary, figures and times.
var shownKeys = set("messagingproduct", "recipienttype", "type", "status", "object", "field", "code", "errorcode",
	"subcode", "errorsubcode", "errorstatus", "policy", "language", "locale", "lang", "namespace", "category",
	"pricingmodel", "pricingtype", "billable", "timestamp", "expirationtimestamp", "time", "createdat", "updatedat",
	"sentat", "failedat", "date", "datetime", "datecreated", "dateupdated", "version", "apiversion", "graphversion",
	"method", "subtype", "index", "parametername", "parameterformat", "format", "previewurl", "action", "event",
	"currency", "mimetype", "httpstatus", "statuscode", "httpcode", "messagestatus", "smsstatus", "channel", "provider",
	"template", "templatename", "elementname", "templatelanguage", "templatelanguagecode", "languagecode", "flowaction",
	"flowmessageversion", "screen", "mode", "retry", "attempt", "attempts", "priority", "ttl",
	"messagesendttlseconds", "istransient", "href", "productpolicy", "numsegments", "nummedia", "direction", "eventtype",
	"reason", "reasoncode", "state", "endpoint", "path", "host", "contenttype", "useragent", "accept", "bizopaque",
	"voice", "limittype", "messagestatuscode", "errortype", "stickytype", "messagetype", "kind")

// timeKeys hold a time, which may be written in seconds since 1970.
var timeKeys = set("timestamp", "expirationtimestamp", "time", "createdat", "updatedat", "sentat", "failedat", "ts")

// textKeys hold what somebody wrote, or will read.
var textKeys = set("body", "text", "caption", "title", "description", "payload", "filename", "address", "header", "footer",
	"content", "message", "messagebody", "displaytext", "buttontext", "label", "note", "remark", "couponcode",
	"fallbackvalue", "callbackdata", "bizopaquecallbackdata", "thumbnail", "subject", "reply", "emoji", "buttonpayload")

// nameKeys hold a person's name wherever they stand.
var nameKeys = set("formattedname", "firstname", "lastname", "middlename", "fullname", "displayname", "pushname",
	"profilename", "contactname", "customername", "recipientname", "nickname", "sendername", "nameprefix", "namesuffix",
	"clientname", "username", "company", "org")

// errorKeys head the part of an answer that describes the error.
var errorKeys = set("error", "errors", "errordata", "details", "errormessage", "errortitle", "errordetails", "errordescription",
	"errorusertitle", "errorusermsg", "failurereason", "failuremessage", "errormsg", "errorreason", "errorinfo", "errortext")

// inError reports that a value describes the error. What an error says is shown,
// looked through like any running text.
func inError(at place) bool {
	for _, k := range at.keys {
		if errorKeys[normal(k)] {
			return true
		}
	}
	// In text that is no JSON the keys above are not known; these two are the
	// error's own in every webhook, and elsewhere in no request of the API but
	// under a button.
	return at.loose && at.answer && (at.key() == "message" || at.key() == "title")
}

// personKey reports that a value is somebody's name.
func personKey(at place) bool {
	k := at.key()
	if nameKeys[k] {
		return true
	}
	return k == "name" && !namesAThing(at)
}

// namesAThing reports that "name" here is a template's, a flow's or the like, and
// not a person's. Where nothing tells, it is a person's.
func namesAThing(at place) bool {
	switch at.parent() {
	case "template", "action", "flow", "interactive", "language", "button", "campaign", "parameters", "components", "hsm":
		return true
	}
	return false
}

// paramValue reports that a key inside a parameter holds its value, and not its
// kind or name.
func paramValue(k string) bool {
	switch k {
	case "type", "parametername", "code", "index", "subtype", "mimetype", "format", "link", "url", "id", "provider":
		return false
	}
	return true
}
