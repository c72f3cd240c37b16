// Visiting the values that a value is made of, without recursion.
#pragma once

#include <unordered_set>
#include <vector>

#include "document/records.h"

namespace larder::internal {

// Calls visit(Value) for each direct part, in stored order: members, keys and values, an object's callable, arguments,
// keywords and the values of its changes.
template <class Visit>
void for_each_part(Value value, Visit&& visit) {
  if (!value.is(ValueKind::object)) {
    for (const Value member : Access::members(value)) visit(member);
    return;
  }
  const Object& object = Access::object(value);
  visit(object.callable);
  visit(object.arguments);
  if (!object.keywords.is_none()) visit(object.keywords);
  for (const Change& change : std::span(object.changes, object.size)) visit(change.value);
}

inline bool has_parts(Value value) noexcept {
  return value.kind() >= ValueKind::list && value.kind() <= ValueKind::frozenset ? true : value.is(ValueKind::object);
}

// Calls visit(Value) for `root` and everything below it, parents first, each value with parts once.
template <class Visit>
void walk(Value root, Visit&& visit) {
  std::unordered_set<const void*> seen;
  std::vector<Value> waiting = {root};
  std::vector<Value> parts;
  while (!waiting.empty()) {
    const Value value = waiting.back();
    waiting.pop_back();
    if (has_parts(value) && !seen.insert(value.identity()).second) continue;
    visit(value);
    parts.clear();
    for_each_part(value, [&](Value part) { parts.push_back(part); });
    waiting.insert(waiting.end(), parts.rbegin(), parts.rend());
  }
}

}  // namespace larder::internal
