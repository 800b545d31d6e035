package ingest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"unsent/model"
)

// TestRefusedByName: a file that is no log is called what it is, by its content,
// with what to ask for instead.
func TestRefusedByName(t *testing.T) {
	sqlite := func(app string) string {
		return "SQLite format 3\x00" + strings.Repeat("\x00", 52) + app + strings.Repeat("\x00", 28)
	}
	doc := func(member string) string {
		return zipOf(t, packed{"[Content_Types].xml", "<Types/>"}, packed{member, "x"})
	}
	tests := []struct{ name, text, what, hint string }{
		{"JPEG", "\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image", "a picture of the log cannot be read"},
		{"GIF", "GIF89a\x01\x00", "a GIF image", "picture"},
		{"WebP", "RIFF\x24\x00\x00\x00WEBPVP8 ", "a WebP image", "picture"},
		{"HEIC", "\x00\x00\x00\x18ftypheic", "a photograph", "picture"},
		{"video", "\x00\x00\x00\x18ftypmp42", "a video", "messages"},
		{"PDF", "%PDF-1.7\n", "a PDF document", "as CSV or .xlsx"},
		{"RTF", `{\rtf1\ansi`, "a rich text document", "plain text"},
		{"old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls), a workbook with a password", "as .xlsx or as CSV"},
		{"docx", doc("word/document.xml"), "a Word document", "plain text"},
		{"pptx", doc("ppt/presentation.xml"), "a PowerPoint", "as CSV"},
		{"xlsb", doc("xl/workbook.bin"), "a binary Excel workbook", "as .xlsx"},
		{"ods", zipOf(t, packed{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, packed{"content.xml", ""}), "an OpenDocument spreadsheet (.ods)", "as .xlsx"},
		{"odt", zipOf(t, packed{"mimetype", "application/vnd.oasis.opendocument.text"}), "an OpenDocument text", "as CSV"},
		{"numbers", zipOf(t, packed{"Index/Document.iwa", "x"}, packed{"Index/Tables/Tile.iwa", "x"}), "an Apple", "export it as CSV"},
		{"apk", zipOf(t, packed{"AndroidManifest.xml", "x"}), "a program (.apk", "the log that it wrote"},
		{"tar", "logs/a.csv" + strings.Repeat("\x00", 247) + "ustar\x0000", "a tar archive", "unpack"},
		{"7-Zip", "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack"},
		{"our database", sqlite("unsn"), "a database of unsent itself", "--db"},
		{"another database", sqlite("\x00\x00\x00\x00"), "an SQLite database", "table of messages"},
		{"program", "\x7fELF\x02\x01\x01", "a program", "log that it wrote"},
		{"login page", "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form><input type=\"password\"></form></body></html>", "a login page", "log in, download"},
		{"page", "\ufeff <!-- x -->\n<html lang=\"en\"><body>Sorry, something is wrong</body></html>", "a web page (HTML)", "log in, download"},
		{"HTML table", "<table border=\"1\"><tr><td>phone</td><td>status</td></tr></table>", "a web page with a table", "save it as .xlsx"},
		{"Excel 2003", "<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "an Excel 2003 XML workbook", "save it as .xlsx"},
		{"SVG", "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">", "an SVG image", "picture"},
		{"XML", "<?xml version=\"1.0\"?>\n<rows/>", "an XML file", "as CSV"},
		{"e-mail", "Delivered-To: kim@example.com\nReceived: from mail.example.com\nFrom: Jo <jo@example.com>\nTo: kim@example.com\nSubject: Failed, again: error 131026\nMIME-Version: 1.0\n\nHi Kim, here it is.\n", "an e-mail", "attached"},
		{"chat of Android", "12/03/2026, 10:14 - Messages and calls are end-to-end encrypted.\n12/03/2026, 10:15 - Kim: Hello, did it arrive?\n12/03/2026, 10:16 - Jo: It failed, error 131026\nagain and again\n", "a chat that somebody exported", "platform"},
		{"chat of iOS", "\u200e[12/03/26, 10:14:09\u202fAM] Kim: \u200eMessages are encrypted.\n[12/03/26, 10:15:09\u202fAM] Kim: Hello\n", "a chat that somebody exported", "platform"},
		{"zipped chat", zipOf(t, packed{"_chat.txt", "[12/03/26, 10:14:09] Kim: Hi\n[12/03/26, 10:15:09] Kim: Hello\n"}), "a chat that somebody exported", "platform"},
		{"metrics", "# HELP whatsapp_messages_failed_total Messages that failed.\n# TYPE whatsapp_messages_failed_total counter\nwhatsapp_messages_failed_total{code=\"131026\"} 12\nwhatsapp_messages_failed_total{code=\"131047\"} 3\n", "a list of metrics", "webhooks"},
		{"Insights", "Date,Country,Conversation category,Conversation type,Conversations,Approximate charges\n2026-11-20,Brazil,Marketing,Regular,120,4.20\n", "a summary that counts messages", "one row for each message"},
		{"template report", "Template name,Status,Messages sent,Messages delivered,Messages read\nwelcome,Failed,120,100,80\n", "a summary that counts messages", "one row for each message"},
		{"daily counts", "Date;Sent;Delivered;Failed\n2026-11-20;120;100;20\n", "a summary that counts messages", "one row for each message"},
		{"templates", "ID,Template name,Category,Language,Status,Rejection reason\n1234567890123456,welcome,UTILITY,en,REJECTED,INVALID_FORMAT\n", "a list of templates", "one row for each message"},
		{"contacts", "Name,Phone,Email,Tags\nKim,+15550100101,kim@example.com,vip\n", "a list of contacts", "report of the campaign"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := openError(t, tt.text)
			if !strings.Contains(err.Error(), tt.what) || !strings.Contains(model.Hint(err), tt.hint) {
				t.Errorf("%v\nhint: %s\nwant %q and %q", err, model.Hint(err), tt.what, tt.hint)
			}
		})
	}
}

// TestNotRefused: logs that have something in common with what is refused.
func TestNotRefused(t *testing.T) {
	for name, text := range map[string]string{
		"a program's log with levels":      "2026-11-20, 10:15 - ERROR: (#131026) Message undeliverable\n2026-11-20, 10:16 - ERROR: (#131026) Message undeliverable\n",
		"errors that look like metrics":    "Error 131026\nError 131047\n",
		"a pasted message with from, to":   "From: +15550100150\nTo: +15550100101\nStatus: failed\nError: 131026: Message undeliverable\n",
		"a log with the template's facts":  "template_name,language,category,status,phone,error_code\nwelcome,en,UTILITY,failed,+15550100101,131026\n",
		"a log with flags for each status": "phone,sent,delivered,failed,status,error_code\n+15550100101,1,0,1,failed,131026\n",
		"a log with names and tags":        "name,phone,email,tags,status,error_code\nKim,+15550100101,kim@example.com,vip,failed,131026\n",
		"a log with chat in it":            "time,phone,status,error_message\n\"12/03/2026, 10:15\",+15550100101,failed,131026: no\n\"12/03/2026, 10:16\",+15550100101,failed,131026: no\n",
	} {
		if d := drainText(t, text); d.count(model.Failed) < 1 || d.failed()[0].Code != "131026" {
			t.Errorf("%s: %+v, rejected %v", name, d.records, d.rejected)
		}
	}
	// The agent's word goes before what a table looks like.
	o := options()
	o.Map = map[string]string{"recipient": "Phone", "code": "Tags"}
	r, err := Open(context.Background(), strings.NewReader("Name,Phone,Email,Tags\nKim,+15550100101,kim@example.com,131026\n"), "f", o)
	if err != nil {
		t.Fatal(err)
	}
	if d := drain(t, r); d.count(model.Failed) != 1 {
		t.Errorf("%+v", d.records)
	}
	o.Map = nil
	var columns *ColumnsError
	if _, err := Open(context.Background(), strings.NewReader("Name,Phone\nKim,+15550100101\n"), "f", o); !errors.As(err, &columns) {
		t.Errorf("contacts are %v, want a *ColumnsError, so that columns can be named", err)
	}
}

// The columns of a table that is refused are named without the secrets in them,
// and a name that is too long is not cut inside a letter.
func TestRefusedColumnsAreClean(t *testing.T) {
	token := "EAAG" + strings.Repeat("a1B2c3D4e5", 12)
	long := strings.Repeat("ç", 40)
	err := openError(t, "aaa,"+long+","+token+"\nqq,ww,ee\nqr,wt,ey\n")
	if said := err.Error(); strings.Contains(said, token[:20]) || strings.Contains(said, `\x`) || !strings.Contains(said, `"çççç`) {
		t.Errorf("%s", said)
	}
	_, err = Open(t.Context(), strings.NewReader("phone,status,"+token+"\n1,failed,x\n"), "x.csv", Options{Map: map[string]string{"code": "none of these"}})
	if err == nil || strings.Contains(model.Hint(err), token[:20]) {
		t.Errorf("%v: %s", err, model.Hint(err))
	}
	table, err := Preview(t.Context(), strings.NewReader("phone,status,error_code,"+token+"\n15550100101,failed,131026,x\n"), "x.csv", options())
	if err != nil || len(table.Columns) != 4 || strings.Contains(table.Columns[3].Header, token[:20]) {
		t.Errorf("%+v %v", table.Columns, err)
	}
}
