// The objects of one file or of standard input, one after another, whatever compresses them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <larder/limits.h>
#include <larder/load.h>
#include <larder/reader.h>

#include "persist/object_stream.h"
#include "tools/console.h"

namespace larder::tools {

// What the user said about reading.
struct ReadOptions {
  bool quiet = false;
  std::string format;  // LoadOptions::format, as is the next
  std::vector<std::string> only;
  Limits limits;
  int threads = 0;                                // as in LoadOptions
  std::optional<Python2Strings> python2_strings;  // nothing: as the library decides
};

// One object and how it was stored.
struct Object {
  Document document;
  Provenance provenance;
  std::string
      codec;  // "gzip"; empty for an uncompressed file; "gzip, zlib" for a compressed file inside a compressed file
  bool checksummed = false;             // a stream that holds it carries a checksum of the content
  std::optional<int> protocol;          // of pickle, where the object says it
  std::optional<std::uint64_t> stored;  // bytes of the whole file, where they are known
};

class ObjectFile {
 public:
  // Opens the file, "-" for standard input. `console` hears warnings. map: arrays of an uncompressed file are mapped,
  // so that they are not read before they are used. Errors `not_found`, `io`.
  ObjectFile(const std::string& name, const ReadOptions& options, Console& console, bool map = false);
  // The same for a file that is open already.
  ObjectFile(std::unique_ptr<Reader> file, const std::string& name, const ReadOptions& options, Console& console,
             bool map = false);
  ~ObjectFile();

  // The next object; nothing behind the last one. An empty file has no first object: Error `truncated`. Data behind an
  // object that is no object is an error that says where it begins. Other errors: as larder::load.
  std::optional<Object> next();

 private:
  Object load_next(Reader& source);

  std::string name_;
  LoadOptions options_;
  std::unique_ptr<Reader> file_;
  std::optional<internal::ObjectStream> stream_;  // over file_
  std::uint64_t loaded_ = 0;                      // objects so far
};

// The file `name`, "-" for standard input. Errors `not_found`, `io`.
std::unique_ptr<Reader> open_input(const std::string& name);

// How messages call the file `name`: "-" is "<stdin>".
std::string input_name(const std::string& name);

}  // namespace larder::tools
