package training

import (
	"encoding/json"
	"fmt"
	"io"
)

// Write writes the network as JSON.
func (n *Network) Write(to io.Writer) error {
	return json.NewEncoder(to).Encode(n)
}

// ReadNetwork reads what Write wrote.
func ReadNetwork(from io.Reader) (*Network, error) {
	n := new(Network)
	if err := json.NewDecoder(from).Decode(n); err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	if n.Hidden < 1 || n.Hidden > maxHidden || len(n.Weights) != size(n.Hidden) {
		return nil, fmt.Errorf("model has %d weights, which does not fit %d hidden units", len(n.Weights), n.Hidden)
	}
	return n, nil
}
