#include <larder/load.h>

#include <cstdio>
#include <memory>

#include "base/text.h"
#include "document/array_names.h"
#include "persist/detect.h"
#include "persist/footer.h"
#include "persist/loading.h"
#include "persist/metadata_beside.h"
#include "persist/warning.h"

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

// Loads one object from a reader.
class Loader {
 public:
  // choice: as in ReadSource. All of it is borrowed.
  Loader(Reader& reader, const LoadOptions& options, const internal::Surroundings& surroundings,
         ArrayChoice* choice = nullptr)
      : reader_(reader), options_(options), surroundings_(surroundings), choice_(choice) {
    if (options.mmap_mode != MapMode::none && options.ensure_native_byte_order.value_or(false)) {
      fail(ErrorKind::usage,
           "Native byte ordering can only be enforced if 'mmap_mode' parameter is set to None, but got 'mmap_mode=",
           flag_of(options.mmap_mode), "' instead.");
    }
    if (!options.format.empty()) asked_ = &internal::find_read_format(options.format);
  }

  Document run(Provenance* provenance) {
    internal::skip_footers(reader_);
    const Codec* const codec = find_codec();
    const auto decoder =
        codec == nullptr
            ? nullptr
            : codec->reader(reader_, {.level = {}, .limits = options_.limits, .threads = options_.threads});
    Reader& source = decoder ? *decoder : reader_;
    const std::uint64_t start = source.position();
    Document document(options_.limits);
    const Format& format = read(source, document, decoder != nullptr);
    Provenance found{format.info().name, codec == nullptr ? "" : codec->info().name, source.position() - start};
    // Where the object takes all that is there, metadata lies beside.
    if (options_.metadata && format.info().extent == Extent::delimited)
      found.metadata = read_metadata(source, options_.limits);
    // Data behind the object is no failure; the checksum over it is verified.
    if (decoder) static_cast<void>(decoder->finish());
    if (choice_ == nullptr) require_arrays(document.root());
    if (provenance != nullptr) *provenance = std::move(found);
    return document;
  }

 private:
  // Bytes that were asked for as a format which takes any are compressed only where their name says so.
  const Codec* find_codec() {
    const Codec* const codec = internal::detect_codec(reader_, CodecRegistry::global());
    const bool takes_any = asked_ != nullptr && asked_->info().signature == Signature::none;
    return takes_any && CodecRegistry::global().find_by_extension(surroundings_.name) != codec ? nullptr : codec;
  }

  const Format& read(Reader& reader, Document& document, bool compressed) {
    const Format& format = find_format(reader, compressed);
    const std::optional<Region> mapped_file = map_file(compressed);
    const ReadSource source{
        .reader = reader,
        .limits = options_.limits,
        .native_byte_order = options_.ensure_native_byte_order.value_or(options_.mmap_mode == MapMode::none),
        .mapped_file = mapped_file ? &*mapped_file : nullptr,
        .warn = [this](std::string_view line) { warn(line); },
        .open_sibling = surroundings_.open_sibling,
        .pickle = options_.pickle,
        .map_mode = mapping_of_files(),
        .name = surroundings_.name,
        .only = options_.only,
        .choice = choice_,
        .threads = options_.threads};
    try {
      return format.read(source, document);
    } catch (Error& error) {
      if (!error.has_place()) error.at(join("byte ", reader.position(), " of ", reader.name()));
      throw;
    }
  }

  // The file behind the reader, mapped as the caller asked; nothing, and a warning in joblib's words, where that cannot
  // be.
  std::optional<Region> map_file(bool compressed) {
    if (options_.mmap_mode == MapMode::none) return std::nullopt;
    const std::string_view flag = flag_of(options_.mmap_mode);
    if (compressed) {
      warn(join("mmap_mode \"", flag, "\" is not compatible with compressed file ", reader_.name(), ". \"", flag,
                "\" flag will be ignored."));
      return std::nullopt;
    }
    auto mapped_file = reader_.map(mapping_of_files());
    if (mapped_file) return mapped_file;
    if (reader_.region()) {
      warn(join("In memory persistence is not compatible with mmap_mode \"", flag,
                "\" flag passed. mmap_mode option will be ignored."));
    } else {
      warn(join("\"", reader_.name(), "\" is not a raw file, mmap_mode \"", flag, "\" flag will be ignored."));
    }
    return std::nullopt;
  }

  // How files that exist are mapped: joblib takes "w+" for "r+".
  MapMode mapping_of_files() const {
    return options_.mmap_mode == MapMode::create ? MapMode::read_write : options_.mmap_mode;
  }

  const Format& find_format(Reader& reader, bool compressed) const {
    if (asked_ != nullptr) return *asked_;
    return internal::detect_format(reader, surroundings_.name, surroundings_.is_near && !compressed);
  }

  // Each of LoadOptions::only.
  void require_arrays(Value root) const {
    for (const std::string& name : options_.only) {
      if (!internal::find_named(root, name))
        fail(ErrorKind::not_found, reader_.name(), " has no array called ", internal::quoted(name));
    }
  }

  void warn(std::string_view line) const { internal::warn(options_, line); }

  Reader& reader_;
  const LoadOptions& options_;
  const internal::Surroundings& surroundings_;
  ArrayChoice* choice_;
  const Format* asked_ = nullptr;
};

}  // namespace

Document load(Reader& reader, const LoadOptions& options, Provenance* provenance) {
  return Loader(reader, options, internal::surroundings_of(options.companions_of)).run(provenance);
}

Document loads(Bytes content, const LoadOptions& options, Provenance* provenance) {
  return load(*memory_reader(content), options, provenance);
}

Document load(const Path& path, const LoadOptions& options, Provenance* provenance) {
  const Path file = internal::file_of(path);
  Document document = Loader(*open_file(file), options, internal::surroundings_of(file)).run(provenance);
  const bool looks_beside = provenance != nullptr && options.metadata && !provenance->metadata &&
                            find_format(provenance->format)->info().extent == Extent::rest;
  if (looks_beside) provenance->metadata = internal::metadata_beside(file, options.limits);
  return document;
}

namespace internal {

Document load_chosen(Reader& reader, const LoadOptions& options, const Surroundings& surroundings, ArrayChoice* choice,
                     Provenance* provenance) {
  return Loader(reader, options, surroundings, choice).run(provenance);
}

void warn(const LoadOptions& options, std::string_view line) {
  if (options.warn)
    options.warn(line);
  else
    std::fprintf(stderr, "larder: warning: %.*s\n", static_cast<int>(line.size()), line.data());
}

}  // namespace internal

}  // namespace larder
