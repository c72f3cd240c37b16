// dump: a value becomes a file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <larder/array.h>
#include <larder/bytes.h>
#include <larder/choice.h>
#include <larder/compress.h>
#include <larder/document.h>
#include <larder/pickle.h>
#include <larder/writer.h>

namespace larder {

struct DumpOptions {
  Compress compress{};  // joblib's compress argument
  int protocol = 4;     // of pickle: 0 to 5; -1 is the highest
  // By name, as <larder/plugin/format.h> lists them; empty: by the file's extension (.npy is npy; .pkl and .pickle are
  // pickle, which joblib reads as well), else joblib
  std::string format{};
  // A dict of plain data (None, bools, ints, floats, str, lists, dicts) about the value: where it comes from, how it
  // was made, scores. It is stored behind the value, with a checksum of each array, where joblib, pickle and numpy do
  // not look; larder/metadata.h reads it. Formats whose files nothing can follow (npz, torch, safetensors...) have it
  // beside the file, in NAME.metadata.json, which is otherwise removed; written elsewhere than to a file or a store,
  // such a value with metadata is Error `usage`. None: nothing is stored. Borrowed for the duration of the dump.
  Value metadata{};
  // Threads that compress at once, the caller's among them; 0: one for each processor that the process may use. What is
  // written does not depend on it.
  int threads = 0;
  // Hears what compress="auto" chose for the value's arrays and long texts, before anything is written. Metadata, where
  // some is stored, keeps it as well.
  std::function<void(const Choice&)> chosen{};
  FileOptions file{};      // durability, for paths
  PickleWriting pickle{};  // buffers beside a pickle; how arrays lie in joblib files
  // Of npz: the level of deflate, 1 to 9; 0 stores, so that arrays can be mapped.
  int deflate = 0;
};

// Writes `value` to the file at `path`, which appears only when it is complete: an existing file stays as it was until
// then, and for ever if the dump fails.
//
// Returns the names of the files written: `path`, then those that the format keeps beside it, and the metadata where
// that lies there. All appear when all are complete, `path` last. Errors: `usage` (a wrong level, codec, protocol,
// format or metadata), `unsupported` (a value that the format cannot hold), `io`. Thread-safe for different paths.
LARDER_API std::vector<std::string> dump(Value value, const Path& path, const DumpOptions& options = {});
LARDER_API std::vector<std::string> dump(const Array& array, const Path& path, const DumpOptions& options = {});

// Writes `value` at the writer's position and flushes; the writer is not finished, so that more objects can follow.
LARDER_API void dump(Value value, Writer& writer, const DumpOptions& options = {});
LARDER_API void dump(const Array& array, Writer& writer, const DumpOptions& options = {});

// `value` as bytes: `pickle.dumps`. An empty `format` is pickle here.
LARDER_API Region dumps(Value value, const DumpOptions& options = {});

}  // namespace larder
