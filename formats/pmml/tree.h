// A PMML document as a tree of values.
#pragma once

#include <string_view>

#include <larder/bytes.h>
#include <larder/document.h>
#include <larder/limits.h>

namespace larder::internal {

// The root element as a node: a dict of "tag" (as it is written, with its prefix), "attributes" (a dict of texts),
// "children" (a list of nodes, and of texts between them), and "array" for what pmml/arrays.h knows. Comments are
// {"comment": text} among the children, instructions {"instruction": name, "content": text}; those beside the root are
// in lists of its own, "before" and "after". Errors: as walk_xml; `malformed` for an attribute that is there twice, for
// what is no UTF-8, and where the root is no PMML.
Value read_pmml_tree(Bytes text, std::string_view name, const Limits& limits, Document& document);

}  // namespace larder::internal
