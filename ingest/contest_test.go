package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"unsent/model"
)

// TestContest has tables in which two columns claim one field.
func TestContest(t *testing.T) {
	row := func(outcome, recipient string) facts { return facts{"outcome": outcome, "recipient": recipient} }
	nobody := facts{"outcome": "failed", "recipient": nil, "flags": []any{"recipient-missing", "time-missing"}}
	tests := []struct {
		name, text string
		want       []facts
		unused     []string
	}{
		{"a conversation's status beside the message's", "Phone,Status,Message Status\n15550100101,open,failed\n15550100102,pending,failed\n15550100103,open,\n",
			[]facts{row("failed", "15550100101"), row("failed", "15550100102"), row("in_progress", "15550100103")}, []string{"Status"}},
		{"whichever stands first", "Phone,Delivery Status,Status\n15550100101,failed,resolved\n15550100102,delivered,new\n",
			[]facts{row("failed", "15550100101"), row("succeeded", "15550100102")}, []string{"Status"}},
		{"a state of Brazil", "Telefone,Estado,Status envio\n15550100101,SP,Falhou\n15550100102,PE,Entregue\n",
			[]facts{row("failed", "15550100101"), row("succeeded", "15550100102")}, []string{"Estado"}},
		{"the name says less than the words", "phone,message status,status\n15550100101,active,failed\n15550100102,active,delivered\n",
			[]facts{row("failed", "15550100101"), row("succeeded", "15550100102")}, []string{"message status"}},
		{"what was refused and was never on its way", "phone,status,delivery status\n15550100101,failed,\n15550100102,sent,delivered\n15550100103,sent,failed\n",
			[]facts{row("failed", "15550100101"), row("succeeded", "15550100102"), row("failed", "15550100103")}, nil},
		{"the call's result beside the message's status", "phone,result,status\n15550100101,success,failed\n15550100102,success,delivered\n",
			[]facts{row("failed", "15550100101"), row("succeeded", "15550100102")}, []string{"result"}},
		{"a query that joined campaigns and messages", "campaign,status,phone,status\nSale,sent,15550100101,failed\nSale,sent,15550100102,delivered\n",
			[]facts{row("failed", "15550100101"), row("succeeded", "15550100102")}, []string{"status"}},
		{"the same column twice", "phone,status,phone\n15550100101,failed,15550100101\n,delivered,\n",
			[]facts{row("failed", "15550100101"), {"outcome": "succeeded"}}, []string{"phone"}},
		{"the campaign's id is not the message's", "id,status,id\n0a1b2c3d-0001,failed,0a1b2c3d-0007\n0a1b2c3d-0001,failed,0a1b2c3d-0008\n",
			[]facts{{"message_id": "0a1b2c3d-0007"}, {"message_id": "0a1b2c3d-0008"}}, []string{"id"}},
		{"nor are those of the contacts", "id,status,phone,id\n0a1b2c3d-0001,failed,15550100101,0a1b2c3d-0007\n0a1b2c3d-0002,failed,15550100102,0a1b2c3d-0008\n",
			[]facts{{"message_id": nil}, {"message_id": nil}}, []string{"id", "id"}},

		{"the business's number and the customer's", "Phone Number,Contact Number,Status\n15550100150,15550100101,failed\n15550100150,15550100102,failed\n15550100150,,failed\n",
			[]facts{row("failed", "15550100101"), row("failed", "15550100102"), nobody}, []string{"Phone Number"}},
		{"a number and the customer's", "Number,Customer Phone,Status\n15550100150,15550100101,failed\n", []facts{row("failed", "15550100101")}, []string{"Number"}},
		{"a WhatsApp number and the contact's", "WhatsApp Number,Contact Phone,Status\n15550100150,15550100101,failed\n", []facts{row("failed", "15550100101")}, []string{"WhatsApp Number"}},
		{"the one that is not always the same", "WhatsApp Number,Phone,Status\n15550100150,15550100101,failed\n15550100150,15550100102,failed\n",
			[]facts{row("failed", "15550100101"), row("failed", "15550100102")}, []string{"WhatsApp Number"}},
		{"the contact's number for a name", "Phone,Contact,Status\n15550100150,15550100101,failed\n15550100150,15550100102,failed\n",
			[]facts{row("failed", "15550100101"), row("failed", "15550100102")}, []string{"Phone"}},
		{"the same number in two ways", "Phone,WhatsApp,Status\n(555) 010-0101,15550100101,failed\n,15550100102,failed\n", []facts{{"outcome": "failed"}, row("failed", "15550100102")}, nil},
		{"a person's name", "Recipient,Phone,Status\nKim,15550100101,failed\nJo,,failed\n", []facts{row("failed", "15550100101"), nobody}, []string{"Recipient"}},
		{"a ticket's number, in Spanish", "Número,Teléfono,Estado\n1001,15550100101,Fallido\n1002,,Fallido\n", []facts{row("failed", "15550100101"), nobody}, []string{"Número"}},
		{"in French", "Numéro;Téléphone;Statut\n1;15550100101;Échoué\n", []facts{row("failed", "15550100101")}, []string{"Numéro"}},
		{"in German", "Nummer;Telefon;Status\n1;15550100101;Fehlgeschlagen\n", []facts{row("failed", "15550100101")}, []string{"Nummer"}},
		{"in Indonesian", "Nomor;No. HP;Status\n1;15550100101;Gagal\n", []facts{row("failed", "15550100101")}, []string{"Nomor"}},
		{"an incident's number alone", "Number,Status,Message ID\nINC0012345,failed,0a1b2c3d-0001\n", []facts{nobody}, []string{"Number"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := drainText(t, tt.text)
			if len(d.records) != len(tt.want) || len(d.rejected) > 0 {
				t.Fatalf("%d records, rejected %v, want %d", len(d.records), d.rejected, len(tt.want))
			}
			for i, want := range tt.want {
				checkRecord(t, fmt.Sprintf("record %d", i+1), &d.records[i], want)
			}
			if !slices.Equal(d.report.Unmapped, tt.unused) {
				t.Errorf("not used: %q, want %q", d.report.Unmapped, tt.unused)
			}
		})
	}
}

// What neither names nor values tell is asked, and can be said by number.
func TestContestAsks(t *testing.T) {
	blocks := "phone,status,error_code,phone,status,error_code\n15550100101,failed,131026,15550100103,failed,131047\n15550100102,delivered,,15550100104,failed,131049\n"
	tests := []struct {
		name, text string
		columns    []string // that the reason names
	}{
		{"two tables side by side", blocks, []string{`"phone" (column 1) or "phone" (column 4)`, `"status" (column 2) or "status" (column 5)`, `"error_code" (column 3) or "error_code" (column 6)`}},
		{"two numbers of one person", "Phone,Mobile,Status\n15550100101,15550100201,failed\n15550100102,15550100202,failed\n", []string{`"Phone" (column 1) or "Mobile" (column 2)`}},
		{"a failure that the better name does not have", "phone,status,delivery status\n15550100101,failed,sent\n15550100102,sent,sent\n", []string{`"delivery status" (column 3) or "status" (column 2)`}},
		{"two times of no order", "phone,status,updated_at,updated_at\n15550100101,failed,2026-03-14T07:15:40Z,2026-03-14T08:15:40Z\n", []string{`"updated_at" (column 3) or "updated_at" (column 4)`}},
		{"one number of all, many numbers", "Phone,Number,Status\n15550100150,15550100101,failed\n15550100150,15550100102,failed\n", []string{`"Phone" (column 1) or "Number" (column 2)`}},
	}
	for _, tt := range tests {
		_, err := Open(context.Background(), strings.NewReader(tt.text), "a.csv", options())
		var columns *ColumnsError
		if !errors.As(err, &columns) || !errors.Is(err, model.ErrColumns) || !strings.Contains(model.Hint(err), "--map") {
			t.Errorf("%s: %v, hint %q", tt.name, err, model.Hint(err))
			continue
		}
		for _, c := range tt.columns {
			if !strings.Contains(columns.Reason, c) {
				t.Errorf("%s: %s lacks %s", tt.name, columns.Reason, c)
			}
		}
		table, err := Preview(context.Background(), strings.NewReader(tt.text), "a.csv", Options{})
		if err != nil || table.Why != columns.Reason || len(table.Columns) != len(columns.Found) {
			t.Errorf("%s: preview %+v, %v", tt.name, table, err)
		}
	}

	o := options()
	o.Map = map[string]string{"recipient": "column 1", "status": "column 2", "code": "column 3"}
	d := drain(t, openText(t, blocks, o))
	if d.count(model.Failed) != 1 || d.count(model.Succeeded) != 1 || d.records[0].Code != "131026" || d.records[1].Code != "" {
		t.Errorf("%+v", d.records)
	}
	if want := []string{"phone", "status", "error_code"}; !slices.Equal(d.report.Unmapped, want) {
		t.Errorf("not used: %q", d.report.Unmapped)
	}
}

// Columns of one name are told apart by their values, and it is said.
func TestContestSays(t *testing.T) {
	d := drainText(t, "created_at,status,phone,created_at\n2025-03-14T07:15:40Z,failed,15550100101,2026-03-16T07:15:40Z\n2025-04-14T07:15:40Z,failed,15550100102,2026-03-16T07:15:40Z\n")
	if got := d.records[1].At.Format("2006-01-02"); got != "2026-03-16" {
		t.Errorf("at %s, which is the customer's", got)
	}
	if !slices.ContainsFunc(d.report.Warnings, func(w string) bool {
		return strings.Contains(w, `"created_at": column 4 was read and column 1 was not`)
	}) {
		t.Errorf("%q", d.report.Warnings)
	}
}

// Objects come one by one, and nobody is asked: a failure is not hidden by a
// status that has not heard of it.
func TestContestOfObjects(t *testing.T) {
	r := only(t, `{"phone":"15550100101","status":"failed","delivery_status":"pending"}`)
	if r.Outcome != model.Failed || !hasFlag(&r, model.FlagContradiction) {
		t.Errorf("%s %v", r.Outcome, r.Flags)
	}
	r = only(t, `{"number":"15550100150","customer_phone":"15550100101","status":"open","message_status":"failed"}`)
	if r.Outcome != model.Failed || r.Recipient != "15550100101" || len(r.Flags) != 1 {
		t.Errorf("%s to %s, %v", r.Outcome, r.Recipient, r.Flags)
	}
}

// A workbook of such sheets says that its columns can be named.
func TestContestInWorkbook(t *testing.T) {
	rows := sheetOf([]string{"Phone", "Mobile", "Status"}, []string{num("15550100101"), num("15550100201"), "failed"})
	_, err := Open(context.Background(), strings.NewReader(bookOf(t, book{sheets: []string{rows}})), "a.xlsx", options())
	if !errors.Is(err, model.ErrColumns) {
		t.Errorf("%v", err)
	}
	_, err = Open(context.Background(), strings.NewReader(bookOf(t, book{sheets: []string{rows, rows}})), "a.xlsx", options())
	if err == nil || !strings.Contains(model.Hint(err), "its columns can be named") {
		t.Errorf("%v, hint %q", err, model.Hint(err))
	}
}
