// Metadata: what a file says about the object that it holds: where it comes from, how good it is, whether it is intact.
//
// `dump` writes it behind the object, in the same (compressed) stream: docs/metadata.md has the bytes. joblib, pickle
// and numpy do not look there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <larder/array.h>
#include <larder/document.h>
#include <larder/export.h>
#include <larder/limits.h>
#include <larder/reader.h>

namespace larder {

// One array of the object, as it was when the file was written. A plain value.
struct ArrayChecksum {
  std::optional<std::string> path;  // for find_path; nothing where no path leads to the array
  std::string dtype;                // DType::descr
  Shape shape;
  std::uint64_t nbytes = 0;
  std::uint64_t xxh3 = 0;  // XXH3 (64 bits) of the elements in C order, in the dtype's byte order
};

// Movable, not copyable, as Documents are.
struct Metadata {
  Document values;                    // the root: a dict of what the writer of the file said
  std::vector<ArrayChecksum> arrays;  // each array once
  std::string chosen_compression{};   // "zstd:3": what compress="auto" chose; empty where it was not asked
};

// The metadata that starts at the reader's position, right behind an object, and leaves the reader behind it. Nothing
// where something else or nothing is there; the reader is then where it was. Waits for the byte that follows.
//
// Errors: `checksum`, `truncated`, `malformed`, `unsupported` (of a later version), `limit` where it is larger than
// Limits::text, `not_built` where this build lacks xxhash.
LARDER_API std::optional<Metadata> read_metadata(Reader& reader, const Limits& limits = {});

// Verifies that the arrays below `root` are those that the metadata was written for. Error `checksum` that names the
// first one that is not, and how many are not. Arrays in the other byte order are the same.
LARDER_API void verify_arrays(Value root, const Metadata& metadata);

// A library that had a part in writing an object, as far as the object tells.
struct LibraryVersion {
  std::string library;  // "scikit-learn"
  std::string version;  // "1.2.1", or what can be concluded: ">= 2"

  bool operator==(const LibraryVersion&) const = default;
};

// The versions that objects below `root` carry: `_sklearn_version` and its like, `__version__`, gensim's records, and
// what numpy's and joblib's own names and attributes give away. Each once, in the order of the file.
LARDER_API std::vector<LibraryVersion> library_versions(Value root);

}  // namespace larder
