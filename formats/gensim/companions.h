// Reading what gensim keeps beside the pickle of an object.
#pragma once

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/elements.h"

namespace larder::internal {

// Whether gensim saved this object, or would load it: its class is gensim's, or it has the lists. Error `malformed`.
bool is_gensim(Value root);

// Completes `root`, which is_gensim and belongs to `document`: arrays and sparse matrices are read (or mapped, as the
// main file is) from its companions, attributes with a file of their own too, and those that are not stored become
// None. What the pickle holds itself stays, also where the lists name it: gensim leaves them behind when it pickles a
// whole object.
//
// Names derive from ReadSource::name. The document's root is another one afterwards. Errors: `not_found`, naming file
// and attribute; `unsafe_reference`; `unsupported` where no companion can be opened; `limit` for objects in objects
// beyond `deepest_object`; as Format::read.
void read_companions(const ReadSource& source, ArrayBudget& budget, Value root, Document& document);

}  // namespace larder::internal
