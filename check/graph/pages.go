package graph

import (
	"context"
	"net/url"
)

// maxPages is how many pages of a list are asked for, of a hundred entries each.
const maxPages = 5

var errNoList = &Unread{Status: httpOK, Why: "it has no list in it"}

// pages asks for a list, page by page. The address of the next page that Meta
// sends along carries the token and is never followed: its cursor is put into a
// question of our own. Answer.Cut tells that not all was read.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, Answer, error) {
	query.Set("limit", "100")
	var all []T
	var sum Answer
	for n, after := 0, ""; ; n++ {
		if after != "" {
			query.Set("after", after)
		}
		var page struct {
			Data   list[T] `json:"data"`
			Paging struct {
				Next    text `json:"next"`
				Cursors struct {
					After text `json:"after"`
				} `json:"cursors"`
			} `json:"paging"`
		}
		a, err := c.ask(ctx, path, query, &page)
		sum.add(a)
		if err == nil && !page.Data.known {
			err = errNoList
		}
		if err != nil {
			return all, sum, err
		}
		all = append(all, page.Data.items...)
		sum.Cut = sum.Cut || page.Data.odd > 0
		next := string(page.Paging.Cursors.After)
		switch {
		case page.Paging.Next == "":
			return all, sum, nil
		case next == "" || next == after || n+1 == maxPages:
			sum.Cut = true
			return all, sum, nil
		}
		after = next
	}
}
