#include <chrono>

#include "base/text.h"
#include "document/array_names.h"
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

// Error `usage` where the format cannot hold it: the file is fine, it was the wrong format to ask for.
Carried carry_or_explain(Value value, const std::string& format, const CarryOptions& options) {
  try {
    return carry(value, format, options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) throw;
    const bool is_all = options.arrays_only && options.widen;
    internal::fail(ErrorKind::usage, error.what(),
                   is_all ? "" : " (--arrays-only leaves out what is no array, --widen makes float32 of small floats)");
  }
}

// Whether the value must become another one to be written. Between formats of one library it is the same.
bool is_carried(const ConvertOptions& options, const std::string& from, const FormatInfo& to) {
  if (options.carrying.arrays_only || options.carrying.widen) return true;
  const FormatInfo& source = find_format(from)->info();
  const bool same_library = !to.library.empty() && source.library == to.library &&
                            source.holds == FormatInfo::Holds::values && to.holds == FormatInfo::Holds::values;
  return source.name != to.name && !same_library;
}

// What --only asks for: the value of one name, or a dict of several.
Value chosen(Document& document, const std::vector<std::string>& only) {
  const Value root = document.root();
  if (only.empty()) return root;
  if (only.size() == 1) return *internal::find_named(root, only.front());
  const Value dict = document.dict();
  for (const std::string& name : only) document.insert(dict, document.str(name), *internal::find_named(root, name));
  return dict;
}

void say_left_out(const std::string& about, const Carried& carried, Console& console) {
  for (const std::string& line : carried.left_out)
    console.say(internal::join(printable(about), ": left out: ", printable(line)));
  if (carried.left_out_count > carried.left_out.size())
    console.say(
        internal::join(printable(about), ": left out: ", carried.left_out_count - carried.left_out.size(), " more"));
}

// Writes one object as the output's format can hold it.
void write_object(const ConvertOptions& options, Object& object, ObjectWriter& writer, Console& console) {
  const Metadata* const stored = object.provenance.metadata ? &*object.provenance.metadata : nullptr;
  if (stored != nullptr) verify_arrays(object.document.root(), *stored);  // damage must not get a new checksum
  const Document metadata = merged_metadata(stored, options.meta);
  Value value = chosen(object.document, options.reading.only);
  Carried carried;
  const FormatInfo& to = writer.format().info();
  if (is_carried(options, object.provenance.format, to)) {
    CarryOptions carrying = options.carrying;
    carrying.limits = options.reading.limits;
    carried = carry_or_explain(value, to.name, carrying);
    if (options.verbose) say_left_out(input_name(options.in), carried, console);
    value = carried.document.root();
  }
  writer.write(value, object.provenance.decoded_bytes, metadata.root());
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
    storage.file = file_options;
    ObjectWriter writer(options.out, storage, output.writer(), options.reading.quiet);
    Totals totals;
    while (object) {
      write_object(options, *object, writer, console);
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
