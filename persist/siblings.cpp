#include "persist/siblings.h"

#include <algorithm>

#include "base/text.h"
#include "io/directory.h"

namespace larder::internal {

Writer& Siblings::create(std::string_view name) {
  if (!is_plain_name(name))
    fail(ErrorKind::unsafe_reference, own_, " would write ", quoted(name),
         ", which is no plain name of a file beside it");
  const bool taken = name == own_ || std::ranges::any_of(made_, [&](const Sibling& made) { return made.name == name; });
  if (taken) fail(ErrorKind::usage, own_, " would write ", quoted(name), " twice");
  std::string kept(name);
  auto writer = make_(kept);
  made_.push_back({std::move(kept), std::move(writer)});
  return *made_.back().writer;
}

std::vector<std::string> Siblings::finish() {
  std::vector<std::string> names;
  for (Sibling& made : made_) {
    made.writer->finish();
    names.push_back(std::move(made.name));
  }
  made_.clear();
  return names;
}

}  // namespace larder::internal
