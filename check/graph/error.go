package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"unsent/model"
)

// An Error is what Meta says when it does not answer the question, in Meta's
// words. The HTTP status is kept but tells little: the same code comes with
// several, 200 among them.
type Error struct {
	Status    int    // of HTTP
	Code      int    // -1: the body had an error object without one
	Subcode   int    // 0: none; "will not be returned in v16.0+", says Meta, and is
	Type      string // "OAuthException", "GraphMethodException"
	Message   string // "(#100) Invalid parameter"
	Details   string // error_data.details, or error_data where that is text
	Title     string // error_user_title, in the language of the token's user
	Advice    string // error_user_msg, likewise
	Trace     string // fbtrace_id: Meta's support can look it up for a short time
	Transient bool
}

// Error is Meta's message with its code; the token is not in it.
func (e *Error) Error() string {
	text := strings.TrimRight(strings.TrimSpace(e.Message), ".")
	if text == "" {
		text = firstOf(e.Details, e.Title, "no message")
	}
	return fmt.Sprintf("Meta answered with error %s: %s", e.Number(), text)
}

// Number is the code in a sentence: "190", "100, subcode 33"; "without a code".
// The two are not written side by side: together they may be as long as a phone
// number, and would be masked as one.
func (e *Error) Number() string {
	switch {
	case e.Code < 0:
		return "without a code"
	case e.Subcode != 0:
		return fmt.Sprintf("%d, subcode %d", e.Code, e.Subcode)
	}
	return strconv.Itoa(e.Code)
}

// Hint is what to do now.
func (e *Error) Hint() string {
	switch {
	case e.Throttled():
		return "wait some minutes before the checks are run again"
	case e.BadToken():
		return "make a new token for the system user, and give it: B in the console, or unsent account add"
	case e.Unseen():
		return "compare the ID, and assign the WhatsApp account to the token's system user"
	case e.Forbidden():
		return "give the token whatsapp_business_management and whatsapp_business_messaging, and assign it the WhatsApp account"
	case e.Passing():
		return "run the check again in a minute"
	}
	return ""
}

// BadToken: Meta does not take the token (190, 102, 0 AuthException; error
// handling guide and error codes page, 11 September 2026).
func (e *Error) BadToken() bool {
	return e.Code == 190 || e.Code == 102 || e.Code == 0 && strings.Contains(e.Type, "Auth") || e.Code == 2500
}

// Forbidden: the token lacks a permission (3, 10, 200 to 299; error codes page).
func (e *Error) Forbidden() bool {
	return e.Code == 3 || e.Code == 10 || e.Code >= 200 && e.Code <= 299 || e.Code == 131005
}

// Unseen: the object does not exist or the token may not see it; Meta does not
// say which of the two.
func (e *Error) Unseen() bool {
	return e.Code == 100 && (e.Subcode == 33 || strings.Contains(e.Message, "does not exist, cannot be loaded")) || e.Code == 803
}

// Throttled: Meta asks for a pause (error codes page; Graph API rate limiting).
func (e *Error) Throttled() bool {
	return slices.Contains([]int{4, 17, 32, 341, 613, 80007, 80008, 130429, 131048, 131056}, e.Code) || e.Status == 429
}

// Passing: a fault at Meta that may be over at the next try.
func (e *Error) Passing() bool {
	return e.Transient || e.Code == 1 || e.Code == 2 || e.Code == 131000 || e.Code == 131016 || e.Code < 0 && e.Status >= 500
}

// session names the subcodes of 190, in words for an agent (error handling guide,
// read 22 November 2026).
var session = map[int]string{
	458: "the app was removed from the user's account",
	459: "the user must log in to Facebook and pass a checkpoint",
	460: "the user's password was changed",
	463: "it has expired",
	464: "the user has not confirmed the account",
	467: "it was revoked, or the user logged out",
	492: "the user lost the role that it needs",
}

// TokenFault says in a few words what is wrong with the token, as far as the
// subcode or the message tells; empty when neither does.
func TokenFault(subcode int, message string) string {
	if s := session[subcode]; s != "" {
		return s
	}
	m := strings.ToLower(message)
	switch {
	case strings.Contains(m, "session has expired"), strings.Contains(m, "token has expired"), strings.Contains(m, "expired on"):
		return "it has expired"
	case strings.Contains(m, "invalidated"), strings.Contains(m, "revoked"), strings.Contains(m, "logged out"):
		return "it was revoked, or the user logged out"
	case Garbled(message):
		return "its text is no token that Meta knows; part of it may be missing"
	}
	return ""
}

// Garbled reports whether Meta cannot read the text as a token at all: it was
// copied in part, or was never one. That is news of the copy, and not of the token
// that messages are sent with.
func Garbled(message string) bool {
	m := strings.ToLower(message)
	for _, s := range []string{"cannot parse", "malformed", "could not be decrypted", "bad signature"} {
		if strings.Contains(m, s) {
			return true
		}
	}
	return false
}

// An Unread is an answer that is not what Meta sends: HTML, nothing, half a JSON
// text. It says nothing about what was asked.
type Unread struct {
	Status int
	Why    string // "it is empty"
}

// Error says what came instead.
func (e *Unread) Error() string {
	return fmt.Sprintf("the answer could not be read: %s (HTTP %d)", e.Why, e.Status)
}

// Hint is what to do now.
func (e *Unread) Hint() string {
	return "run the check again in a minute; if it stays so, a proxy between here and Meta may answer in its place"
}

// A Pause is a question that was not put, because Meta asked for fewer.
type Pause struct {
	Until time.Time // UTC
	Why   string
}

// Error says why and until when.
func (e *Pause) Error() string {
	return fmt.Sprintf("not asked before %s: %s", e.Until.UTC().Format("15:04:05 UTC"), e.Why)
}

// Hint is what to do now.
func (e *Pause) Hint() string {
	return "wait until " + e.Until.UTC().Format("15:04 UTC") + ", then run the checks once; more questions now make the pause longer"
}

// rawError is the error object in all its shapes.
type rawError struct {
	Message   text            `json:"message"`
	Type      text            `json:"type"`
	Code      *number         `json:"code"`
	Subcode   number          `json:"error_subcode"`
	Sub       number          `json:"subcode"` // of debug_token
	Data      json.RawMessage `json:"error_data"`
	Title     text            `json:"error_user_title"`
	Advice    text            `json:"error_user_msg"`
	Trace     text            `json:"fbtrace_id"`
	Transient flag            `json:"is_transient"`
}

func (r *rawError) error(status int) *Error {
	e := &Error{Status: status, Code: -1, Subcode: int(r.Subcode.or(0)), Type: string(r.Type), Message: string(r.Message),
		Title: string(r.Title), Advice: string(r.Advice), Trace: string(r.Trace), Transient: r.Transient.is(true)}
	if r.Code != nil {
		e.Code = int(r.Code.or(-1))
	}
	if e.Subcode == 0 {
		e.Subcode = int(r.Sub.or(0))
	}
	var data struct {
		Details text `json:"details"`
	}
	var words text
	if json.Unmarshal(r.Data, &data) == nil && data.Details != "" {
		e.Details = string(data.Details)
	} else if json.Unmarshal(r.Data, &words) == nil {
		e.Details = string(words)
	}
	return e
}

var noField = model.Pattern(`nonexisting field \(([A-Za-z0-9_]+)\)`)

// missingField is the field that Meta does not know, when that is what is wrong.
func (e *Error) missingField() string {
	if e.Code != 100 {
		return ""
	}
	if m := noField().FindStringSubmatch(e.Message); m != nil {
		return m[1]
	}
	return ""
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
