// Elements that are no numbers, in lists for their axes.
#pragma once

#include <span>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

// The members of an array of `shape`, in C order, as lists of lists, one level an axis; the only one where there are no
// axes. Where there are none at all: one empty list.
inline Value nested_list(Document& document, const Shape& shape, std::vector<Value> members) {
  if (shape.empty()) return members.at(0);
  // From the last axis to the first, each run of members becomes a list.
  for (std::size_t axis = shape.size(); axis-- > 1 && !members.empty();) {
    const auto run = static_cast<std::size_t>(shape[axis]);
    std::vector<Value> lists;
    for (std::size_t at = 0; at < members.size(); at += run)
      lists.push_back(document.list(std::span(members).subspan(at, run)));
    members = std::move(lists);
  }
  return document.list(members);
}

}  // namespace larder::internal
