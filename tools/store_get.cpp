#include <charconv>

#include <larder/item.h>

#include "base/text.h"
#include "tools/object_writer.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/store.h"

namespace larder::tools {

namespace {

std::optional<std::uint64_t> parse_offset(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && stop == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

// As the name of the output says, else as .npy.
void write_array(const Array& array, const StoreGetOptions& options) {
  StorageOptions storage;
  storage.format_otherwise = "npy";
  Output output(options.file, {});
  ObjectWriter writer(options.file, storage, output.writer(), options.quiet);
  Document document;
  writer.write(document.array(array), array.nbytes());
  writer.finish();
  output.finish();
}

Status get_array(Store& store, const StoreGetOptions& options, Console& console) {
  std::optional<Array> array;
  try {
    array = load_array(store, options.key, *options.array, {}, {.verify = options.verify});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    static_cast<void>(report_key(store, options.key, error, console));
    return Status::check_failed;
  }
  write_array(*array, options);
  return Status::fine;
}

}  // namespace

ByteRange parse_byte_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_offset(text.substr(0, dash));
  if (dash != std::string_view::npos && first) {
    const std::string_view rest = text.substr(dash + 1);
    if (rest.empty()) return {.offset = *first};
    const auto last = parse_offset(rest);
    if (last && *last >= *first && *last - *first < UINT64_MAX) return {.offset = *first, .size = *last - *first + 1};
  }
  internal::fail(ErrorKind::usage, internal::quoted(text), " is no range; give FIRST-LAST, both included, or FIRST-");
}

Sync parse_file_sync(std::string_view text) {
  if (text == "none") return Sync::none;
  if (text == "full") return Sync::full;
  internal::fail(ErrorKind::usage, internal::quoted(text), " is none of none and full");
}

Status store_get(const StoreGetOptions& options, Console& console) {
  return with_store(options.store, StoreUse::read, console, [&](Store& store) {
    return with_key(store, options.key, console, [&] {
      if (options.array) return get_array(store, options, console);
      auto found = store.find(options.key, {.range = options.range, .verify = options.verify});
      if (!found) return report_absent(options.key, console);
      ProgressReader value(std::move(found->reader), options.quiet);
      Output output(options.file, {.sync = options.sync});
      copy(value, output.writer());
      output.finish();
      return Status::fine;
    });
  });
}

}  // namespace larder::tools
