package record

// The files at the root of a run's tree. Everything that a list of runs shows
// is in them and nothing large is, so that a fetch of the root's blobs alone
// is enough to list.
const (
	RunFile      = "run.msgpack"
	ParamsFile   = "params.msgpack"
	ScalarsFile  = "scalars.msgpack" // the index; the columns are in scalars/
	ImagesFile   = "images.msgpack"  // the index; the images are in images/
	PackagesFile = "packages.txt"
	NotesFile    = "notes.msgpack"
)
