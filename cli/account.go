package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

const neverFlag = "a token is asked for, or read from standard input, or from a file that only you can read (--token-file); " +
	"it is never a flag or an argument, because everybody on this machine can see those"

func (a *app) accountCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "account",
		Short: "Business accounts, and where their access tokens are kept",
		Long: "account keeps the business accounts that checks ask Meta about. A failed message finds its account by phone number ID or WABA. " +
			"The access token is never in the database: it goes into the system keyring, or stays in a file that only you can read, or comes from UNSENT_TOKEN.",
		RunE: func(*cobra.Command, []string) error {
			return usage("unsent account list, or unsent account add NAME --waba ID", "account needs add, list or remove")
		},
	}
	c.AddCommand(a.accountAddCommand(), a.accountListCommand(), a.accountRemoveCommand())
	return c
}

func (a *app) accountAddCommand() *cobra.Command {
	var acc model.Account
	var noToken bool
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a business account, or change the one with this name",
		Long: "add keeps an account. Its access token is asked for without being shown, or read from standard input when that is no terminal, or from a file that only you can read; " +
			"it is never a flag or an argument, because everybody on this machine can see those. Of an account that is there already only what is given is changed.",
		Example: "unsent account add shop --waba 102290129340398 --phone-id 106540352242922\n" +
			"unsent account add shop --token-file ~/.shop-token\nunsent account add shop < token.txt",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 { // it may be the token: it is not repeated
				return usage(neverFlag, "account add takes one NAME")
			}
			return need("NAME")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			acc.Name = args[0]
			return a.filling(c.Context(), func(s *store.Store) error {
				return a.accountAdd(c.Context(), s, acc, noToken)
			})
		},
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if strings.HasPrefix(err.Error(), "unknown flag: --token") {
			return usage(neverFlag, "there is no flag --token")
		}
		return usage("run 'unsent account add --help' for its flags", "%s", err)
	})
	fs := c.Flags()
	fs.StringVar(&acc.WABA, "waba", "", "the WhatsApp Business Account ID")
	fs.StringArrayVar(&acc.Phones, "phone-id", nil, "a phone number ID (may be repeated)")
	fs.StringVar(&acc.App, "app", "", "the ID of the Meta app that sends")
	fs.StringVar(&acc.File, "token-file", "", "read the token from this FILE each time; only you may be able to read it (chmod 600)")
	fs.BoolVar(&noToken, "no-token", false, "ask for no token")
	c.MarkFlagsMutuallyExclusive("token-file", "no-token")
	return c
}

func (a *app) accountAdd(ctx context.Context, s *store.Store, acc model.Account, noToken bool) error {
	d := &accounts{a: a, s: s, brief: true}
	all, err := d.s.Accounts(ctx)
	if err != nil {
		return err
	}
	if before, ok := named(all, acc.Name); ok {
		if acc.WABA == "" {
			acc.WABA = before.WABA
		}
		if len(acc.Phones) == 0 {
			acc.Phones = before.Phones
		}
		if acc.App == "" {
			acc.App = before.App
		}
	}
	if safe.HasSecret(acc.Name, a.secrets()...) {
		return usage(neverFlag, "the name looks like a token")
	}
	if acc, err = acc.Clean(); err != nil { // before a token is asked for in vain
		return &usageError{err.Error(), model.Hint(err)}
	}
	token := ""
	if acc.File == "" && !noToken {
		if token, err = a.secretInput(ctx, "Access token of "+safe.Line(acc.Name)+" (not shown; Enter alone for none): "); err != nil {
			return err
		}
	}
	said, err := d.AddAccount(ctx, acc, token)
	if err != nil {
		return err
	}
	if all, err = d.Accounts(ctx); err != nil {
		return err
	}
	acc, _ = named(all, acc.Name)
	if a.json {
		return jsonLine(a.Stdout, a.toAccountJSON(acc, said))
	}
	sayLine(a.Stdout, said)
	return nil
}

type accountJSON struct {
	model.Account
	Warning string `json:"warning,omitzero"`
	Said    string `json:"said,omitzero"`
}

// toAccountJSON is an account with what is to be said of its token.
func (a *app) toAccountJSON(acc model.Account, said string) accountJSON {
	return accountJSON{acc, a.tokenWarning(acc), said}
}

// tokenWarning says what keeps an account's token from being used, now or soon.
func (a *app) tokenWarning(acc model.Account) string {
	if acc.Keep == model.KeepFile {
		if _, err := a.readTokenFile(acc.File); err != nil {
			return a.clean(withHint(err))
		}
	}
	if acc.Keep == model.KeepKeyring && a.Keyring == nil {
		return errNoKeyring.Error()
	}
	return acc.Warning(a.Now())
}

func (a *app) accountListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "All accounts: where each token is and when it expires",
		Args:  need(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(s *store.Store) error { return a.accountList(c.Context(), s) })
		},
	}
}

func (a *app) accountList(ctx context.Context, s *store.Store) error {
	d := &accounts{a: a, s: s, brief: true}
	all, err := d.Accounts(ctx)
	if err != nil {
		return err
	}
	if a.json {
		for _, acc := range all {
			if err := jsonLine(a.Stdout, a.toAccountJSON(acc, "")); err != nil {
				return err
			}
		}
		return nil
	}
	_, from, err := a.envToken()
	switch {
	case err != nil:
		sayLine(a.Stderr, "warning: "+a.clean(withHint(err)))
	case from != "":
		sayLine(a.Stderr, "note: "+from+" has a token, which is used where an account has none")
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Stdout, "No account is on record. 'unsent account add NAME --waba ID' adds one.")
		return nil
	}
	t := newTable(4, "NAME", "WABA", "PHONE NUMBER IDS", "APP", "TOKEN", "EXPIRES")
	for _, acc := range all {
		t.add(acc.Name, acc.WABA, strings.Join(acc.Phones, " "), acc.App, d.where(acc), expiresText(acc))
	}
	t.print(a.Stdout)
	for _, acc := range all {
		if w := a.tokenWarning(acc); w != "" {
			sayLine(a.Stderr, "warning: "+acc.Name+": "+w)
		}
	}
	return nil
}

// expiresText says when a token expires, as far as Meta has said it.
func expiresText(acc model.Account) string {
	switch {
	case !acc.Expires.IsZero():
		return stamp(acc.Expires)
	case !acc.Checked.IsZero():
		return "never"
	case acc.Keep == model.KeepNone:
		return ""
	}
	return "not checked"
}

func (a *app) accountRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Forget an account and take its token out of the keyring",
		Args:  need("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(s *store.Store) error {
				said, err := (&accounts{a: a, s: s, brief: true}).remove(c.Context(), args[0])
				if err != nil {
					return err
				}
				if a.json {
					return jsonLine(a.Stdout, map[string]string{"removed": args[0], "said": said})
				}
				sayLine(a.Stdout, said)
				return nil
			})
		},
	}
}

// cleaned is a finding without any secret that this run knows, whatever an
// answer may have repeated.
func (a *app) cleaned(f model.Finding) model.Finding {
	f.Summary, f.Raw = a.clean(f.Summary), a.clean(f.Raw)
	facts := make([]model.Fact, len(f.Facts))
	for i, fact := range f.Facts {
		facts[i] = model.Fact{Name: fact.Name, Value: a.clean(fact.Value)}
	}
	f.Facts = facts
	return f
}
