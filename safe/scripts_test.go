package safe

import "testing"

// TestMixedScripts is threat T17.
func TestMixedScripts(t *testing.T) {
	for _, s := range []string{
		"", "order_ready_2", "заказ_готов", "παραγγελία", "պատվեր", "注文完了", "주문_완료", "طلب_جاهز", "הזמנה", "คำสั่งซื้อ",
		"ऑर्डर", "অর্ডার", "ஆர்டர்", "ఆర్డర్", "შეკვეთა", "café_promo", "LINEギフト", "iPhone手机", "order 👍",
	} {
		if got := MixedScripts(s); got != "" {
			t.Errorf("MixedScripts(%q) = %q", s, got)
		}
	}
	// One letter of a Latin name exchanged for its Cyrillic or Greek twin.
	twins := map[rune][]rune{'a': {'а', 'α'}, 'e': {'е'}, 'o': {'о', 'ο'}, 'p': {'р', 'ρ'}, 'c': {'с'}, 'x': {'х'}, 'y': {'у'}, 'i': {'і', 'ι'}, 's': {'ѕ'}, 'j': {'ј'}, 'v': {'ν'}}
	pairs := 0
	for _, name := range []string{
		"order_ready", "payment_reminder", "appointment_confirmation", "shipping_update", "promo_spring", "verify_account", "joyful_offer",
		"delivery_complete", "invoice_overdue", "password_reset", "class_schedule", "ticket_closed", "flight_change", "exam_results", "voucher_expires",
	} {
		rs := []rune(name)
		for i, r := range rs {
			for _, twin := range twins[r] {
				rs[i] = twin
				if MixedScripts(string(rs)) == "" {
					t.Errorf("%q is taken for %q", string(rs), name)
				}
				pairs++
			}
			rs[i] = r
		}
	}
	if pairs < 150 {
		t.Errorf("only %d pairs were tried", pairs)
	}
}
