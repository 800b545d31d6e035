package store

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"

	"unsent/model"
)

// The facts of a failure that no query asks for are one value: fields, each its
// number, its length and its bytes. An absent fact takes no space, a list page
// reads one column in place of twenty, and a new field needs no migration.
//
// Numbers are never given to another field. A number that is not known here
// comes from a later version and is passed over.
const (
	fieldAtText = iota + 1
	fieldZone
	fieldCodeFrom
	fieldTitle // title, message and details only where they differ from the wording
	fieldMessage
	fieldDetails
	fieldSubcode
	fieldHTTP
	fieldTrace
	fieldWAMID
	fieldMessageID
	fieldRecipient // only when it is not the number in the failure's row
	fieldRecipientRaw
	fieldRecipientUser
	fieldCountry
	fieldSender
	fieldApp
	fieldCategory
	fieldStatus
	fieldLastInbound
	fieldFlags
	fieldLine
	fieldRequestPlace
	fieldResponsePlace
	fieldFile // only when it is not the import's
)

func appendField(b []byte, field uint64, value string) []byte {
	if value == "" {
		return b
	}
	b = binary.AppendUvarint(b, field)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

func appendNumber(b []byte, field uint64, n int64) []byte {
	if n == 0 {
		return b
	}
	var buf [20]byte
	v := strconv.AppendInt(buf[:0], n, 10)
	b = binary.AppendUvarint(b, field)
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// appendFacts adds the facts of f to b. w is the wording that is kept once for
// all; recipient is the number in the row; file is the import's; the payloads'
// places refer to Raw.
func appendFacts(b []byte, f *model.Failure, w *wording, recipient int64, file string, request, response place) []byte {
	if f.Source.File != file {
		b = appendField(b, fieldFile, f.Source.File)
	}
	b = appendField(b, fieldAtText, f.AtText)
	b = appendField(b, fieldZone, string(f.Zone))
	b = appendField(b, fieldCodeFrom, string(f.CodeFrom))
	if f.Title != w.title {
		b = appendOwn(b, fieldTitle, f.Title)
	}
	if f.Message != w.message {
		b = appendOwn(b, fieldMessage, f.Message)
	}
	if f.Details != w.details {
		b = appendOwn(b, fieldDetails, f.Details)
	}
	b = appendField(b, fieldSubcode, f.Subcode)
	b = appendNumber(b, fieldHTTP, int64(f.HTTPStatus))
	b = appendField(b, fieldTrace, f.Trace)
	b = appendField(b, fieldWAMID, f.WAMID)
	b = appendField(b, fieldMessageID, f.MessageID)
	if recipient <= 0 {
		b = appendField(b, fieldRecipient, f.Recipient)
	}
	b = appendField(b, fieldRecipientRaw, f.RecipientRaw)
	b = appendField(b, fieldRecipientUser, f.RecipientUser)
	b = appendField(b, fieldCountry, f.Country)
	b = appendField(b, fieldSender, f.Sender)
	b = appendField(b, fieldApp, f.App)
	b = appendField(b, fieldCategory, f.Category)
	b = appendField(b, fieldStatus, f.Status)
	if !f.LastInbound.IsZero() {
		b = appendNumber(b, fieldLastInbound, f.LastInbound.UnixMilli())
	}
	if len(f.Flags) > 0 {
		names := make([]string, len(f.Flags))
		for i, flag := range f.Flags {
			names[i] = string(flag)
		}
		b = appendField(b, fieldFlags, strings.Join(names, ","))
	}
	b = appendNumber(b, fieldLine, int64(f.Source.Line))
	b = request.append(b, fieldRequestPlace)
	return response.append(b, fieldResponsePlace)
}

// appendOwn is appendField for a value that may be empty: it overrules the wording.
func appendOwn(b []byte, field uint64, value string) []byte {
	b = binary.AppendUvarint(b, field)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

var errFacts = errors.New("facts of a message cannot be read")

// readFacts fills f from facts. What the row's columns say is in f already.
func readFacts(facts []byte, f *model.Failure) (request, response place, err error) {
	// One string for all of the fields: they are parts of it.
	all := string(facts)
	for at := 0; at < len(facts); {
		field, n := binary.Uvarint(facts[at:])
		if n <= 0 {
			return place{}, place{}, errFacts
		}
		at += n
		size, n := binary.Uvarint(facts[at:])
		if n <= 0 || size > uint64(len(facts)-at-n) {
			return place{}, place{}, errFacts
		}
		at += n
		v := all[at : at+int(size)]
		at += int(size)
		switch field {
		case fieldAtText:
			f.AtText = v
		case fieldZone:
			f.Zone = model.ZoneFrom(v)
		case fieldCodeFrom:
			f.CodeFrom = model.CodeFrom(v)
		case fieldTitle:
			f.Title = v
		case fieldMessage:
			f.Message = v
		case fieldDetails:
			f.Details = v
		case fieldSubcode:
			f.Subcode = v
		case fieldHTTP:
			f.HTTPStatus, err = strconv.Atoi(v)
		case fieldTrace:
			f.Trace = v
		case fieldWAMID:
			f.WAMID = v
		case fieldMessageID:
			f.MessageID = v
		case fieldRecipient:
			f.Recipient = v
		case fieldRecipientRaw:
			f.RecipientRaw = v
		case fieldRecipientUser:
			f.RecipientUser = v
		case fieldCountry:
			f.Country = v
		case fieldSender:
			f.Sender = v
		case fieldApp:
			f.App = v
		case fieldCategory:
			f.Category = v
		case fieldStatus:
			f.Status = v
		case fieldLastInbound:
			var ms int64
			ms, err = strconv.ParseInt(v, 10, 64)
			f.LastInbound = time.UnixMilli(ms).UTC()
		case fieldFlags:
			for name := range strings.SplitSeq(v, ",") {
				f.Flags = append(f.Flags, model.Flag(name))
			}
		case fieldLine:
			f.Source.Line, err = strconv.Atoi(v)
		case fieldFile:
			f.Source.File = v
		case fieldRequestPlace:
			request, err = readPlace(v)
		case fieldResponsePlace:
			response, err = readPlace(v)
		}
		if err != nil {
			return place{}, place{}, errFacts
		}
	}
	return request, response, nil
}
