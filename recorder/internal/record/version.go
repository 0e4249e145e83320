package record

// readVersioned decodes a file that carries its version in the field "format",
// which fields must read into version by [coder.format]. Of a later major
// version newer is true; one before the first is damage.
func readVersioned(data []byte, version *int, fields func(*coder)) (newer bool, err error) {
	err = readStruct(data, fields)
	if err == nil && *version < 1 {
		err = corrupt("it carries no format")
	}
	return *version > Format, err
}
