package store

import (
	"context"

	"unsent/model"
)

// MessageOf is the failed message that a record is about, as Record.Identity names
// it; model.ErrNotFound when there is none, or none of it failed.
func (s *Store) MessageOf(ctx context.Context, identity string) (model.Failure, error) {
	id, _, err := s.known(ctx, identity)
	if err != nil {
		return model.Failure{}, s.fail("looking for the message", err)
	}
	if id == 0 {
		return model.Failure{}, model.ErrNotFound
	}
	return s.Failure(ctx, id)
}
