#include "persist/writing.h"

#include <string>

#include "base/text.h"
#include "persist/format_choice.h"
#include "persist/metadata.h"
#include "persist/value_content.h"

namespace larder::internal {

namespace {

// What the options ask for, chosen for the value where they leave that open.
Compression compression_for(Value value, std::string_view filename, const DumpOptions& options) {
  const auto& how = options.compress.automatic();
  if (!how) return resolve(options.compress, filename);
  const Choice choice = choose(content_of(value), *how, filename, options.threads);
  if (options.chosen) options.chosen(choice);
  return choice.compression;
}

std::string footer_for(Value value, const Writing& how, const DumpOptions& options) {
  if (options.metadata.is_none()) return {};
  if (!has_footer(how.format)) {
    fail(ErrorKind::usage, "nothing follows the object in a file of the format ", how.format.info().name,
         ": its metadata lies beside a file, or a value in a store");
  }
  const std::string chosen = options.compress.automatic() ? text_of(how.compression) : "";
  return metadata_footer(value, options.metadata, chosen);
}

}  // namespace

Writing choose_writing(Value value, std::string_view filename, std::string_view format, const DumpOptions& options) {
  const Compression compression = compression_for(value, filename, options);
  return {choose_format(format, filename), compression};
}

void write(Value value, Writer& writer, const Writing& how, const DumpOptions& options, const WritePlace& place) {
  const std::string footer = footer_for(value, how, options);
  const Codec* const codec = how.compression.codec;
  const auto encoder =
      codec == nullptr
          ? nullptr
          : codec->writer(writer, {.level = how.compression.level, .limits = {}, .threads = options.threads});
  Writer& target = encoder ? *encoder : writer;
  WriteOptions to_format{.protocol = options.protocol,
                         .pickle = options.pickle,
                         .name = place.name,
                         .deflate = options.deflate,
                         .threads = options.threads};
  if (place.siblings != nullptr)
    to_format.create_sibling = [&](std::string_view name) -> Writer& { return place.siblings->create(name); };
  how.format.write(value, target, to_format);
  target.write(as_bytes(footer));
  if (encoder) encoder->finish();
}

}  // namespace larder::internal
