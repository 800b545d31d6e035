package ingest

import (
	"cmp"
	"slices"
	"strings"

	"unsent/model"
)

// A list of messages may lie anywhere in an object: an API's answer of one page
// has it under data.messages, payload, result.rows and other names, beside what
// it says about the page. Read as a row, the object would be its first message.

// messageLists are the lists in v that have at least so many messages of their
// own, in the order of their places.
func (j *jsonReader) messageLists(v jsonValue, least int) []jsonValue {
	if !j.hasLists(v) {
		return nil
	}
	own, ok := j.message(v, true)
	var found []jsonValue
	j.findLists(v, least, ok && own.names(), 0, &found)
	return found
}

// hasLists is a look at v that costs little: most objects have no list of objects,
// or one in which nothing names a message.
func (j *jsonReader) hasLists(v jsonValue) bool {
	nodes := v.d.nodes
	for i := v.i; i+1 < v.node().next; i++ {
		if nodes[i].kind != jsonArray || nodes[i+1].kind != jsonObject || nodes[i].next <= i+1 {
			continue
		}
		if listName(nodes[i].key) || len(j.o.Map) > 0 {
			return true
		}
		for k := i + 1; k < nodes[i].next; k++ {
			if nodes[k].key != "" && j.telling(nodes[k].key) {
				return true
			}
		}
	}
	return false
}

// listName knows the names of lists that hold messages, whatever these say.
func listName(name string) bool { return name == "payload" || slices.Contains(lists, name) }

// telling reports whether a member of such a name may say which message it is about.
func (j *jsonReader) telling(key string) bool {
	tells, ok := j.tells[key]
	if ok {
		return tells
	}
	switch name := headerKey(key); headerFields()[name].f {
	case fRecipient, fRecipientUser, fUserID, fWAMID, fMessageID, fRowID:
		tells = true
	default:
		tells = presetKeys()[name] && headerFields()[name].f == fNone || name == "entry" || name == "changes"
	}
	if j.tells == nil || len(j.tells) >= 1<<12 {
		j.tells = map[string]bool{}
	}
	j.tells[strings.Clone(key)] = tells
	return tells
}

// findLists looks into objects and lists. Inside of a message, what it keeps whole
// is its own request or answer.
func (j *jsonReader) findLists(v jsonValue, least int, own bool, depth int, found *[]jsonValue) {
	if depth > 6 {
		return
	}
	for c := range v.children {
		name := c.node().key
		switch {
		case c.kind() < jsonArray || own && keepWhole[headerKey(name)]:
		case c.isArray() && j.holdsMessages(c, name, least, own):
			*found = append(*found, c)
		default:
			j.findLists(c, least, own, depth+1, found)
		}
	}
}

// holdsMessages reports whether the elements of a list are messages, and not the
// history of one: they name different ones. Where they name none, the list's name
// must say it, and nothing around it may be a message.
func (j *jsonReader) holdsMessages(list jsonValue, name string, least int, own bool) bool {
	named := !own && listName(name)
	n, seen := 0, map[string]bool{}
	for e := range list.children {
		if !e.isObject() {
			continue
		}
		if hookInside(e, 0) {
			if !own {
				return true
			}
			continue
		}
		d, ok := j.message(e, false)
		if !ok || !d.names() && !named {
			continue
		}
		n++
		seen[d.v[fRecipient]+"\x00"+d.v[fRecipientUser]+"\x00"+d.v[fWAMID]+"\x00"+d.v[fMessageID]+"\x00"+e.get("id").text()] = true
		if n >= least && (len(seen) >= least || named) {
			return true
		}
	}
	return false
}

// names reports whether a draft says to whom or which message of Meta's it is.
func (d *draft) names() bool { return d.v[fRecipient]+d.v[fRecipientUser]+d.v[fWAMID] != "" }

// message reads an object as a row would have it, plain without the lists in it.
// It reports whether the object says what became of a send.
func (j *jsonReader) message(v jsonValue, plain bool) (*draft, bool) {
	row := flatRow{plain: plain}
	row.add(v, "", 0)
	d := &draft{}
	m, err := j.mapped(&row)
	if err != nil || otherTable(m) != "" {
		return d, false
	}
	m.fill(d, row.cells)
	for _, f := range [...]field{fStatus, fSuccess, fCode, fError, fTitle, fMessage, fDetails, fFailedAt, fPayload} {
		if d.v[f] != "" {
			return d, true
		}
	}
	return d, row.inner.isObject()
}

// walkLists takes the lists that were found in v, and v itself where it is one more
// failure and not what they are the history of. A list that holds nothing is
// rejected beside those that do.
func (j *jsonReader) walkLists(v jsonValue, found []jsonValue, self bool, env envelope, depth int) error {
	slices.SortFunc(found, func(a, b jsonValue) int { return cmp.Compare(a.i, b.i) })
	before := len(j.queue)
	if self {
		if d, ok := j.message(v, true); ok && d.names() && (outcomeWord(d.v[fStatus]) == model.Failed || d.v[fCode] != "") {
			if err := j.row(v, env, true); err != nil {
				return err
			}
		}
	}
	var first error
	var odd []jsonValue
	for _, list := range found {
		if err := j.walkList(list, env, depth); err != nil {
			if first == nil {
				first = err
			}
			odd = append(odd, list)
		}
	}
	if len(j.queue) == before {
		return first
	}
	for _, list := range odd {
		j.queue = append(j.queue, item{reject: &model.Rejection{Line: max(j.at, 1), Reason: first.Error(), Raw: j.rawText(list.source())}})
	}
	return nil
}
