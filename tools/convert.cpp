#include <chrono>

#include "base/text.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

struct Totals {
  std::uint64_t objects = 0;
  std::uint64_t decoded = 0;
  std::uint64_t written = 0;
  double seconds = 0;
};

std::string summary(const ConvertOptions& options, const Totals& totals, const std::string& description) {
  const double ratio =
      totals.written == 0 ? 0 : static_cast<double>(totals.decoded) / static_cast<double>(totals.written);
  return internal::join(printable(input_name(options.in)), " -> ", printable(output_name(options.out)), ": ",
                        count_text(totals.objects, "object"), ", ", description, ", ", size_text(totals.decoded),
                        " -> ", size_text(totals.written), ", ratio ", decimal(ratio, 2), ", ",
                        decimal(totals.seconds, 2), " s");
}

}  // namespace

Status convert(const ConvertOptions& options, Console& console) {
  const std::string in = input_name(options.in);
  const std::string out = output_name(options.out);
  const std::string* about = &in;
  try {
    const auto start = std::chrono::steady_clock::now();
    ObjectFile input(options.in, options.reading, console);
    auto object = input.next();
    about = &out;
    FileOptions file_options;
    file_options.sync = options.sync;
    Output output(options.out, file_options);
    const std::uint64_t begin = output.writer().position();
    StorageOptions storage = options.storage;
    storage.threads = options.reading.threads;
    storage.format_otherwise = object->provenance.format;
    ObjectWriter writer(options.out, storage, output.writer(), options.reading.quiet);
    Totals totals;
    while (object) {
      const Metadata* const stored = object->provenance.metadata ? &*object->provenance.metadata : nullptr;
      if (stored != nullptr) verify_arrays(object->document.root(), *stored);  // damage must not get a new checksum
      const Document metadata = merged_metadata(stored, options.meta);
      writer.write(object->document.root(), object->provenance.decoded_bytes, metadata.root());
      ++totals.objects;
      totals.decoded += object->provenance.decoded_bytes;
      object.reset();  // its memory serves the next one
      about = &in;
      object = input.next();
      about = &out;
    }
    writer.finish();
    totals.written = output.writer().position() - begin;
    output.finish();
    totals.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (const auto& choice = writer.choice(); choice && !options.reading.quiet)
      console.say(internal::join(printable(out), ": auto chose ", text_of(*choice)));
    if (options.verbose) console.say(summary(options, totals, writer.description()));
    return Status::fine;
  } catch (const Error& error) {
    return console.report(*about, error);
  }
}

}  // namespace larder::tools
