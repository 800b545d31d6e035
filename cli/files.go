package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"unsent/model"
)

// writePrivate writes a file that only its owner can read. It is written beside
// its place and moved there when it is whole, so that a failure leaves what was
// there; a file that is none (a pipe, a terminal) is written to as it is.
func writePrivate(name string, write func(io.Writer) error) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return model.WithHint(fmt.Errorf("writing %s: it is a folder", name), "name a file in it")
		}
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("writing: %w", err)
		}
		return inWriting(name, errors.Join(write(f), f.Close()))
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".unsent-*") // mode 0600
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err = errors.Join(write(tmp), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return inWriting(name, err)
}

// unused refuses a name that is taken, unless the agent says to overwrite it: it
// may be the very log that was imported.
func unused(name string, force bool) error {
	info, err := os.Stat(name)
	if err != nil || force || !info.Mode().IsRegular() {
		return nil
	}
	return model.WithHint(fmt.Errorf("writing %s: there is such a file already", name), "choose another name, or say --force to overwrite it")
}

func inWriting(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing %s: %w", name, err)
}

// packetFolder is where packets are kept: beside the database they speak of.
func packetFolder(db string) string { return filepath.Join(filepath.Dir(db), "packets") }

// savePacketFile writes a packet to its own file, for its owner only, and gives
// the file's name. The name holds a part of what the packet says, so that two
// packets of one incident are two files and the same packet is one.
func savePacketFile(db string, p model.Packet) (string, error) {
	dir := packetFolder(db)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("saving the packet: %w", err)
	}
	name := filepath.Join(dir, fmt.Sprintf("packet-%s-%.8s.%s", targetOf(&p), p.Hash, extension(p.Format)))
	return name, writePrivate(name, func(w io.Writer) error {
		_, err := io.WriteString(w, p.Text)
		return err
	})
}

func extension(format string) string {
	switch format {
	case "markdown":
		return "md"
	case "json":
		return "json"
	case "short":
		return "short.txt"
	}
	return "txt"
}
