#include "formats/table.h"

#include <algorithm>

namespace larder {

Format::~Format() = default;

const std::vector<const Format*>& formats() {
  // Formats with a magic number come before those that only look plausible.
  static const std::vector<const Format*> all = {&internal::npy_format(), &internal::joblib_format(),
                                                 &internal::pickle_format()};
  return all;
}

const Format* find_format(std::string_view name) {
  const auto found = std::ranges::find_if(formats(), [&](const Format* format) { return format->info().name == name; });
  return found == formats().end() ? nullptr : *found;
}

const Format* find_format_by_extension(std::string_view filename) {
  const auto fits = [&](const Format* format) {
    return std::ranges::any_of(format->info().extensions,
                               [&](const std::string& extension) { return filename.ends_with(extension); });
  };
  const auto found = std::ranges::find_if(formats(), fits);
  return found == formats().end() ? nullptr : *found;
}

}  // namespace larder
