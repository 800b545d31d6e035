package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"unsent/ingest"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/ui"
)

// readingOptions is how a log is read when somebody has said how; nil: as it was
// said earlier of tables with these headers, else by guess.
func (a *app) readingOptions(ctx context.Context, s *store.Store, how *model.Reading) (ingest.Options, error) {
	o := a.ingestOptions()
	if how == nil {
		o.Recall = a.recall(ctx, s)
		return o, nil
	}
	zone, err := parseZone(how.Zone)
	if err != nil {
		return o, model.WithHint(fmt.Errorf("%q is no time zone", how.Zone), "write a name such as America/Sao_Paulo, or an offset such as -03:00")
	}
	o.Map, o.Ignore, o.Zone, o.DateOrder = how.Map, how.Ignore, zone, how.DateOrder
	return o, nil
}

// recall answers what was said earlier. What cannot be read of it is as if it had
// not been said: the guess is shown, and can be corrected again.
func (a *app) recall(ctx context.Context, s *store.Store) func(string) *ingest.Remembered {
	return func(set string) *ingest.Remembered {
		r, found, err := s.Reading(ctx, set)
		if err != nil || !found {
			return nil
		}
		zone, err := parseZone(r.Zone)
		if err != nil {
			return nil
		}
		return &ingest.Remembered{Map: r.Map, Ignore: r.Ignore, Zone: zone, DateOrder: r.DateOrder, At: r.At}
	}
}

// keepReading remembers what was said by hand about a table that was imported.
// Headers in which there is a secret are not kept.
func (a *app) keepReading(ctx context.Context, s *store.Store, r *ingest.Reader, zone, order string) error {
	set, asked, ignored := r.Hand()
	if set == "" || len(asked) == 0 && len(ignored) == 0 {
		return nil
	}
	how := model.Reading{Map: asked, Ignore: ignored, Zone: zone, DateOrder: order}
	text, err := json.Marshal(how)
	if err != nil {
		return fmt.Errorf("keeping how the columns are used: %w", err)
	}
	if _, secrets := safe.Redact(string(text), a.secrets()...); secrets > 0 {
		return nil
	}
	return s.KeepReading(ctx, set, how)
}

// load imports a log for the screen.
func (a *app) load(ctx context.Context, s *store.Store, l ui.Log, how *model.Reading, progress func(model.Import)) (ui.Loaded, error) {
	o, err := a.readingOptions(ctx, s, how)
	if err != nil {
		return ui.Loaded{}, err
	}
	var r *ingest.Reader
	if l.Pasted {
		r, err = ingest.Open(ctx, pasted(l.Text), l.Name, o)
	} else {
		r, err = ingest.OpenFile(ctx, l.Name, o)
	}
	if err != nil {
		return ui.Loaded{}, err
	}
	defer r.Close()
	defer a.share()()
	only := &lone{Stream: a.named(r)}
	imp, err := s.Import(ctx, only, a.importOptions(progress, false))
	loaded := ui.Loaded{Import: imp}
	if err != nil {
		return loaded, err
	}
	if how != nil && imp.Rejected < imp.Read {
		if err := a.keepReading(ctx, s, r, how.Zone, how.DateOrder); err != nil {
			return loaded, err
		}
	}
	if l.Pasted && only.failed == 1 {
		// It is a convenience: the message is in the list as well.
		if f, err := s.MessageOf(ctx, only.identity); err == nil {
			loaded.Only = &f
		}
	}
	return loaded, nil
}

// preview says how the screen would import a log.
func (a *app) preview(ctx context.Context, s *store.Store, l ui.Log, how *model.Reading) (model.Table, error) {
	o, err := a.readingOptions(ctx, s, how)
	if err != nil {
		return model.Table{}, err
	}
	if l.Pasted {
		return ingest.Preview(ctx, pasted(l.Text), l.Name, o)
	}
	return ingest.PreviewFile(ctx, l.Name, o)
}

// A text has a size, so that progress has an end.
type text struct{ *strings.Reader }

func pasted(s string) text { return text{strings.NewReader(s)} }

// A lone stream remembers which message failed, while it is one.
type lone struct {
	model.Stream
	failed   int
	identity string
}

func (l *lone) Next(r *model.Record) error {
	err := l.Stream.Next(r)
	if err == nil && r.Outcome == model.Failed {
		if l.failed++; l.failed == 1 {
			l.identity = strings.Clone(r.Identity(l.Report().System))
		}
	}
	return err
}
