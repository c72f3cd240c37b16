#include <larder/dump.h>

#include "io/region_of.h"
#include "persist/format_choice.h"
#include "persist/metadata.h"
#include "persist/value_content.h"

namespace larder {

namespace {

// What the options ask for, chosen for the value where they leave that open.
Compression compression_for(Value value, std::string_view filename, const DumpOptions& options) {
  const auto& how = options.compress.automatic();
  if (!how) return resolve(options.compress, filename);
  const Choice choice = internal::choose(internal::content_of(value), *how, filename, options.threads);
  if (options.chosen) options.chosen(choice);
  return choice.compression;
}

std::string footer_for(Value value, const Compression& compression, const DumpOptions& options) {
  if (options.metadata.is_none()) return {};
  const std::string chosen = options.compress.automatic() ? text_of(compression) : "";
  return internal::metadata_footer(value, options.metadata, chosen);
}

void write(Value value, Writer& writer, const Format& format, const Compression& compression,
           const DumpOptions& options) {
  const WriteOptions how{.protocol = options.protocol, .pickle = options.pickle};
  // Made first, so that nothing is written where the metadata cannot be.
  const std::string footer = footer_for(value, compression, options);
  const auto encoder =
      compression.codec == nullptr
          ? nullptr
          : compression.codec->writer(writer, {.level = compression.level, .limits = {}, .threads = options.threads});
  Writer& target = encoder ? *encoder : writer;
  format.write(value, target, how);
  target.write(as_bytes(footer));
  if (encoder) encoder->finish();
}

}  // namespace

std::vector<std::string> dump(Value value, const Path& path, const DumpOptions& options) {
  const std::string filename = path.string();
  const Compression compression = compression_for(value, filename, options);
  const Format& format = internal::choose_format(options.format, filename);
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
  write(value, writer, internal::choose_format(options.format, ""), compression_for(value, "", options), options);
  writer.flush();
}

void dump(const Array& array, Writer& writer, const DumpOptions& options) {
  Document document;
  dump(document.array(array), writer, options);
}

Region dumps(Value value, const DumpOptions& options) {
  MemoryWriter writer;
  write(value, writer, internal::choose_format(options.format.empty() ? "pickle" : options.format, ""),
        compression_for(value, "", options), options);
  writer.finish();
  return internal::region_of(writer.take());
}

}  // namespace larder
