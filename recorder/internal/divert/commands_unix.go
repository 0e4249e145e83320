//go:build unix

package divert

import (
	"os"

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
