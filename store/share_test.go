package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"unsent/model"
)

// A share is of the sends in the incident's own minutes, with its one template and, where
// one number is what it is about, from that number. Around it all goes well.
func TestShare(t *testing.T) {
	for _, x := range []struct {
		shape model.Shape
		last  int // minute with a failure; the first is 22
		want  model.Share
	}{
		{model.ShapeNumber, 41, model.Share{Sends: 20, Failed: 20}},
		{model.ShapeAccount, 41, model.Share{Sends: 40, Failed: 20}},
		{model.ShapeAccount, 23, model.Share{Sends: 4, Failed: 2}},
		{model.ShapeAccount, 22, model.Share{Sends: 10, Failed: 1}}, // alone: of the five minutes around it
	} {
		s := openTest(t)
		s.SetSorter(byTemplate, func(ctx context.Context, log *Log) ([]model.Group, error) {
			groups, err := eachStrand(ctx, log)
			for i := range groups {
				groups[i].Shape = x.shape
			}
			return groups, err
		})
		var list []model.Record
		for m := range 60 {
			for _, number := range []string{"106540000000001", "106540000000002"} {
				sent := failed(fmt.Sprintf("wamid.%s.%02d", number, m), m)
				sent.PhoneID = number
				if number != "106540000000001" || m < 22 || m > x.last {
					sent.Outcome, sent.Code = model.Succeeded, ""
				}
				list = append(list, sent)
			}
		}
		importAll(t, s, list...)
		ctx := context.Background()
		all, err := s.Incidents(ctx, model.Query{})
		if err != nil || len(all) != 1 || !all[0].First.Equal(base.Add(22*time.Minute)) {
			t.Fatalf("%+v %v", all, err)
		}
		if got, ok := all[0].Share(); !ok || got != x.want {
			t.Errorf("%s: a share of %+v, want %+v", x.shape, got, x.want)
		}
		all[0].Shape = model.ShapeRecipient
		if got, ok := all[0].Share(); ok {
			t.Errorf("of one recipient's messages a share is told: %+v", got)
		}
	}
}

// A number that lost digits is nobody's: it is found by what is left of it, and no
// recipient is counted.
func TestDamagedRecipients(t *testing.T) {
	s := openTest(t)
	var list []model.Record
	for m, flag := range []model.Flag{model.FlagRecipientDamaged, model.FlagRecipientMasked, model.FlagRecipientOdd} {
		list = append(list, failed(fmt.Sprintf("wamid.%d", m), m, func(r *model.Record) { r.Flags = []model.Flag{flag} }))
	}
	importAll(t, s, list...)
	ctx := context.Background()
	all, err := s.Incidents(ctx, model.Query{})
	if err != nil || len(all) != 1 || all[0].Failures != 3 || all[0].Recipients != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	scopes, err := s.Scopes(ctx, all[0].ID)
	if sc := scopes[model.DimRecipient]; err != nil || sc.Values != 1 || sc.Top[0].Failed != 1 {
		t.Errorf("%+v %v", sc, err)
	}
	if found, err := s.Failures(ctx, model.Query{Recipient: "15550100001"}); err != nil || len(found) != 3 {
		t.Errorf("%d by the recipient, %v", len(found), err)
	}
	found, err := s.Failures(ctx, model.Query{Search: "15550100001"})
	if err != nil || len(found) != 3 || found[0].Recipient != "15550100001" {
		t.Errorf("%+v %v", found, err)
	}
}
