#include "persist/format_choice.h"

#include <string>

#include "base/text.h"
#include "codecs/filename.h"

namespace larder::internal {

namespace {

const Format& find_written_format(std::string_view name) {
  const Format* const named = find_format(name);
  if (named != nullptr && named->info().writes) return *named;
  std::string possible;
  for (const Format* const format : formats()) {
    if (format->info().writes) possible += (possible.empty() ? "" : ", ") + format->info().name;
  }
  fail(ErrorKind::usage, "no format ", quoted(name), " is written; possible are ", possible);
}

}  // namespace

const Format& choose_format(std::string_view name, std::string_view filename) {
  if (!name.empty()) return find_written_format(name);
  const Format* const found = find_format_by_extension(without_codec(filename));
  return found != nullptr && found->info().writes ? *found : find_written_format("joblib");
}

}  // namespace larder::internal
