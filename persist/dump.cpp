#include <larder/dump.h>

#include "io/region_of.h"
#include "persist/format_choice.h"
#include "persist/metadata.h"

namespace larder {

namespace {

void write(Value value, Writer& writer, const Format& format, const Compression& compression,
           const DumpOptions& options) {
  const WriteOptions how{.protocol = options.protocol, .pickle = options.pickle};
  // Made first, so that nothing is written where the metadata cannot be.
  const std::string footer =
      options.metadata.is_none() ? std::string() : internal::metadata_footer(value, options.metadata);
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
  const Compression compression = resolve(options.compress, filename);
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
  write(value, writer, internal::choose_format(options.format, ""), resolve(options.compress, ""), options);
  writer.flush();
}

void dump(const Array& array, Writer& writer, const DumpOptions& options) {
  Document document;
  dump(document.array(array), writer, options);
}

Region dumps(Value value, const DumpOptions& options) {
  MemoryWriter writer;
  write(value, writer, internal::choose_format(options.format.empty() ? "pickle" : options.format, ""),
        resolve(options.compress, ""), options);
  writer.finish();
  return internal::region_of(writer.take());
}

}  // namespace larder
