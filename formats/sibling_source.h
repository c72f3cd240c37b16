// A file that holds a part of an object whose own file lies beside it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "formats/whole.h"

namespace larder::internal {

// Open while the object is read; mapped where that file is, and within its limits, which all files of the object share.
// Borrows the WholeSource of the main file. Not thread-safe.
class SiblingSource {
 public:
  // By its bare name. Errors: `unsupported` where the main file has no place, those of ReadSource::open_sibling.
  SiblingSource(WholeSource& main, std::string_view name);
  SiblingSource(const SiblingSource&) = delete;
  SiblingSource& operator=(const SiblingSource&) = delete;

  WholeSource& whole() noexcept { return *whole_; }

 private:
  std::unique_ptr<Reader> reader_;
  std::optional<Region> mapped_;
  std::optional<ReadSource> source_;
  std::optional<WholeSource> whole_;
};

}  // namespace larder::internal
