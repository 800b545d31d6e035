package packet

import "testing"

// BenchmarkPacket makes a packet of a large incident in all four formats, which
// is what one key press asks for.
func BenchmarkPacket(b *testing.B) {
	for _, c := range []struct {
		name string
		in   Input
	}{{"whole", whole()}, {"huge", huge()}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				k := New(c.in, Meta)
				for _, f := range []Format{Text, Short, Markdown, JSON} {
					if _, err := k.Render(f); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
