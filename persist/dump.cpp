#include <larder/dump.h>

#include "base/text.h"

#include <larder/plugin/format.h>

namespace larder {

using internal::fail;

namespace {

// The file name without a codec's extension: what is left tells the format.
std::string_view without_codec(std::string_view filename) {
  const Codec* const codec = CodecRegistry::global().find_by_extension(filename);
  if (codec == nullptr) return filename;
  for (const std::string& extension : codec->info().extensions) {
    if (filename.ends_with(extension)) return filename.substr(0, filename.size() - extension.size());
  }
  return filename;
}

const Format& format_for(const DumpOptions& options, std::string_view filename) {
  if (!options.format.empty()) {
    const Format* const named = find_format(options.format);
    if (named != nullptr && named->info().writes) return *named;
    std::string possible;
    for (const Format* const format : formats()) {
      if (format->info().writes) possible += (possible.empty() ? "" : ", ") + format->info().name;
    }
    fail(ErrorKind::usage, "no format ", internal::quoted(options.format), " is written; possible are ", possible);
  }
  const Format* const found = find_format_by_extension(without_codec(filename));
  return found != nullptr && found->info().writes ? *found : *find_format("joblib");
}

void write(Value value, Writer& writer, const Format& format, const Compression& compression,
           const DumpOptions& options) {
  const WriteOptions how{.protocol = options.protocol};
  if (compression.codec == nullptr) return format.write(value, writer, how);
  const auto encoder = compression.codec->writer(writer, {.level = compression.level, .limits = {}});
  format.write(value, *encoder, how);
  encoder->finish();
}

}  // namespace

std::vector<std::string> dump(Value value, const Path& path, const DumpOptions& options) {
  const std::string filename = path.string();
  const Compression compression = resolve(options.compress, filename);
  const Format& format = format_for(options, filename);
  const auto file = create_file(path, options.file);
  write(value, *file, format, compression, options);
  file->finish();
  return {filename};
}

std::vector<std::string> dump(const Array& array, const Path& path, const DumpOptions& options) {
  Document document;
  return dump(document.array(array), path, options);
}

void dump(Value value, Writer& writer, const DumpOptions& options) {
  write(value, writer, format_for(options, ""), resolve(options.compress, ""), options);
  writer.flush();
}

void dump(const Array& array, Writer& writer, const DumpOptions& options) {
  Document document;
  dump(document.array(array), writer, options);
}

}  // namespace larder
