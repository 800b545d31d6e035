package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// seedIDs are the statements of the two articles that the product was made from.
func seedIDs() []string {
	var ids []string
	for n := 1; n <= 30; n++ {
		ids = append(ids, fmt.Sprintf("S1-%02d", n))
	}
	for n := 1; n <= 6; n++ {
		ids = append(ids, fmt.Sprintf("S2-%02d", n))
	}
	for _, group := range []string{
		"C1 C2 C3 C4 C5 C6 C7 C8", "S1a S1b S1c", "S2a S2b S2c", "S3a S3b S3c S3d S3e", "S4a S4b S4c S4d", "S5a S5b S5c", "S6a S6b S6c",
		"S7.1 S7.2 S7.3 S7.4 S7.5 S7w", "S8", "P1 P2 P3 P4 P5", "PV1 PV2 PV3 PV4 PV5 PV6", "R1 R2 R3 R4 R5", "Q1 Q2 Q3 Q4 Q5", "SUM", "FB",
	} {
		for _, id := range strings.Fields(group) {
			ids = append(ids, "S2-"+id)
		}
	}
	return ids
}

// Every statement has a row in docs/seeds.md, and every test that a row names
// exists and carries the row's id.
func TestSeedTable(t *testing.T) {
	table, err := os.ReadFile("../docs/seeds.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, line := range strings.Split(string(table), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "S") {
			continue
		}
		id := strings.TrimSpace(cells[1])
		if _, twice := rows[id]; twice {
			t.Errorf("%s has two rows", id)
		}
		rows[id] = cells[3]
	}
	named := regexp.MustCompile("`([a-z]+)\\.(Test[A-Za-z0-9_]+)`")
	for _, id := range seedIDs() {
		cell, ok := rows[id]
		delete(rows, id)
		if !ok {
			t.Errorf("%s has no row", id)
			continue
		}
		tests := named.FindAllStringSubmatch(cell, -1)
		if len(tests) == 0 {
			t.Errorf("%s names no test", id)
		}
		for _, name := range tests {
			if !carries(t, name[1], name[2], id) {
				t.Errorf("%s: %s.%s does not exist or does not carry the id", id, name[1], name[2])
			}
		}
	}
	for id := range rows {
		t.Errorf("%s is no statement of the articles", id)
	}
}

// carries reports whether a test function of a package mentions an id.
func carries(t *testing.T, pkg, test, id string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, fn := range strings.Split(string(src), "\nfunc ")[1:] {
			if strings.HasPrefix(fn, test+"(") && strings.Contains(fn, id) {
				return true
			}
		}
	}
	return false
}
