#include "tools/object_writer.h"

#include "base/text.h"
#include "codecs/filename.h"
#include "persist/format_choice.h"
#include "persist/metadata.h"
#include "persist/metadata_beside.h"
#include "persist/value_content.h"
#include "persist/writing.h"
#include "tools/progress.h"

namespace larder::tools {

namespace {

const Format& format_for(const std::string& name, const StorageOptions& options) {
  const bool told = !options.format.empty() || find_format_by_extension(internal::without_codec(name)) != nullptr;
  return internal::choose_format(told ? options.format : options.format_otherwise, name);
}

// An option that would do nothing is refused.
void require_format(const Format& format, const char* wanted, const char* option) {
  if (format.info().name != wanted)
    internal::fail(ErrorKind::usage, option, " is for the format \"", wanted, "\", not \"", format.info().name, "\"");
}

}  // namespace

ObjectWriter::ObjectWriter(const std::string& name, const StorageOptions& options, Writer& target, bool quiet)
    : target_(target),
      format_(format_for(name == "-" ? "" : name, options)),
      name_(name == "-" ? "" : name),
      compress_(Compress::parse(options.compress)),
      quiet_(quiet) {
  compression_ = resolve(compress_, name_);  // what is wrong is said before anything is read
  if (options.share_arrays) require_format(format_, "joblib", "--share-arrays");
  if (options.array_alignment) require_format(format_, "joblib", "--align");
  if (options.deflate) require_format(format_, "npz", "--level");
  dump_options_.threads = options.threads;
  dump_options_.protocol = options.protocol;
  dump_options_.pickle.share_arrays = options.share_arrays;
  dump_options_.pickle.array_alignment = options.array_alignment.value_or(dump_options_.pickle.array_alignment);
  dump_options_.deflate = options.deflate.value_or(0);
  dump_options_.file = options.file;
  if (!name_.empty()) siblings_.emplace(internal::siblings_beside(name_, options.file));
}

void ObjectWriter::write(Value value, std::optional<std::uint64_t> expected, Value metadata) {
  if (started_ && !internal::has_footer(format_))
    internal::fail(ErrorKind::usage, "a file of the format ", format_.info().name,
                   " holds one object; a .joblib file can hold several");
  if (metadata_written_ && format_.info().name == "npy")
    internal::fail(ErrorKind::usage,
                   "numpy would not find a second array behind metadata; a .joblib file can hold both");
  if (!started_) start(value);
  metadata_written_ = !metadata.is_none();
  const std::string footer = metadata_written_ ? footer_of(value, metadata) : "";
  const std::string name = Path(name_).filename().string();
  ProgressWriter writer(encoder_ ? *encoder_ : target_, expected, quiet_);
  try {
    internal::write(value, writer, {format_, {}}, dump_options_,
                    {.name = name, .siblings = siblings_ ? &*siblings_ : nullptr});
    writer.write(as_bytes(footer));
  } catch (const Error& error) {
    // The value is fine; it was the wrong format to ask for.
    if (error.kind() == ErrorKind::unsupported) internal::fail(ErrorKind::usage, error.what());
    throw;
  }
  writer.finish();
}

std::string ObjectWriter::footer_of(Value value, Value metadata) {
  if (internal::has_footer(format_))
    return internal::metadata_footer(value, metadata, choice_ ? text_of(compression_) : "");
  if (name_.empty())
    internal::fail(ErrorKind::usage, "metadata of the format ", format_.info().name, " lies beside a file");
  metadata_beside_ = internal::plain_json(metadata);
  return {};
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
  if (!siblings_) return;
  static_cast<void>(siblings_->finish());  // whose names are of no interest
  if (!internal::has_footer(format_))
    static_cast<void>(internal::settle_metadata_beside(name_, metadata_beside_, dump_options_.file));
}

std::string ObjectWriter::description() const {
  if (compression_.codec == nullptr) return format_.info().name + ", not compressed";
  const CodecInfo& codec = compression_.codec->info();
  const std::string level = codec.has_levels ? internal::join(':', compression_.level) : "";
  return internal::join(format_.info().name, ", ", codec.name, level);
}

}  // namespace larder::tools
