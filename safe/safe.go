// Package safe stands between untrusted text and everything that acts on text:
// the terminal, a spreadsheet, the database, an escalation packet.
//
// It owns the display form of text (Line, Text, ASCII, Fold), the spreadsheet
// form (Cell, CSV), the search for secrets (Redact, HasSecret), the hiding of
// people's numbers (MaskText, MaskPhone, MaskWAMID), and what can be read from a
// phone number or a message id without guessing (ParsePhone, WAMIDNumber). Nothing here keeps state, opens a file or asks the network.
//
// To add a kind of secret, give its rarest character a class in secret.go and
// write the rule that judges the place; every imported row passes through that
// loop, so a rule may cost nothing where it does not apply. To add a character
// that must not reach a screen, add it to hidden in line.go and to the table of
// its test.
package safe
