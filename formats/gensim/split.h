// Writing objects as gensim does: a pickle, and large arrays beside it.
#pragma once

#include <larder/document.h>
#include <larder/plugin/format.h>
#include <larder/writer.h>

namespace larder::internal {

// Writes `root`, which is_gensim. Arrays and sparse matrices that its lists name, and those of ten
// million elements, go into files beside it, as attributes do that gensim keeps in one of their own; everything else
// into the pickle. The lists are written anew. An object that is reached by two ways stays whole, since gensim would
// look for its files under both names.
//
// options: with a resolved protocol. Names derive from WriteOptions::name. Error `unsupported`, naming an attribute,
// where files are needed and there can be none; what the pickle or .npy cannot hold.
void write_gensim(Value root, Writer& writer, const WriteOptions& options);

}  // namespace larder::internal
