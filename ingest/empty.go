package ingest

import (
	"io"

	"unsent/model"
)

// An empty file has no records and says so.
type empty struct{ rep model.SourceReport }

func (e *empty) next(*model.Record) error   { return io.EOF }
func (e *empty) report() model.SourceReport { return e.rep }

func emptyReport(name string, o Options) model.SourceReport {
	system := o.Source
	if system == "" {
		system = "generic"
	}
	return model.SourceReport{File: name, System: system, Format: "text", Warnings: []string{"The file is empty."}}
}
