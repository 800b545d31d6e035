package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"unsent/model"
	"unsent/store"
)

// messages hands over messages one after the other, and reports how many and
// whether there are more.
type messages func(ctx context.Context, do func(*model.Failure) error) (n int, more bool, err error)

func longEnough(text string) bool {
	return utf8.RuneCountInString(strings.TrimSpace(text)) >= model.GrepMin
}

// search are up to limit messages of q, all when limit is 0. A search that words
// and ids do not answer goes on through all texts; texts is to do that at once.
// Standard error says which of the two it was.
func (a *app) search(s *store.Store, q model.Query, limit int, texts bool) messages {
	return func(ctx context.Context, do func(*model.Failure) error) (int, bool, error) {
		if !texts {
			n, more, err := eachFailure(ctx, s, q, limit, do)
			if err != nil || n > 0 || !longEnough(q.Search) {
				if n > 0 && err == nil && strings.TrimSpace(q.Search) != "" {
					fmt.Fprintln(a.Stderr, "found by words and ids; --texts looks through all texts instead")
				}
				return n, more, err
			}
		}
		n, more, err := a.eachWithText(ctx, s, q, limit, do)
		if err == nil {
			so := "no word or id like this; "
			if texts {
				so = ""
			}
			if n == 0 {
				fmt.Fprintln(a.Stderr, so+"looked through all texts")
			} else {
				fmt.Fprintln(a.Stderr, so+"found in texts, the last loaded first")
			}
		}
		return n, more, err
	}
}

// eachWithText is eachFailure for the messages that have q.Search in any text.
func (a *app) eachWithText(ctx context.Context, s *store.Store, q model.Query, limit int, do func(*model.Failure) error) (n int, more bool, err error) {
	shown := a.newProgress()
	defer shown.end()
	var failed error // of do
	_, err = s.Grep(ctx, q, 0, func(g model.Grep) bool {
		for i := range g.Found {
			if more = limit > 0 && n == limit; more {
				return false
			}
			if failed = do(&g.Found[i]); failed != nil {
				return false
			}
			n++
		}
		shown.looked(g)
		return true
	})
	return n, more, errors.Join(failed, err)
}
