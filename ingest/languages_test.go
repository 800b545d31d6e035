package ingest

import (
	"strings"
	"testing"

	"unsent/model"
)

// Exports are not all in English, and some hold nothing but a number and a reason.
func TestHeadersOfOtherLanguages(t *testing.T) {
	tests := []struct{ name, file string }{
		{"German", "Telefonnummer;Status;Fehlercode;Fehlermeldung;Datum\n4915550100123;fehlgeschlagen;131026;Message undeliverable;2026-05-13 14:01\n"},
		{"German, short", "Empfänger;Fehler\n4915550100123;131026: Message undeliverable\n"},
		{"Portuguese", "Celular,Situação,Código de erro,Data\n5511955501001,falhou,131026,2026-05-13 14:01\n"},
		{"Spanish", "Móvil,Estado,Código de error\n5215555010012,fallido,131026\n"},
		{"French", "Destinataire;Statut;Code erreur\n33655501001;échoué;131026\n"},
		{"a German message id", "Nachrichten-ID;Fehlercode;Empfänger\nA-1;131026;15550100123\n"},
		{"a number and a reason", "phone,reason\n15550100123,131026: Message undeliverable\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Open(t.Context(), strings.NewReader(tt.file), "x.csv", Options{})
			if err != nil {
				t.Fatal(err)
			}
			var rec model.Record
			if err := r.Next(&rec); err != nil {
				t.Fatal(err)
			}
			if rec.Outcome != model.Failed || rec.Code != "131026" || rec.Recipient == "" {
				t.Errorf("outcome %q, code %q, recipient %q", rec.Outcome, rec.Code, rec.Recipient)
			}
			if unused := r.Report().Unmapped; len(unused) > 0 {
				t.Errorf("not used: %q", unused)
			}
		})
	}
}

// A few digits have no country, nor have too many, whatever they begin with.
func TestNoCountryForAFragment(t *testing.T) {
	r, err := Open(t.Context(), strings.NewReader("phone,status,error_code\n12-34,failed,131026\n1555010012345678,failed,131026\n12025550100/12025550101,failed,131026\n15550100123,failed,131026\n"), "x.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"", "", "", "1"} {
		var rec model.Record
		if err := r.Next(&rec); err != nil || rec.Country != want {
			t.Errorf("%q has the country %q, want %q (%v)", rec.RecipientRaw, rec.Country, want, err)
		}
	}
}
