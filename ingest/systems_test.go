package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// TestSystems has tables and objects of systems that have no preset, under the
// names that their fields have there, with rows of our own: the general rules
// must find who was written to, what became of it and why. Those with a preset
// are in formats.
func TestSystems(t *testing.T) {
	failed := func(more facts) []facts {
		f := facts{"outcome": "failed", "recipient": "15550100101"}
		for k, v := range more {
			f[k] = v
		}
		return []facts{f}
	}
	const at = "2026-11-20T08:34:10Z"
	tests := []struct {
		name, text string
		want       []facts
	}{
		{"Vonage report records", `{"records":[{"account_id":"a","product":"MESSAGES","direction":"outbound","date_start":"2026-11-20T08:34:00+0000","date_end":"2026-11-20T08:34:10+0000","status":"rejected","network":"WHATSAPP","from":"15550100150","to":"15550100101","message_id":"0a1b2c3d-0001","client_ref":"r"}]}`,
			failed(facts{"message_id": "0a1b2c3d-0001"})},
		{"Infobip log export with columns of the sender's own", "Message Id,To,From,Send At,Status,Status Group Name,Error Name,callbackData.order\nm-1,15550100101,15550100150,2026-11-20T08:34:10.000+0000,UNDELIVERABLE_NOT_DELIVERED,UNDELIVERABLE,EC_INVALID_TEMPLATE,77\n",
			failed(facts{"message_id": "m-1", "vendor": facts{"system": "infobip", "code": "EC_INVALID_TEMPLATE"}})},
		{"Bird", `{"id":"m-1","channelId":"c","receiver":"+15550100101","status":"delivery_failed","reason":"Insufficient credit","createdAt":"2026-11-20T08:34:10.123Z"}`,
			failed(facts{"message": "Insufficient credit", "code_from": "none"})},
		{"Gupshup enterprise, the parameters in a table", "externalId,deliveredTS,status,cause,phoneNo,errCode,noOfFrags\n3562707498794989059-328736121207676738,1793000000000,FAILED,UNKNOWN_SUBSCRIBER,15550100101,025,1\n",
			failed(facts{"message": "UNKNOWN_SUBSCRIBER"})},
		{"360dialog's own refusal", `{"to":"15550100101","meta":{"httpCode":403,"developerMessage":"Number is not verified","success":false}}`,
			[]facts{{"outcome": "failed", "http_status": 403, "recipient": "15550100101"}}},
		{"360dialog's own refusal in a cell", "phone,status,response\n15550100101,failed,\"{\"\"meta\"\":{\"\"httpCode\"\":403,\"\"developerMessage\"\":\"\"Number is not verified\"\"}}\"\n", failed(facts{"http_status": 403, "message": "Number is not verified"})},
		{"AiSensy: ten digits and no country code", "Name,Phone,Status,Failure Reason\nKim,9155501001,Failed,Message undeliverable\n", []facts{{"outcome": "failed", "code": 131026, "code_from": "title"}}},
		{"Unifonic", "Recipient,Campaign Name,Status,Sent At\n15550100101,Sale,Failed user limit reached,2026-11-20T08:34:10Z\n", failed(facts{"campaign": "Sale", "at": at})},
		{"Insider One", "Phone,Campaign,Status\n15550100101,Sale,Undelivered\n", failed(facts{"campaign": "Sale"})},
		{"Wexio", "recipient,outcome,errorReason\n15550100101,FAILED,whatsapp:131047:re_engagement_message_required\n15550100102,SKIPPED,\n", []facts{{"outcome": "failed", "code": 131047, "code_from": "text"}, {"outcome": "not_attempted"}}},
		{"Responsys CED", "EVENT_TYPE_ID,ACCOUNT_ID,LIST_ID,RIID,CUSTOMER_ID,EVENT_CAPTURED_DT,CAMPAIGN_ID,MOBILE_NUMBER,REASON\n5,1,2,3,77,20-Nov-2026 08:34:10,9,15550100101,131026: Message undeliverable\n",
			failed(facts{"code": 131026, "campaign": "9", "at": at})},
		{"Braze Currents", `{"id":"e-1","user_phone_number":"15550100101","campaign_name":"Sale","time":1793000000,"status":"failed","failure_reason":"131049: not delivered"}`, failed(facts{"code": 131049, "campaign": "Sale"})},
		{"a gateway with units in its headers", "Date/Time Start (UTC),Source,Destination,Status,Error Code\n2026-11-20 08:34:10,15550100150,15550100101,failed,131026\n", failed(facts{"code": 131026, "at": at})},
		{"sent.dm", `{"to":"15550100101","status":"FAILED","error_code":"ERR_TEMPLATE_PAUSED","error_message":"The template is paused"}`, failed(facts{"vendor": facts{"system": "generic", "code": "ERR_TEMPLATE_PAUSED"}})},
		{"Amio", `{"event":"message_failed","timestamp":"2026-11-20T08:34:10Z","data":{"id":"m-1","contact":{"id":"c"},"to":"15550100101","error":{"code":3,"message":"Not delivered"},}}`,
			failed(facts{"vendor": facts{"system": "generic", "code": "3"}, "message": "Not delivered"})},
		{"Surge", `{"account_id":"a","type":"message.failed","timestamp":"2026-11-20T08:34:11Z","data":{"id":"m-1","body":"Hi","conversation":{"id":"c","contact":{"phone_number":"+15550100101"}},"failed_at":"2026-11-20T08:34:10Z","failure_reason":"carrier_error"}}`,
			[]facts{{"outcome": "failed", "message": "carrier_error", "at": at}}},
		{"ValueFirst's numbers are nobody's of Meta's", "mobile,status,errorCode\n15550100101,failed,28682\n", failed(facts{"vendor": facts{"system": "generic", "code": "28682"}})},
		{"GOV.UK Notify, which sends no WhatsApp", "Recipient,Reference,Template,Type,Sent by,Sent by email,Job,Status,Time,API key name\n15550100101,r,t,sms,,a@example.com,,Permanent failure,2026-11-20 08:34:10,k\n", []facts{{"outcome": "not_a_send"}}},
		{"GOV.UK Notify's words", "Row number,phone,Template,Type,Job,Status,Time\n2,15550100101,t,whatsapp,j,Permanent failure,2026-11-20 08:34:10\n2,15550100102,t,whatsapp,j,Technical failure,2026-11-20 08:34:10\n", []facts{{"outcome": "failed", "template": "t"}, {"outcome": "failed"}}},
		{"Chatwoot's campaign messages", "id,campaign_id,phone_number,message_id,status,error_code,error_description,delivered_at,read_at\n1,7,15550100101,wamid.a,failed,131026,131026: Message undeliverable,,\n", failed(facts{"code": 131026, "wamid": "wamid.a", "campaign": "7"})},
		{"fazer.ai's account restrictions are no codes of Meta's", "phone,status,external_error\n15550100101,failed,Your account has been restricted (463)\n", failed(facts{"code_from": "none", "message": "Your account has been restricted (463)"})},
		{"WACRM's messages", "id,conversation_id,sender_type,content_type,content_text,template_name,message_id,status,created_at\n0a1b,c,agent,template,Hi,welcome,wamid.a,failed,2026-11-20 08:34:10+00\n", []facts{{"outcome": "failed", "wamid": "wamid.a", "template": "welcome", "at": at}}},
		{"whatomate's messages", "organization_id,whatsapp_account,contact_id,whatsapp_message_id,direction,message_type,content,template_name,status,error_message\no,a,c,wamid.a,outgoing,template,Hi,welcome,failed,Message undeliverable\n", []facts{{"outcome": "failed", "code": 131026, "code_from": "title", "template": "welcome"}}},
		{"frappe_whatsapp", "ID,Label,Type,Status,To,From,Template,Message Type,Message ID,Profile Name\nWM-1,x,Outgoing,failed,15550100101,,welcome,Template,wamid.a,Kim\n", failed(facts{"wamid": "wamid.a", "template": "welcome"})},
		{"Evolution's messages", `{"id":"c1","key":{"id":"3EB0","fromMe":true,"remoteJid":"15550100101@s.whatsapp.net"},"pushName":"Kim","messageType":"conversation","messageTimestamp":1793000000,"instanceId":"i","status":"FAILED"}`, failed(facts{"at": "2026-10-26T07:33:20Z"})},
		{"RapidPro's letters", "uuid,urn,direction,status,failed_reason\nu-1,tel:+15550100101,out,failed,E\n", []facts{{"outcome": "failed", "message": "E"}}},
		{"Airbyte's Twilio", `{"stream":"messages","data":{"sid":"SM00000000000000000000000000000001","to":"whatsapp:+15550100101","from":"whatsapp:+15550100150","status":"undelivered","error_code":63016},"emitted_at":1682602854052}`, failed(facts{"code": 131047})},

		{"home-grown: mobile, message, response", "id,mobile,message,response,status,created_at\n1,15550100101,Hi,\"{\"\"error\"\":{\"\"message\"\":\"\"(#131026) x\"\",\"\"code\"\":131026}}\",failed,2026-11-20 08:34:10\n", failed(facts{"code": 131026, "code_from": "json"})},
		{"home-grown: simulated", "request_id,recipient_phone,recipient_name,event_type,message,status,direct_url,response_payload,created_at\nr,15550100101,Kim,order,Hi,simulated,,,2026-11-20 08:34:10\nr2,15550100101,Kim,order,Hi,failed,,,2026-11-20 08:34:10\n", []facts{{"outcome": "not_attempted"}, {"outcome": "failed"}}},
		{"home-grown: camel case", "customerId,phone,messageType,messageBody,status,messageSid,errorMessage,retryCount,sentAt,createdAt\n7,15550100101,template,Hi,failed,m-1,131026: x,2,,2026-11-20T08:34:10Z\n", failed(facts{"code": 131026, "kind": "template", "message_id": "m-1"})},
		{"home-grown: success for a status", "phone_number,message_type,request_body,response_body,response_status,success,message_id,error_message\n15550100101,template,{},{},400,f,,(#132000) Number of parameters does not match\n", failed(facts{"code": 132000, "http_status": 400})},
		{"home-grown: the account's columns", "customer_phone,display_phone_number,meta_phone_number_id,meta_waba_id,meta_message_id,message_text,status,last_error_code\n15550100101,+1 555 010 0150,1200000000000012,1200000000000002,wamid.a,Hi,failed,131026\n",
			failed(facts{"code": 131026, "sender": "15550100150", "phone_number_id": "1200000000000012", "waba_id": "1200000000000002", "wamid": "wamid.a"})},
		{"home-grown: provider beside the code", "to_mobile,template_name,provider,provider_message_id,status,error_code\n15550100101,welcome,gupshup,g-1,failed,1002\n15550100101,welcome,meta,g-2,failed,131026\n", []facts{{"vendor": facts{"system": "gupshup", "code": "1002"}}, {"code": 131026, "code_from": "column"}}},
		{"front end: error description", "Phone Number,Status,Error Code,Error Description,Sent At,Delivered At,Read At\n15550100101,failed,131026,Message undeliverable,2026-11-20 08:34,,\n", failed(facts{"code": 131026, "message": "Message undeliverable"})},
		{"front end: error title", "ID,Type,Message ID,From,To,Status,Error Code,Error Title,Text,Timestamp,Received At\n1,template,wamid.a,15550100150,15550100101,failed,131026,Message undeliverable,Hi,2026-11-20T08:34:10Z,2026-11-20T08:34:11Z\n", failed(facts{"code": 131026, "title": "Message undeliverable", "wamid": "wamid.a", "at": at})},
		{"front end: pretty numbers", "Id,From,To,Creation Time,Last Updated Time,Message Status,Error Code,Error Description,Cost,Segment\nSM00000000000000000000000000000001,(555) 010-0150,+1 (555) 010-0101,11/20/2026 8:34:00 AM,11/20/2026 8:34:10 AM,undelivered,30008,Unknown error,0.1,1\n", failed(facts{"vendor": facts{"system": "twilio", "code": "30008"}, "at": at})},
		{"front end: toLocaleString", "Phone Number,Name,Status,Sent At,Delivered At,Read At,Failure Reason,Provider,Cost\n15550100101,Kim,failed,\"20/11/2026, 8:34:10 am\",,,Message undeliverable,meta,0\n", failed(facts{"code": 131026, "at": at})},
		{"front end: Contact and Phone", "Contact,Phone,Status,Delivered At,Read At,Failure Reason\nKim,+1 555 010 0101,Failed,,,131026: x\n", failed(facts{"code": 131026})},
		{"front end: Error", "Contact Name,Phone,Status,Sent At,Delivered At,Read At,Error\nKim,15550100101,failed,2026-11-20 08:34,,,(#131026) x\n", failed(facts{"code": 131026})},
		{"front end: Target", "ID,Campaign,Sender,Target,Status,Sent At,Delivered At,Read At,Error,Created At\n1,Sale,15550100150,15550100101,failed,,,,131026,2026-11-20T08:34:10Z\n", failed(facts{"code": 131026, "campaign": "Sale", "sender": "15550100150"})},
		{"front end: no number", "Recipient ID,Contact ID,Status,Sent At,Delivered At,Read At,Failed Reason\nr1,c1,failed,,,,131026: x\n", []facts{{"code": 131026, "recipient": nil, "flags": []any{"recipient-missing"}}}},
		{"front end: several channels", "Recipient,Email,Phone,Channel,Provider,Status,Template Key,Trigger,Subject,Attempts,Error Code,Error Message,Queued At,Sent At,Failed At\nKim,k@example.com,15550100101,whatsapp,meta,failed,welcome,order,,3,131026,x,2026-11-20T08:34:00Z,,2026-11-20T08:34:10Z\nKim,k@example.com,,email,ses,failed,welcome,order,,1,550,x,2026-11-20T08:34:00Z,,2026-11-20T08:34:10Z\n",
			[]facts{{"outcome": "failed", "code": 131026, "template": "welcome", "recipient": "15550100101", "at": at}, {"outcome": "not_a_send"}}},
		{"sheet: broadcast log", "ID,Broadcast ID,Lead ID,Lead Name,WhatsApp,Status,Message ID,Error Message,Sent At,Message Content,Sender CS,Retry Count,Max Retry,Image URL\n1,b-1,l,Kim,15550100101,failed,,131026: x,,Hi,15550100150,1,3,\n", failed(facts{"code": 131026, "campaign": "b-1"})},
		{"script: SENT and SKIPPED", "timestamp,number,name,status,error,message_id\n2026-11-20T08:34:10Z,15550100101,Kim,FAILED,131026: x,\n2026-11-20T08:34:10Z,15550100102,Jo,SKIPPED,,\n", []facts{{"outcome": "failed", "code": 131026}, {"outcome": "not_attempted"}}},
		{"script: result and detail", "time,number,template,result,detail\n2026-11-20T08:34:10Z,15550100101,welcome,FAILED,131026: x\n2026-11-20T08:34:10Z,15550100102,welcome,SENT,wamid.b\n", []facts{{"outcome": "failed", "code": 131026, "template": "welcome"}, {"outcome": "in_progress", "wamid": "wamid.b"}}},
		{"script: no header", "2026-11-20T08:34:10.061Z,15550100101,Hello,Failed\n", failed(facts{"at": "2026-11-20T08:34:10.061Z"})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := drainText(t, tt.text)
			if len(d.records) != len(tt.want) || len(d.rejected) > 0 {
				t.Fatalf("%d records, rejected %v, want %d\n%+v", len(d.records), d.rejected, len(tt.want), d.records)
			}
			for i, want := range tt.want {
				checkRecord(t, fmt.Sprintf("record %d", i+1), &d.records[i], want)
			}
			if strings.Contains(tt.name, "home-grown") && d.report.System != "generic" {
				t.Errorf("the system is %q", d.report.System)
			}
		})
	}
}
