package record

// readVersioned decodes a file that carries its version in the field "format",
// which fields must read into version by [coder.format]. Of a later major
// version newer is true; one before the first is damage.
func readVersioned[T any](data []byte, version *int, v *T, fields func(*coder, *T)) (newer bool, err error) {
	err = readStruct(data, v, fields)
	if err == nil && *version < 1 {
		err = corrupt("it carries no format")
	}
	return *version > Format, err
}
