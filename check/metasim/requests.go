package metasim

import (
	"net/http"
	"slices"
)

// A Request is what the server keeps of a request. Neither a token nor any value
// of the query is in it.
type Request struct {
	Method   string
	Path     string
	Query    []string // names of the parameters, sorted
	Agent    string   // the User-Agent
	Scenario string   // whose token asked; empty: nobody's that is known
}

// keep is how many requests are remembered, the newest: a demo may run for days.
const keep = 10_000

// Requests are the requests so far, oldest first, at most the last 10,000.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

func (s *Server) record(r *http.Request) {
	q := Request{Method: r.Method, Path: r.URL.Path, Agent: r.UserAgent()}
	for name := range r.URL.Query() {
		q.Query = append(q.Query, name)
	}
	slices.Sort(q.Query)
	if a := s.world.byToken[bearer(r)]; a != nil {
		q.Scenario = a.Scenario
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) >= keep {
		s.log = slices.Delete(s.log, 0, keep/2)
	}
	s.log = append(s.log, q)
}
