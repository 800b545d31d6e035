package ingest

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"unsent/model"
)

// echoes is a workbook of a few kilobytes that names one text of a megabyte over
// and over: so many rows of so many cells.
func echoes(t *testing.T, rows, cells int) *Reader {
	t.Helper()
	xml := rowOf(1, "Phone", "Status", "Error code")
	for i := range rows {
		xml += rowOf(i+2, "15550100101", "failed", "131026") + "<row>" + strings.Repeat(`<c t="s"><v>0</v></c>`, cells) + "</row>"
	}
	file := bookOf(t, book{sheets: []string{xml}, shared: []string{"<t>" + strings.Repeat("a", maxCell) + "</t>"}})
	r, err := Open(context.Background(), strings.NewReader(file), "echo.xlsx", options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// A row that is too large is not made whole first.
func TestSharedTextsDoNotFillTheMemory(t *testing.T) {
	var before, at runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const cells = 1000
	r := echoes(t, 1, cells)
	peak := uint64(0)
	for {
		var rec model.Record
		err := r.Next(&rec)
		runtime.ReadMemStats(&at)
		peak = max(peak, at.HeapSys)
		var reject *model.Rejection
		if err != nil && !errors.As(err, &reject) {
			break
		}
	}
	if peak > before.HeapSys+400<<20 {
		t.Errorf("%d MiB more for a row of %d MiB", (peak-before.HeapSys)>>20, cells)
	}
}

// What a text is repeated to counts as unpacked.
func TestSharedTextsAreBounded(t *testing.T) {
	r := echoes(t, 20, 12)
	for n := 0; ; n++ {
		var rec model.Record
		err := r.Next(&rec)
		var reject *model.Rejection
		var bomb *boundError
		switch {
		case errors.As(err, &bomb):
			return
		case err == io.EOF:
			t.Fatalf("%d rows of 12 MiB are read out of some kilobytes", n)
		case err != nil && !errors.As(err, &reject):
			t.Fatal(err)
		}
	}
}
