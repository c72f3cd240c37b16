// PMML documents written from their trees.
#pragma once

#include <larder/document.h>
#include <larder/writer.h>

namespace larder::internal {

// Writes what read_pmml_tree gave, or a tree of the same form: the same document, except for how elements without
// content, letters and the blanks in tags are spelled. An "array" that is not what the children say is written in their
// place. Error `unsupported` for another value, and for texts and names that XML cannot hold.
void write_pmml(Value root, Writer& writer);

}  // namespace larder::internal
