package metasim

import (
	"encoding/xml"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What the status page lists: products, the services of each, and the number
// that stands for a service in the lists of outages. The numbers are invented;
// which ones Meta uses is not known.
var products = []struct {
	id, name string
	services []service
}{
	{"whatsapp-business-api", "WhatsApp Business Platform", []service{
		{401, "Cloud API"}, {402, "Cloud API - Localized Storage"}, {403, "WhatsApp Business account management"}, {404, "Embedded Signup"}, {405, "Marketing Messages API"},
	}},
	{"graph-api", "Graph API", []service{{411, "Platform Status"}}},
	{"facebook-login", "Facebook Login", []service{{421, "Facebook Login"}}},
}

type service struct {
	id   int
	name string
}

const (
	allWell = "No known issues"
	solved  = "Resolved"
)

func (o Outage) product() string {
	if o.Product == "" {
		return products[0].id
	}
	return o.Product
}

// page answers for the status page.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	name, product, ok := pageFile(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	for _, f := range s.world.faults {
		if slices.Contains(f.On, "page") || slices.Contains(f.On, name) {
			if s.misbehave(w, r, f) {
				return
			}
		}
	}
	switch name {
	case "orgs":
		writeJSON(w, http.StatusOK, s.world.orgs())
	case "outages", "history":
		writeJSON(w, http.StatusOK, s.world.outages(product, name == "history"))
	case "rss":
		s.world.rss(w, s.URL, product)
	}
}

// pageFile says which of the status page's files a path names.
func pageFile(path string) (name, product string, ok bool) {
	if path == "/data/orgs.json" {
		return "orgs", "", true
	}
	for _, p := range products {
		switch path {
		case "/data/outages/" + p.id + ".json":
			return "outages", p.id, true
		case "/data/outages/" + p.id + ".history.json":
			return "history", p.id, true
		case "/outage-events-feed-" + p.id + ".rss":
			return "rss", p.id, true
		}
	}
	return "", "", false
}

// listed are the outages that the page tells of.
func (w *world) listed() []Outage {
	if w.page == nil {
		return nil
	}
	return w.page.Outages
}

// write is a time as the page writes it. Its zone is not verified: most readers
// take it for UTC.
func (w *world) write(t time.Time) string {
	if w.page != nil && w.page.Zone == "none" {
		return t.UTC().Format("2006-01-02T15:04:05")
	}
	return t.UTC().Format(time.RFC3339)
}

// orgs is the list of products with how each service is now.
func (w *world) orgs() []any {
	var out []any
	for _, p := range products {
		var services []any
		for _, sv := range p.services {
			v := map[string]any{"id": sv.id, "name": sv.name, "status": allWell, "time": w.write(w.now.Add(-time.Minute))}
			for _, o := range w.listed() {
				if o.product() != p.id || o.Service != sv.name {
					continue
				}
				if o.Ended.set {
					if o.Listed == "active" {
						v["status"], v["time"] = solved, w.write(o.Ended.From(w.now))
					}
					continue
				}
				v["status"], v["time"] = o.Status, w.write(w.now.Add(-5*time.Minute))
			}
			services = append(services, v)
		}
		out = append(out, map[string]any{"id": p.id, "name": p.name, "rss_file_paths": []string{"outage-events-feed-" + p.id + ".rss"}, "services": services})
	}
	return out
}

// outages is the list of a product's outages: those that are open, or the past.
func (w *world) outages(product string, past bool) []any {
	out := []any{}
	for _, o := range w.listed() {
		inHistory := o.Ended.set && o.Listed != "active"
		if o.product() != product || inHistory != past {
			continue
		}
		begun := o.Begun.From(w.now)
		status := o.Status
		posts := []any{map[string]any{"status": o.Status, "description": o.text(), "time": w.write(begun)}}
		if o.Ended.set {
			status = solved
			posts = append(posts, map[string]any{"status": solved, "description": "Resolved: " + o.text(), "time": w.write(o.Ended.From(w.now))})
		}
		out = append(out, map[string]any{"id": o.guid(begun), "service_id": serviceID(product, o.Service), "status": status, "time": w.write(begun), "posts": posts})
	}
	return out
}

func serviceID(product, name string) int {
	for _, p := range products {
		for _, sv := range p.services {
			if p.id == product && sv.name == name {
				return sv.id
			}
		}
	}
	return 0
}

func (o Outage) text() string {
	if o.Text != "" {
		return o.Text
	}
	return "We are looking into a problem with " + o.Service + "."
}

func (o Outage) guid(begun time.Time) string {
	return strings.ToLower(strings.ReplaceAll(o.Service, " ", "-")) + "-" + begun.UTC().Format("20060102150405")
}

type rssItem struct {
	Title string `xml:"title"`
	Text  string `xml:"description"`
	Date  string `xml:"pubDate"`
	Link  string `xml:"link"`
	GUID  string `xml:"guid"`
}

// rss is the feed of a product's outages, resolved ones of the last week
// included. Without any it is a channel without items.
func (w *world) rss(out http.ResponseWriter, base, product string) {
	type channel struct {
		Title string    `xml:"title"`
		Link  string    `xml:"link"`
		Text  string    `xml:"description"`
		Items []rssItem `xml:"item"`
	}
	feed := struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel channel  `xml:"channel"`
	}{Version: "2.0", Channel: channel{Title: "Outages of " + product, Link: base + "/" + product, Text: "Outages as they are reported"}}
	for _, o := range w.listed() {
		if o.product() != product {
			continue
		}
		begun := o.Begun.From(w.now)
		title, at := o.Service+": "+o.Status, begun
		if o.Ended.set {
			title, at = o.Service+": "+solved, o.Ended.From(w.now)
		}
		feed.Channel.Items = append(feed.Channel.Items, rssItem{title, "<p>" + html.EscapeString(o.text()) + "</p>", at.Format(time.RFC1123Z), base + "/" + product, o.guid(begun)})
	}
	text, err := xml.MarshalIndent(feed, "", "  ")
	if err != nil {
		panic(err) // it is made of strings
	}
	out.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	out.Write([]byte(xml.Header))
	out.Write(text)
}
