package ingest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// read goes through a text and counts what it gave.
func read(ctx context.Context, text string) (n int, err error) {
	r, err := Open(ctx, strings.NewReader(text), "test", options())
	if err != nil {
		return 0, err
	}
	for {
		var rec model.Record
		err := r.Next(&rec)
		if err == io.EOF {
			return n, nil
		}
		if n++; err != nil && !isRejection(err) {
			return n, err
		}
	}
}

// TestSlow: rows that look again and again like the beginning of something long
// take time in proportion to their size. Each took 7 seconds and more when every
// beginning was followed to its end.
func TestSlow(t *testing.T) {
	const head = "phone,status,error_code,details\n15550100101,failed,131026,x\n"
	row := strings.Repeat(`{"a,`, 4000) + "\n"
	for name, text := range map[string]string{
		"JSON that does not close":       head + strings.Repeat(row, 1<<20/len(row)),
		"JSON in quotes, does not close": head + strings.Repeat(strings.Repeat(`"{"a",`, 2600)+"\n", 64),
		"open quotes":                    head + strings.Repeat("\"a\n", 300_000),
		"open quotes and brackets":       head + strings.Repeat("\"{\"a\n", 180_000),
	} {
		t.Run(name, func(t *testing.T) {
			quarter, whole, ok := proportional(func(part int) {
				n, err := read(context.Background(), text[:len(text)/part])
				if err != nil || n < 60/part {
					t.Errorf("%d records, %v", n, err)
				}
			})
			if !ok {
				t.Errorf("a quarter took %v, all of it %v", quarter, whole)
			}
		})
	}
}

// TestEnded: reading ends in the middle of rows that are all passed over.
func TestEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Open(ctx, strings.NewReader("phone,status,error_code\n15550100101,failed,131026\n"+strings.Repeat(",,\n", 1<<20)), "test", options())
	if err != nil {
		t.Fatal(err)
	}
	var rec model.Record
	if err := r.Next(&rec); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := r.Next(&rec); !errors.Is(err, context.Canceled) {
		t.Errorf("reading went on: %v", err)
	}
	if _, err := read(ctx, "phone,status\n15550100101,failed\n"); !errors.Is(err, context.Canceled) {
		t.Errorf("reading began: %v", err)
	}
}

// TestBareJSON: the few tries of a row are enough for what logs have.
func TestBareJSON(t *testing.T) {
	r := only(t, "phone,request,meta,response,status\n15550100101,{\"cut,{\"off,{\"error\":{\"code\":131026,\"fbtrace_id\":\"Axx\"}},failed\n")
	if r.Code != "131026" || r.Trace != "Axx" {
		t.Errorf("%+v", r)
	}
}

// TestManyOpen: a file in which thousands of quotes never close still gives its
// long cells, and those of several lines as long as such cells are usual in it.
func TestManyOpen(t *testing.T) {
	long := strings.Repeat("lorem ipsum ", 20)
	damaged := "15550100102,failed,131026,\"Oops\n"
	multi := "15550100101,failed,131026,\"a\nb\"\n"
	head := "phone,status,error_code,details\n15550100101,failed,131026,x\n"
	d := drainText(t, head+strings.Repeat(damaged+"15550100101,failed,131026,\""+long+"\"\n", 6000))
	if n := d.count(model.Failed); n < 5900 {
		t.Errorf("%d of 6001 rows with long cells", n)
	}
	d = drainText(t, head+strings.Repeat(damaged+multi, 6000))
	if n := d.count(model.Failed); n < 5900 {
		t.Errorf("%d of 6001 rows with several lines", n)
	}
}

// proportional runs f on a quarter and on the whole of some input and reports
// whether the whole took much more than four times as long. Both are the best of
// two in one run, so that a slow or busy machine does not matter; what is
// quadratic takes sixteen times as long.
func proportional(f func(part int)) (quarter, whole time.Duration, ok bool) {
	best := func(part int) time.Duration {
		least := time.Duration(1 << 62)
		for range 2 {
			start := time.Now()
			f(part)
			least = min(least, time.Since(start))
		}
		return least
	}
	quarter, whole = best(4), best(1)
	return quarter, whole, whole < 9*quarter+250*time.Millisecond
}
