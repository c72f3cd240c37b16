#include "tools/object_writer.h"

#include <larder/plugin/format.h>

#include "base/text.h"
#include "persist/format_choice.h"
#include "persist/metadata.h"
#include "persist/value_content.h"
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
    : target_(target), name_(name == "-" ? "" : name), compress_(Compress::parse(options.compress)), quiet_(quiet) {
  compression_ = resolve(compress_, name_);  // what is wrong is said before anything is read
  dump_options_.compress = Compress::none();
  dump_options_.threads = options.threads;
  dump_options_.format = format_of(name_, options);
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
  if (!started_) start(value);
  metadata_written_ = !metadata.is_none();
  const std::string chosen = choice_ ? text_of(compression_) : "";
  const std::string footer = metadata_written_ ? internal::metadata_footer(value, metadata, chosen) : "";
  ProgressWriter writer(encoder_ ? *encoder_ : target_, expected, quiet_);
  try {
    dump(value, writer, dump_options_);
    writer.write(as_bytes(footer));
  } catch (const Error& error) {
    // The value is fine; it was the wrong format to ask for.
    if (error.kind() == ErrorKind::unsupported) internal::fail(ErrorKind::usage, error.what());
    throw;
  }
  writer.finish();
}

void ObjectWriter::start(Value first) {
  started_ = true;
  if (const auto& how = compress_.automatic()) {
    choice_ = internal::choose(internal::content_of(first), *how, name_, dump_options_.threads);
    compression_ = choice_->compression;
  }
  if (compression_.codec != nullptr)
    encoder_ = compression_.codec->writer(
        target_, {.level = compression_.level, .limits = {}, .threads = dump_options_.threads});
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
