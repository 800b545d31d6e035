package ingest

import "unsent/model"

// errorDraft is a failure of which only the error object is known.
func errorDraft(e jsonValue, env envelope) draft {
	d := draft{outcome: model.Failed}
	fromError(&d, e)
	env.fill(&d)
	if env.http != "" {
		d.set(fHTTP, env.http)
	}
	return d
}

// graphError queues the API's own answer to a send that it refused. Only this
// answer carries an fbtrace_id, and it has no message id: the message never came
// to be. The HTTP status is known only when a wrapper around it says so.
func (j *jsonReader) graphError(v jsonValue, env envelope) {
	if s := v.get("status", "statusCode", "http_status"); s.kind() == jsonNumber {
		env.http = s.text()
	}
	j.push(errorDraft(v.get("error"), env), v, false, nil)
}
