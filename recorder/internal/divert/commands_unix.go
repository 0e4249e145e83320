//go:build unix

package divert

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Program is what the helper hears of the program, and says to it.
type Program struct {
	Commands <-chan byte // closed at their end
	answers  *os.File
}

// Listen begins to hear.
func Listen() *Program {
	unix.CloseOnExec(commandsFD)
	unix.CloseOnExec(answersFD)
	commands := make(chan byte)
	from := os.NewFile(commandsFD, "commands")
	go func() {
		defer close(commands)
		buf := make([]byte, 1)
		for {
			if n, err := from.Read(buf); err != nil || n == 0 {
				return
			}
			commands <- buf[0]
		}
	}()
	return &Program{Commands: commands, answers: os.NewFile(answersFD, "answers")}
}

// Answer says something to the program, if it still listens.
func (p *Program) Answer(b byte) { _, _ = p.answers.Write([]byte{b}) }

// Fail tells the program why the helper cannot do it.
func (p *Program) Fail(err error) {
	words := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\n", "; "), "?")
	_, _ = p.answers.WriteString(string(rune(Failed)) + words[:min(len(words), maxAnswer-1)])
}
