//go:build unix

package main

import (
	"bufio"
	"encoding/base64"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// gen writes invented failures, about 400 bytes a row; the same flags give the
// same bytes.
func gen(args []string) error {
	fs := flag.NewFlagSet("gen", flag.ExitOnError)
	n := fs.Int("n", 100_000, "rows")
	out := fs.String("o", "failures.csv", "file")
	fs.Parse(args)
	f, err := os.Create(*out)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "timestamp,wamid,recipient,phone_number_id,waba_id,message_type,template_name,template_language,status,error_code,error_title,error_details,http_status,fbtrace_id,campaign")
	r := rand.New(rand.NewPCG(1, 2))
	codes := []struct {
		code  int
		title string
	}{{131000, "Something went wrong"}, {131016, "Service unavailable"}, {131026, "Message Undeliverable"}, {131047, "Re-engagement message"}, {132001, "Template does not exist"}}
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := range *n {
		at = at.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
		to := fmt.Sprintf("1%03d55501%02d", 200+r.IntN(700), r.IntN(100))
		waba := r.IntN(30)
		c := codes[min(r.IntN(10)/2, len(codes)-1)]
		id := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "\x1c\x18\x0b%s\x15\x02\x00\x11\x18\x12%018X\x00", to, i))
		fmt.Fprintf(w, "%s,wamid.%s,%s,33661000%03d,336600000%03d,template,template_%02d,en_US,failed,%d,%s,Message failed to send. Reference %08x.,400,A%016x,campaign %d\n",
			at.Format(time.RFC3339), id, to, 2*waba+r.IntN(2), waba, waba%5*3+r.IntN(3), c.code, c.title, r.Uint32(), r.Uint64(), r.IntN(30))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
