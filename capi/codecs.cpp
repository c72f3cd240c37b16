#include <larder/choice.h>
#include <larder/codec.h>
#include <larder/compress.h>

#include "base/text.h"
#include "capi/handles.h"
#include "persist/detect.h"

namespace larder::internal {

namespace {

CodecRegistry& registry() { return CodecRegistry::global(); }

Limits limits_of(std::uint64_t most) {
  Limits limits;
  if (most != 0) limits.bytes = most;
  return limits;
}

// No compression is a codec here as well: bytes as they are.
Compression with_codec(const Compression& compression) {
  return compression.codec != nullptr ? compression : Compression{&registry().get("raw"), 0};
}

Compression compression_for(const char* text, Bytes content) {
  const Compress compress = Compress::parse(text_of(text, "compression"));
  if (const auto& how = compress.automatic()) return with_codec(choose(content, *how).compression);
  return with_codec(resolve(compress, ""));
}

Compression compression_for_stream(const char* text) {
  return with_codec(resolve(Compress::parse(text_of(text, "compression")), ""));
}

const Codec& codec_of(const char* name, Reader& source) {
  if (name != nullptr) return registry().get(std::string_view(name) == "none" ? "raw" : name);
  const Codec* const found = detect_codec(source, registry());
  if (found == nullptr) fail(ErrorKind::malformed, source.name(), " is no stream of a codec that larder knows");
  return *found;
}

CodecOptions at_level(const Compression& compression) {
  if (!compression.codec->info().has_levels) return {};
  return {.level = compression.level};
}

}  // namespace

}  // namespace larder::internal

namespace internal = larder::internal;

larder_status larder_compress(const char* compression, const void* data, size_t size, larder_bytes** out,
                              larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    const larder::Bytes bytes = internal::bytes_of(data, size);
    const larder::Compression how = internal::compression_for(compression, bytes);
    return internal::handle_of(how.codec->compress(bytes, internal::at_level(how)));
  });
}

larder_status larder_decompress(const char* codec, const void* data, size_t size, uint64_t most, larder_bytes** out,
                                larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    const larder::Bytes bytes = internal::bytes_of(data, size);
    const larder::Codec& found = internal::codec_of(codec, *larder::memory_reader(bytes));
    return internal::handle_of(found.decompress(bytes, {.limits = internal::limits_of(most)}));
  });
}

larder_status larder_compressor(larder_writer* below, const char* compression, larder_writer** out,
                                larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    internal::require_pointer(below, "writer");
    const larder::Compression how = internal::compression_for_stream(compression);
    return internal::handle_of(how.codec->writer(*below->writer, internal::at_level(how)));
  });
}

larder_status larder_decompressor(larder_reader* below, const char* codec, uint64_t most, larder_reader** out,
                                  larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    internal::require_pointer(below, "reader");
    const larder::Codec& found = internal::codec_of(codec, *below->reader);
    return internal::handle_of(found.reader(*below->reader, {.limits = internal::limits_of(most)}));
  });
}
