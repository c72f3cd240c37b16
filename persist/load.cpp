#include <larder/load.h>

#include <cstdio>
#include <memory>

#include "base/text.h"
#include "persist/detect.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

std::string_view flag_of(MapMode mode) {
  switch (mode) {
    case MapMode::read:
      return "r";
    case MapMode::read_write:
      return "r+";
    case MapMode::create:
      return "w+";
    case MapMode::copy_on_write:
      return "c";
    case MapMode::none:
      break;
  }
  return "";
}

void warn_on_stderr(std::string_view line) {
  std::fprintf(stderr, "larder: warning: %.*s\n", static_cast<int>(line.size()), line.data());
}

// Loads one object from a reader.
class Loader {
 public:
  // file: what can be mapped, null where the reader is no file.
  Loader(Reader& reader, const LoadOptions& options, const Path* file)
      : reader_(reader), options_(options), file_(file) {
    if (options.mmap_mode != MapMode::none && options.ensure_native_byte_order.value_or(false)) {
      fail(ErrorKind::usage,
           "Native byte ordering can only be enforced if 'mmap_mode' parameter is set to None, but got 'mmap_mode=",
           flag_of(options.mmap_mode), "' instead.");
    }
  }

  Document run(Provenance* provenance) {
    const Codec* const codec = internal::detect_codec(reader_, CodecRegistry::global());
    Document document(options_.limits);
    if (codec == nullptr) {
      const std::uint64_t start = reader_.position();
      const Format& format = read(reader_, document, false);
      if (provenance != nullptr) *provenance = {format.info().name, "", reader_.position() - start};
      return document;
    }
    const auto decoder = codec->reader(reader_, {.level = {}, .limits = options_.limits});
    const Format& format = read(*decoder, document, true);
    if (provenance != nullptr) *provenance = {format.info().name, codec->info().name, decoder->position()};
    static_cast<void>(decoder->finish());  // data behind the object is no failure; the checksum over it is verified
    return document;
  }

 private:
  const Format& read(Reader& reader, Document& document, bool compressed) {
    const Format& format = internal::detect_format(reader);
    const bool map = options_.mmap_mode != MapMode::none && can_map(compressed);
    ReadSource source{reader,
                      options_.limits,
                      options_.ensure_native_byte_order.value_or(options_.mmap_mode == MapMode::none),
                      {},
                      [this](std::string_view line) { warn(line); }};
    Region whole;
    if (map) {
      // One mapping serves all arrays, so that files of many arrays do not run out of mappings.
      source.map = [&](std::uint64_t position, std::uint64_t size) {
        if (size == 0) return Region();
        if (whole.empty())
          whole = map_file(*file_, options_.mmap_mode == MapMode::create ? MapMode::read_write : options_.mmap_mode);
        if (position > whole.size() || size > whole.size() - position)
          fail(ErrorKind::truncated, "the array's data needs ", size, " bytes, more than are there");
        return whole.slice(static_cast<std::size_t>(position), static_cast<std::size_t>(size));
      };
    }
    try {
      format.read(source, document);
    } catch (Error& error) {
      error.at(join("byte ", reader.position(), " of ", reader.name()));
      throw;
    }
    return format;
  }

  // The texts are joblib's.
  bool can_map(bool compressed) {
    const std::string_view flag = flag_of(options_.mmap_mode);
    if (compressed) {
      warn(join("mmap_mode \"", flag, "\" is not compatible with compressed file ", reader_.name(), ". \"", flag,
                "\" flag will be ignored."));
    } else if (file_ == nullptr && reader_.region()) {
      warn(join("In memory persistence is not compatible with mmap_mode \"", flag,
                "\" flag passed. mmap_mode option will be ignored."));
    } else if (file_ == nullptr) {
      warn(join("\"", reader_.name(), "\" is not a raw file, mmap_mode \"", flag, "\" flag will be ignored."));
    } else {
      return true;
    }
    return false;
  }

  void warn(std::string_view line) const {
    if (options_.warn)
      options_.warn(line);
    else
      warn_on_stderr(line);
  }

  Reader& reader_;
  const LoadOptions& options_;
  const Path* file_;
};

}  // namespace

Document load(Reader& reader, const LoadOptions& options, Provenance* provenance) {
  return Loader(reader, options, nullptr).run(provenance);
}

Document load(const Path& path, const LoadOptions& options, Provenance* provenance) {
  const auto reader = open_file(path);
  return Loader(*reader, options, reader->can_seek() ? &path : nullptr).run(provenance);
}

}  // namespace larder
