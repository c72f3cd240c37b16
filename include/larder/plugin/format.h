// For authors of a file format: derive from Format and add a row to the format table (CONTRIBUTING.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/document.h>
#include <larder/limits.h>
#include <larder/reader.h>
#include <larder/writer.h>

namespace larder {

// What is known about a file format. A plain value.
struct FormatInfo {
  std::string name;                     // "npy"
  std::string description;              // one line
  std::vector<std::string> extensions;  // with the dot; the first is the usual one
  bool reads = false;
  bool writes = false;
  bool maps = false;  // arrays can be mapped from uncompressed files
};

// Where a format reads from. All of it is borrowed for the duration of the call.
struct ReadSource {
  Reader& reader;  // at the first byte of the object; afterwards right behind its last byte
  const Limits& limits;
  bool native_byte_order;  // convert arrays that are not mapped to this machine's byte order
  // The whole file that `reader` reads, mapped as the caller asked; null where arrays are to be read into memory.
  const Region* mapped_file;
  // Tells the user something that did not stop the load.
  std::function<void(std::string_view)> warn;
};

struct WriteOptions {
  int protocol = 4;  // of pickle
};

// One file format. Immutable and thread-safe.
class LARDER_API Format {
 public:
  virtual ~Format();
  Format(const Format&) = delete;
  Format& operator=(const Format&) = delete;

  const FormatInfo& info() const noexcept { return info_; }

  // Whether a file of this format may start with `head` (4 KiB, less only where the file is shorter). The content
  // decides, never the name.
  virtual bool recognises(Bytes head) const = 0;

  // Reads one object into `document` and makes it the root. Errors: `truncated`, `malformed`, `limit`, `unsupported`,
  // with positions.
  virtual void read(const ReadSource& source, Document& document) const = 0;

  // Writes `value` as one object at the Writer's position; does not finish the Writer. Error `unsupported`, before
  // anything is written where possible, for what the format cannot hold.
  virtual void write(Value value, Writer& writer, const WriteOptions& options) const = 0;

 protected:
  explicit Format(FormatInfo info) : info_(std::move(info)) {}

 private:
  FormatInfo info_;
};

// The built-in formats, in the order in which they are asked whether they recognise a file. Thread-safe.
LARDER_API const std::vector<const Format*>& formats();
// By name; null where there is none.
LARDER_API const Format* find_format(std::string_view name);
// By the end of the file name (case-sensitive); null where no extension fits.
LARDER_API const Format* find_format_by_extension(std::string_view filename);

}  // namespace larder
