package ingest

import (
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A field is one fact that a column can hold.
type field uint8

const (
	fNone field = iota
	fWAMID
	fMessageID
	fRowID // "id" alone: a message's id, or a row's number
	fRecipient
	fUserID // a number in some exports, an inner id or a name in others
	fRecipientUser
	fName
	fSender
	fPhoneID
	fWABA
	fApp
	fDirection
	fFromMe // yes: the business wrote it
	fType   // what kind of message, or which direction
	fStatus
	fSuccess
	fTemplate
	fTemplateID
	fLanguage
	fKind
	fCategory
	fBody
	fText // "message": what was sent, or why it failed
	fCode
	fError // a code or a text
	fTitle
	fMessage
	fDetails
	fComment // a text that may be about the failure or about anything
	fSubcode
	fHTTP
	fTrace
	fRequest
	fResponse
	fPayload
	fFailedAt
	fUpdatedAt
	fTime
	fSentAt
	fDeliveredAt
	fReadAt
	fScheduledAt
	fCampaign
	fLastInbound
	fAttempts
	fSystem
	fChannel
	fOther // known and of no use here
	nFields
)

// fieldInfo is the name by which --map and the report know a field (empty: they
// do not) and the headers it has been seen under, best first; a | stands
// before those that say less: of whom a "phone" is, or what has a "status".
// Sources: the exports that the presets name, and the tables and screens of some
// fifty public programs.
type fieldInfo struct {
	name    string
	headers string
}

var fieldInfos = [nFields]fieldInfo{
	fWAMID: {"wamid", "wamid wamessageid whatsappmessageid metamessageid wamids"},
	fMessageID: {"message_id", "messageid messagesid smsmessagesid smssid sid twiliosid providermessageid bspmessageid localmessageid messageuuid " +
		"externalmsgid externalmessageid externalid sourceid gsid idmessage msgid reportid whatsappid keyid eventuuid bulkmessageid correlationidentifier clientref " +
		"nachrichtenid nachrichtid idmensaje iddemensaje iddelmensaje idmensagem iddamensagem iddemensagem iddumessage iddemessage idmessaggio iddelmessaggio idpesan"},
	fRowID: {"", "id reference ref uuid rowid"},
	fRecipient: {"recipient", "recipient recipientphone recipientnumber recipientphonenumber recipientwaid to tophone tonumber tomobile " +
		"destination destaddr destinationaddress destinationphonenumber receiver target targetphone " +
		"customerphone customerphonenumber customermobile customernumber clientphone clientnumber customerexternalid subscriberphone userphonenumber userphone contactphone contactphonenumber contactmobile contactnumber userdetailsphone " +
		"empfanger empfaenger destinatario destinataire penerima nomorpenerima nomortujuan kundentelefon telefonocliente telefonodelcliente telefonecliente telefonedocliente celularcliente celulardelcliente celulardocliente telephoneclient telephoneduclient | " +
		"phone phonenumber phoneno phonenum mobile mobilenumber mobilenum mobileno mobilephone msisdn telephone telephonenumber telefone telefono telefon " +
		"waid whatsapp whatsappnumber whatsappphone chatid remotejid keyremotejid telefonnummer rufnummer handynummer mobilnummer handy mobil celular movil cellulare portable telepon nomortelepon nomorhp nohp nohandphone nomorwa nowa nomorwhatsapp nowhatsapp " +
		"numerotelefono numerodetelefono numerotelefone numerodetelefone numerotelephone numerodetelephone numeroditelefono numerocelular numerodecelular numerowhatsapp numerodewhatsapp ceptelefonu telefonnumarasi numertelefonu | " +
		"number numbers nummer numero nomor"},
	fUserID:        {"", "recipientid userid contact contacts"},
	fRecipientUser: {"recipient_user_id", "recipientuserid touserid bsuid parentrecipientuserid parentbsuid"},
	fName: {"", "name contactname recipientname customername profilename pushname leadname fullname firstname lastname username " +
		"displayname leadid contactid customerid clientid userdetails cdpuserid email"},
	fSender: {"sender", "sender senderid sendernumber senderphone from fromphone fromnumber srcaddr displayphonenumber businessphone businessphonenumber " +
		"businessnumber originationphonenumber whatsappaccount sendercs channelid channelnumber metadatadisplayphonenumber"},
	fPhoneID:   {"phone_number_id", "phonenumberid metaphonenumberid originationphonenumberid phoneid metadataphonenumberid wabaphonenumberid"},
	fWABA:      {"waba_id", "wabaid metawabaid waba entryid whatsappbusinessaccountid businessaccountid"},
	fApp:       {"app_id", "appid metaappid gsappid"},
	fDirection: {"direction", "direction messagedirection sendertype inout"},
	fFromMe:    {"", "fromme keyfromme isfromme messagefromme messagekeyfromme"},
	fType:      {"", "type"},
	fStatus: {"status", "deliverystatus messagestatus msgstatus whatsappstatus bspstatus zustellstatus statuspesan statusmensagem statusdamensagem estadomensaje estadodelmensaje estadoentrega estadodeentrega statusenvio statusdoenvio statusdeenvio estadoenvio estadodeenvio statusentrega statusdaentrega statutdelivraison statutdumessage sendstatus | " +
		"status statusname statusgroupname statusstring statusdescription laststatus currentstatus estado situacao statut stato zustand | " +
		"result outcome eventtype event state ack"},
	fSuccess:    {"success", "success issuccess successful metasuccess"},
	fTemplate:   {"template", "templatename template metatemplatename templatekey hsmname hsm messagetemplate messagetemplatename whatsapptemplatename vorlage plantilla modelo modele modello"},
	fTemplateID: {"", "templateid templatesid contentsid messagetemplateid"},
	fLanguage:   {"language", "templatelanguage templatelanguagecode language languagecode lang templatelang locale"},
	fKind:       {"kind", "kind messagetype contenttype msgtype format messageformat"},
	fCategory:   {"category", "category pricingcategory messagecategory templatecategory sessiontype conversationcategory conversationtype conversationorigintype"},
	fBody:       {"", "body messagetext messagebody messagecontent content contenttext text textbody caption messagedata msgbody"},
	fText:       {"", "message msg"},
	fCode: {"code", "errorcode metaerrorcode whatsappapierrorcode errorscode errcode failedcode failurecode errorno errornumber code resultcode lasterrorcode " +
		"statuserrorcode providererrorcode apierrorcode codigoerro codigodeerror codigodeerro fehlercode fehlernummer codeerreur codederreur codiceerrore kodeerror"},
	fError: {"error", "error errors externalerror contentattributesexternalerror lasterror err fehler erreur errore erro"},
	fTitle: {"title", "errortitle errorstitle failuretitle errorusertitle errorname title"},
	fMessage: {"message", "errormessage errormsg errorsmessage errortext errordescription whatsappapierrormessage failurereason failreason failedreason reasonforfailure " +
		"metadevelopermessage failuremessage failedmessage errorreason lasterrormessage providererrormessage apierrormessage motivo motivodefalha motivoerro fehlermeldung fehlertext fehlergrund mensajedeerror mensagemdeerro messagederreur messaggiodierrore pesanerror"},
	fDetails: {"details", "errordetails errordetail errordatadetails errorerrordatadetails errorserrordatadetails faileddetail failuredetails failuredetail fullmessage " +
		"whatsappapierrorerrordatadetails errorusermsg"},
	fComment:   {"", "reason cause comments comment description detail details remarks remark note notes messagestubparameters statusreason statusdetails"},
	fSubcode:   {"subcode", "errorsubcode subcode errorerrorsubcode suberrorcode"},
	fHTTP:      {"http_status", "metahttpcode httpstatus httpstatuscode httpcode responsestatus responsecode responsestatuscode statuscode"},
	fTrace:     {"fbtrace_id", "fbtraceid fbtrace traceid errorfbtraceid metatraceid"},
	fRequest:   {"request", "requestpayload requestbody requestjson requestdata apirequest request"},
	fResponse:  {"response", "responsepayload responsebody responsejson responsedata apiresponse response providerresponse"},
	fPayload:   {"payload", "payload rawpayload rawmetapayload metapayload raw rawjson rawevent webhook webhookpayload webhookbody whatsappwebhookentry metadata providerraw contentattributes eventpayload json"},
	fFailedAt:  {"failed_at", "failedat failedtime failedon failuretime lasterrorat faileddate failedts"},
	fUpdatedAt: {"updated_at", "updatedat dateupdated lastupdatedtime lastupdate lastupdated lastupdatedat updatedtime updatetime statusdate statustime statusat statustimestamp statusupdatedat doneat eventts eventtimestamp metatimestamp deliveredts eventtime lastmodifieddate"},
	fTime: {"timestamp", "timestamp time date createdat created createdtime createdon creationtime creationdate datecreated createddate dateadded createtime messagetimestamp occurredat receivedat " +
		"queuedat loggedat datetimestart datestart eventcaptureddt datetime ts when fecha tanggal datum zeitpunkt zeitstempel zeit uhrzeit erstelltam hora data waktu fechahora fechayhora datahora dataehora horodatage dateheure dateetheure dataora dataeora " +
		"heure ora jam pukul horario tarih saat tijd godzina"},
	fSentAt: {"sent_at", "sentat sentdate datesent senton senttime sendtime senddate sentts sendat gesendetam versanddatum versandzeit sendedatum sendezeit " +
		"fechaenvio fechadeenvio horaenvio horadeenvio dataenvio datadeenvio dateenvoi datedenvoi heureenvoi heuredenvoi datainvio datadinvio orainvio tanggalkirim waktukirim jamkirim"},
	fDeliveredAt: {"delivered_at", "deliveredat deliveredtime delivertime deliveredon delivereddate"},
	fReadAt:      {"read_at", "readat readtime seenat readon readdate"},
	fScheduledAt: {"", "scheduledat scheduledtime scheduledfor processingstartedat"},
	fCampaign:    {"campaign", "campaignname campaign campaignid broadcastname broadcast broadcastid sendoutid jobname job jobid bulkid bulkmessagereference batchid batchname kampagne campana campanha campagne campagna"},
	fLastInbound: {"last_inbound_at", "lastinboundat contactlastinboundat lastcustomermessageat lastinboundmessageat lastactiveat lastactive lastusermessageat lastincomingat " +
		"conversationlastactiveat lastcustomerreplyat"},
	fAttempts: {"attempts", "attempts attempt attemptcount"},
	fSystem:   {"provider", "provider serviceprovider bsp gateway"},
	fChannel:  {"", "channel channeltype messagechannel channelname"},
	fOther: {"", "conversationid cntsessionid sessionid ticketid sessionstart whatsappwindowopenedat operatoremail assigneeid sentby sentbyemail assignedagentid sentbyuserid createdby " +
		"tenantid organizationid accountid accountsid businessid locationid botid workspaceid app price priceunit cost numsegments nummedia segment segments apiversion " +
		"messagingservicesid repliedat clickedat optoutat buttonclicks linkclicks inputvariables outputvariables country countrycode source maxretry retrycount retries imageurl subresourceuris uri " +
		"fivetransynced quickreplyresponse goalachieved goalachievedat whatsappclicks statusid statusgroupid reply smsunits"},
}

// headerFields knows every header, with its place among those of its field.
var headerFields = sync.OnceValue(func() map[string]headerField {
	m := make(map[string]headerField, 400)
	for f := range nFields {
		tier := 0
		for i, key := range strings.Fields(fieldInfos[f].headers) {
			if key == "|" {
				tier++
				continue
			}
			key = headerKey(key)
			if _, ok := m[key]; !ok {
				m[key] = headerField{f, tier*tierRanks + i}
			}
		}
	}
	return m
})

type headerField struct {
	f    field
	rank int // 0 is best
}

// tierRanks is how far the ranks of headers that say less are behind.
const tierRanks = 1000

// Fields are the names that Options.Map takes, sorted.
func Fields() []string {
	var names []string
	for f := range nFields {
		if n := fieldInfos[f].name; n != "" {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	return names
}

func fieldList() string { return strings.Join(Fields(), ", ") }

// fieldNamed is the field that a name of Fields means. "at" is the time that
// matters most.
func fieldNamed(name string) field {
	if name == "at" {
		return fFailedAt
	}
	for f := range nFields {
		if n := fieldInfos[f].name; n != "" && n == name {
			return f
		}
	}
	return fNone
}

// headerKey is what headers are compared by: letters and digits in lower case,
// without accents. Case, blanks, underscores, dots, quotes and accents differ from
// one export to the next of the same system. What stands in brackets is a unit and
// not part of it.
func headerKey(h string) string {
	var b strings.Builder
	b.Grow(len(h))
	depth := 0
	for _, r := range h {
		switch {
		case r == '(' || r == '[':
			depth++
		case (r == ')' || r == ']') && depth > 0:
			depth--
		case depth > 0:
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if r = unicode.ToLower(r); r >= utf8.RuneSelf {
				r = plainLetter(r)
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
