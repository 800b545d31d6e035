package metasim

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// fault is what goes wrong with a question to the account; nil: nothing.
func (a *account) fault(op string, health bool) *Fault {
	for i, f := range a.sc.Faults {
		if slices.Contains(f.On, "graph") || slices.Contains(f.On, op) || health && slices.Contains(f.On, "health") {
			return &a.sc.Faults[i]
		}
	}
	return nil
}

// otherHost is where a fault's redirect leads: a host that does not exist.
const otherHost = "https://graph.example.com/"

// misbehave does what a fault says. It reports false when the answer is to come
// all the same, only late.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f Fault) (done bool) {
	switch f.How {
	case "late":
		return !s.wait(r.Context(), time.Duration(f.Wait))
	case "error":
		refuse(w, refusal{http: f.HTTP, code: f.Code, subcode: f.Subcode, kind: f.Type, message: f.Message, details: f.Details,
			title: f.UserTitle, text: f.UserText, transient: f.Transient, beside: f.Data})
	case "text", "latin1":
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(statusOr(f.HTTP, http.StatusOK))
		io.WriteString(w, encoded(f))
	case "html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(statusOr(f.HTTP, http.StatusOK))
		io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body><h1>Something went wrong.</h1><p>We are working on it.</p></body></html>\n")
	case "empty":
		w.WriteHeader(statusOr(f.HTTP, http.StatusOK))
	case "redirect":
		http.Redirect(w, r, otherHost, http.StatusFound)
	case "silent":
		s.wait(r.Context(), 24*time.Hour)
		panic(http.ErrAbortHandler)
	case "cut":
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.Header().Set("Content-Length", "4096")
		io.WriteString(w, `{"data":[{"id":"`)
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // the connection ends before the body does
	case "endless", "huge":
		s.pour(w, r, f.How == "endless")
	case "trickle":
		s.trickle(w, r)
	}
	return true
}

// encoded is the body of a fault in bytes: UTF-8, or Latin-1 that says it were.
func encoded(f Fault) string {
	if f.How != "latin1" {
		return f.Body
	}
	var b []byte
	for _, r := range f.Body {
		b = append(b, byte(r))
	}
	return string(b)
}

func statusOr(status, usual int) int {
	if status == 0 {
		return usual
	}
	return status
}

// pour writes a body of 50 MB, or one that never ends.
func (s *Server) pour(w http.ResponseWriter, r *http.Request, forever bool) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	io.WriteString(w, `{"data":[`)
	chunk := strings.Repeat(`{"id":"1"},`, 6000)
	for n := 0; forever || n < 50<<20; n += len(chunk) {
		if _, err := io.WriteString(w, chunk); err != nil || !s.wait(r.Context(), 0) {
			return
		}
	}
	io.WriteString(w, `{"id":"1"}]}`)
}

// trickle writes a sign now and then, and never ends: no single pause is long
// enough to look like silence.
func (s *Server) trickle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	for {
		if _, err := fmt.Fprint(w, " "); err != nil || http.NewResponseController(w).Flush() != nil || !s.wait(r.Context(), 100*time.Millisecond) {
			return
		}
	}
}
