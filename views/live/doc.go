// Package live tells open pages that something has changed. It knows HTTP and
// names of topics, and nothing of runs.
//
// A notice says what has changed, and never to what: the page then asks for what
// it shows. So nothing queues up behind a slow reader. A topic is a path, such as
// run/<id>/scalars; whoever cares for run/<id> cares for it too.
//
// Everything that was told has a number. A page knows the number that held
// before anything of it was read, see [Hub.Mark], and hears at first what was
// told since; where the hub cannot know, it says so, and the page asks for
// everything again.
package live
