// load: a file becomes a Document.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/document.h>
#include <larder/limits.h>
#include <larder/metadata.h>
#include <larder/pickle.h>
#include <larder/reader.h>

namespace larder {

struct LoadOptions {
  // How arrays, and bytes of 64 and more, of an uncompressed file are mapped; `none` reads them into memory. What
  // cannot be mapped (compressed files, memory, streams, object arrays) is read into memory, and `warn` says so.
  MapMode mmap_mode = MapMode::none;

  // Whether arrays that were stored in the other byte order are converted. Nothing: where they are read, not where they
  // are mapped (joblib's "auto"). Error `usage` for true together with a mmap_mode.
  std::optional<bool> ensure_native_byte_order{};

  // The format to read as, by name; empty: found by content, then by the name of the file. A file in which two formats
  // are found is Error `unsupported`, naming both, unless one is given here. Asked for as "bytes", a file is
  // decompressed only where its name has the codec's extension. Error `usage` for a format that is not read.
  std::string format{};

  // Of files that hold arrays by name (npz, safetensors, torch, h5, onnx, checkpoints): the only ones to read; empty:
  // all. Error `not_found`, naming the first that is missing.
  std::vector<std::string> only{};

  Limits limits{};

  // Threads that decompress at once, the caller's among them; 0: one for each processor that the process may use.
  int threads = 0;

  // Of pickles: strings of Python 2, buffers beside the pickle.
  PickleReading pickle{};

  // The file that a Reader reads, where the caller knows it: its name tells formats apart that nothing else does, and
  // files that the object needs (gensim's arrays, shards, those of joblib before 0.10) are opened beside it. Needless
  // for a load from a path or a store; otherwise, empty, such an object is Error `unsupported`.
  Path companions_of{};

  // Whether what stands behind the object is looked at, and taken into Provenance::metadata where it is metadata. On a
  // pipe or a socket that waits for the next byte or the end.
  bool metadata = false;

  // Gets one line for each thing that the caller should know and that did not stop the load. Not set: the line goes to
  // standard error.
  std::function<void(std::string_view)> warn{};
};

// What was found on the way to an object.
struct Provenance {
  std::string format;                  // "joblib", "npy"
  std::string codec;                   // "zlib"...; empty for an uncompressed file
  std::uint64_t decoded_bytes = 0;     // bytes of the object after decompression, without its metadata
  std::optional<Metadata> metadata{};  // where LoadOptions::metadata asks for it and the file has it
};

// Loads the first object of the file at `path`. Codec and format are found by content; the name only decides between
// formats that look alike, and of those without any signature. A directory is the SavedModel of TensorFlow that it
// holds: its variables. Data behind the object is left alone, as joblib does; a compressed file is read to the end of
// the stream, so that its checksum is verified.
//
// Errors: `not_found`, `io`, and what the content deserves: `truncated`, `malformed`, `checksum`, `limit`,
// `unsupported`, `not_built`. Nothing that the file says is ever executed or imported, and nothing opened but
// the files that the object is kept in, which must be regular files right beside it, not links: Error
// `unsafe_reference`. Thread-safe.
LARDER_API Document load(const Path& path, const LoadOptions& options = {}, Provenance* provenance = nullptr);

// Loads the next object of `reader` and leaves the reader right behind it, so that several objects can be loaded one
// after another, from pipes and sockets as well; metadata of the object before is passed over. Of a compressed stream
// one object is loaded: to load several from one stream, open it with `Codec::reader` and load from that.
LARDER_API Document load(Reader& reader, const LoadOptions& options = {}, Provenance* provenance = nullptr);

// Loads the first object of some bytes, which must stay as they are for the duration of the call: `pickle.loads`.
LARDER_API Document loads(Bytes content, const LoadOptions& options = {}, Provenance* provenance = nullptr);

// One array out of an object, without reading the others: on a Reader that seeks only what leads to it and its own
// bytes are read. `array`: its path, as find_path has it ("steps[0].coef_"); empty for the root. Of a compressed object
// everything is decompressed, and only the one kept. Not mapped: LoadOptions::mmap_mode is not regarded. Errors: as
// `load`; `not_found` where there is no such array, naming some that there are.
LARDER_API Array load_array(const Path& path, std::string_view array, const LoadOptions& options = {});
LARDER_API Array load_array(Reader& reader, std::string_view array, const LoadOptions& options = {});

// A new .npy file at `path` (replacing an old one, never in place) with zeroed elements, mapped for reading and
// writing: numpy's open_memmap(mode="w+").
LARDER_API Array create_npy(const Path& path, const DType& dtype, const Shape& shape, Order order = Order::c);

}  // namespace larder
