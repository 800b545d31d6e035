package ingest

import (
	"testing"

	"unsent/model"
)

// TestListsInsideObjects wants every message of a list, wherever an answer of an
// API has the list, and one record of what is the history of one message.
func TestListsInsideObjects(t *testing.T) {
	const (
		arrived = `{"id":"msg-0000001","phone":"15550100101","status":"delivered"}`
		failed  = `{"id":"msg-0000002","phone":"15550100102","status":"failed","error_code":131026}`
		second  = `{"id":"msg-0000003","phone":"15550100103","status":"failed","error_code":131047}`
		three   = `[` + arrived + `,` + failed + `,` + second + `]`
	)
	hook := hookHead + `"statuses":[` + status("a", "failed", `{"code":131049}`) + `]` + hookTail
	tests := []struct {
		name, text    string
		read, failing int
	}{
		{"a page", `{"data":{"messages":` + three + `,"paging":{"next":null}}}`, 3, 2},
		{"a page that went well", `{"data":{"messages":` + three + `},"status":"success","success":true}`, 3, 2},
		{"a payload", `{"payload":` + three + `,"meta":{"count":3}}`, 3, 2},
		{"a list of any name", `{"campaign":{"name":"may","status":"completed","recipients":` + three + `}}`, 3, 2},
		{"two lists", `{"messages":[` + arrived + `],"failures":[` + failed + `,` + second + `]}`, 3, 2},
		{"lists in a list", `{"runs":[{"rows":[` + arrived + `,` + failed + `]},{"rows":[` + second + `,` + failed + `]}]}`, 4, 3},
		{"one a line", `{"data":{"messages":` + three + `}}` + "\n" + `{"data":{"messages":[` + failed + `]}}` + "\n", 4, 3},
		{"a list of one that nothing else tells of", `{"sends":[` + failed + `],"count":1}`, 1, 1},
		{"a page of one that went well", `{"data":{"messages":[` + failed + `]},"status":"success"}`, 1, 1},
		{"numbers of rows for ids", `{"data":{"messages":[{"id":1,"status":"delivered"},{"id":2,"status":"failed","error_code":131026}]}}`, 2, 1},
		{"webhooks", `{"log":{"entries":[` + hook + `,` + hook + `]}}`, 2, 2},
		{"statuses of several", `{"result":{"statuses":[` + status("a", "failed", `{"code":131049}`) + `,` + status("b", "delivered", "") + `]}}`, 2, 1},
		{"a failure that has messages", `{"id":"wamid.x","to":"15550100109","status":"failed","error_code":131031,"thread":[` + arrived + `,` + failed + `]}`, 3, 2},

		{"the history of one", `{"message":{"id":"wamid.a","to":"15550100101","status":"failed","history":[{"id":"wamid.a","to":"15550100101","status":"sent"},{"id":"wamid.a","to":"15550100101","status":"failed"}]}}`, 1, 1},
		{"the attempts of one", `{"id":"msg-0000001","phone":"15550100101","status":"failed","attempts":[{"id":1,"status":"failed"},{"id":2,"status":"failed"}]}`, 1, 1},
		{"the answer to one", `{"id":"msg-0000001","phone":"15550100101","status":"failed","raw":{"recipients":` + three + `}}`, 1, 1},
	}
	for _, tt := range tests {
		d := drainText(t, tt.text)
		if n := d.count(model.Failed); len(d.records) != tt.read || n != tt.failing || len(d.rejected) != 0 {
			t.Errorf("%s: %d records, %d failed, rejected %v; want %d and %d", tt.name, len(d.records), n, d.rejected, tt.read, tt.failing)
		}
	}
	openError(t, `{"data":{"templates":[{"id":"1234567890123","name":"a","language":"en","category":"UTILITY","status":"REJECTED"},{"id":"1234567890124","name":"b","language":"en","category":"UTILITY","status":"REJECTED"}]}}`)
}
