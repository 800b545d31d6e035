package model

import "time"

// A TokenKeep says where the access token of an account is. The token itself is
// never in the database.
type TokenKeep string

// The places of a token.
const (
	KeepKeyring TokenKeep = "keyring" // the system's keyring, under the account's name
	KeepFile    TokenKeep = "file"    // a file that only its owner can read; Account.File names it
	KeepMemory  TokenKeep = "memory"  // this run of the program only
	KeepEnv     TokenKeep = "env"     // UNSENT_TOKEN, which stands in where no account has a token
)

// An Account is a business account that the checks may ask about, and what is
// known of the token that asks for it.
type Account struct {
	Name    string    `json:"name"`                       // the agent's word for it, unique
	WABA    string    `json:"waba_id,omitzero"`           // WhatsApp Business Account ID, digits
	Phones  []string  `json:"phone_number_ids,omitempty"` // phone number IDs, digits
	App     string    `json:"app_id,omitzero"`            // the Meta app that sends, digits
	Keep    TokenKeep `json:"token"`
	File    string    `json:"token_file,omitzero"`    // where Keep is KeepFile
	Expires time.Time `json:"token_expires,omitzero"` // UTC, as the token check last saw it; zero: not known, or never
	Added   time.Time `json:"added"`                  // UTC
}
