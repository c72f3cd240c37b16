#include <charconv>

#include "base/text.h"
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

Status store_get(const StoreGetOptions& options, Console& console) {
  return with_store(options.store, StoreUse::read, console, [&](Store& store) {
    return with_key(store, options.key, console, [&] {
      auto found = store.find(options.key, {.range = options.range, .verify = options.verify});
      if (!found) return report_absent(options.key, console);
      ProgressReader value(std::move(found->reader), options.quiet);
      Output output(options.file, {});
      copy(value, output.writer());
      output.finish();
      return Status::fine;
    });
  });
}

}  // namespace larder::tools
