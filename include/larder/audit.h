// audit: what a Python loader would do with a file, found out without doing it, and a verdict.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/error.h>
#include <larder/limits.h>
#include <larder/pickle.h>
#include <larder/reader.h>

namespace larder {

// From good to bad; a file is as bad as the worst that was found in it (docs/audit.md has all the rules).
enum class Verdict : std::uint8_t {
  data_only,        // Python's own containers and numbers, arrays
  known_libraries,  // listed classes and functions, used as their libraries use them when they load their own files
  dangerous,        // anything else: loading it may run code, open files, import modules that nobody knows
  malformed,        // it cannot be read to its end: what was not seen may be anything
};

// "data_only"... Thread-safe.
LARDER_API std::string_view name_of(Verdict verdict) noexcept;

enum class FindingKind : std::uint8_t {
  import,         // a module is imported, a name looked up in it
  call,           // something is called, or makes an object
  state,          // an object gets its state: its __setstate__ runs
  persistent_id,  // the loading program is asked what an id means
  extension,      // a number stands for an import: copyreg's extension codes
};

// "import"... Thread-safe.
LARDER_API std::string_view name_of(FindingKind kind) noexcept;

// One thing that a loader would do. A plain value.
struct Finding {
  FindingKind kind = FindingKind::import;
  Verdict verdict = Verdict::data_only;
  std::string_view rule;    // the rule that decided, such as "unknown"; a static text
  std::string_view reason;  // why, in some words, such as "starts programs"; a static text
  std::string name;         // "os.system": what is imported, called, or made the object; empty where nothing has a name
  std::string detail;       // arguments, state or id as short JSON, long parts left out
  std::uint64_t object = 0;  // number of the object in the file, from 1
  std::uint64_t stream = 0;  // where its pickle begins: nested pickles have one of their own
  std::uint64_t offset = 0;  // of the opcode; both count decompressed bytes
};

// All that was found. A plain value.
struct Audit {
  Verdict verdict = Verdict::data_only;

  // In the order of the file, duplicates included: the first AuditOptions::most_findings, and as many dangerous ones
  // behind them. The verdict and the counts consider all.
  std::vector<Finding> findings;
  std::uint64_t imports = 0;
  std::uint64_t calls = 0;
  std::uint64_t states = 0;
  std::uint64_t persistent_ids = 0;
  std::uint64_t dangerous = 0;  // findings with that verdict
  std::uint64_t omitted = 0;    // findings that were counted, but not kept

  // What is imported, each name once, in order; at most AuditOptions::most_findings.
  std::vector<std::string> names;

  std::uint64_t objects = 0;         // that were read whole
  std::uint64_t decoded_bytes = 0;   // of them, after decompression
  std::vector<std::string> formats;  // each once
  std::vector<std::string> codecs;   // each once; "gzip, zlib" for a compressed file inside a compressed file
  std::uint64_t checked_arrays = 0;  // whose checksum in the metadata is right
  bool checksummed = false;          // all that was read is covered by a checksum, of the codec or of the format
  // The formats' own checksums that were verified, each once: "CRC-32" of ZIP archives, "CRC-32C" of checkpoints,
  // "fletcher32" and "Adler-32" of HDF5's chunks.
  std::vector<std::string> own_checksums{};

  // Why the file could not be read to its end (the verdict is `malformed`), and which object it was.
  std::optional<Error> error;

  // The finding that decides: the first of the worst; null where there are none.
  const Finding* worst() const noexcept;
};

struct AuditOptions {
  Limits limits{};
  int threads = 0;  // that decompress at once, as in LoadOptions

  // How many findings are kept, and how many bytes of their arguments; the rest is only counted.
  std::size_t most_findings = 1000;
  std::size_t detail = 200;

  // Buffers beside the pickle.
  PickleReading pickle{.python2_strings = Python2Strings::latin1};

  // As in LoadOptions: where a Reader's companions lie, which are read as well.
  Path companions_of{};
};

// Reads all objects of a file, one after another, in all compressed streams, nested pickles and companions, to the last
// byte, and verifies all checksums, those in metadata included. Data that is no object is an error, in front of objects
// or behind them. An uncompressed object with arrays in it is read as joblib reads it and, where the source can seek,
// once more as pickle reads it, to which the arrays' bytes are opcodes.
//
// What the content deserves, from `truncated` to `not_built`, goes into the result; thrown are `not_found`, `io` and
// `usage`. Nothing of the file is executed or imported, and nothing opened but companions. Thread-safe.
LARDER_API Audit audit(const Path& path, const AuditOptions& options = {});

// The same from the reader's position to its end.
LARDER_API Audit audit(Reader& reader, const AuditOptions& options = {});

}  // namespace larder
