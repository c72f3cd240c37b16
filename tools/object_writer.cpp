#include "tools/object_writer.h"

#include <larder/plugin/format.h>

#include "base/text.h"
#include "persist/format_choice.h"
#include "tools/progress.h"

namespace larder::tools {

namespace {

std::string format_of(const std::string& name, const StorageOptions& options) {
  const bool told = !options.format.empty() || find_format_by_extension(internal::without_codec(name)) != nullptr;
  return internal::choose_format(told ? options.format : options.format_otherwise, name).info().name;
}

// An option that would do nothing is refused.
void require_joblib(const std::string& format, const char* option) {
  if (format != "joblib")
    internal::fail(ErrorKind::usage, option, " is for the format \"joblib\", not \"", format, "\"");
}

}  // namespace

ObjectWriter::ObjectWriter(const std::string& name, const StorageOptions& options, Writer& target, bool quiet)
    : target_(target), quiet_(quiet) {
  const std::string telling = name == "-" ? "" : name;
  compression_ = resolve(Compress::parse(options.compress), telling);
  if (compression_.codec != nullptr) {
    encoder_ =
        compression_.codec->writer(target, {.level = compression_.level, .limits = {}, .threads = options.threads});
  }
  dump_options_.compress = Compress::none();
  dump_options_.format = format_of(telling, options);
  dump_options_.protocol = options.protocol;
  if (options.share_arrays) require_joblib(dump_options_.format, "--share-arrays");
  if (options.array_alignment) require_joblib(dump_options_.format, "--align");
  dump_options_.pickle.share_arrays = options.share_arrays;
  dump_options_.pickle.array_alignment = options.array_alignment.value_or(dump_options_.pickle.array_alignment);
}

void ObjectWriter::write(Value value, std::optional<std::uint64_t> expected, Value metadata) {
  if (metadata_written_ && dump_options_.format == "npy")
    internal::fail(ErrorKind::usage,
                   "numpy would not find a second array behind metadata; a .joblib file can hold both");
  metadata_written_ = !metadata.is_none();
  dump_options_.metadata = metadata;
  ProgressWriter writer(encoder_ ? *encoder_ : target_, expected, quiet_);
  try {
    dump(value, writer, dump_options_);
  } catch (const Error& error) {
    // The value is fine; it was the wrong format to ask for.
    if (error.kind() == ErrorKind::unsupported) internal::fail(ErrorKind::usage, error.what());
    throw;
  }
  writer.finish();
}

void ObjectWriter::finish() {
  if (encoder_) encoder_->finish();
}

std::string ObjectWriter::description() const {
  if (compression_.codec == nullptr) return dump_options_.format + ", not compressed";
  const CodecInfo& codec = compression_.codec->info();
  const std::string level = codec.has_levels ? internal::join(':', compression_.level) : "";
  return internal::join(dump_options_.format, ", ", codec.name, level);
}

}  // namespace larder::tools
