// Package query reads and answers the questions that people ask of a list of
// runs, as FORMAT.md describes them ("Queries"). It knows of runs only that
// they are rows with values under keys: a [Table] gives them, wherever they
// come from.
//
// Parsing takes time and memory in proportion to the query, answering in
// proportion to rows and terms: no query makes either explode.
package query
