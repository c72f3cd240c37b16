#include "persist/value_content.h"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <vector>

#include "arrays/copy.h"
#include "document/walk.h"

namespace larder::internal {

namespace {

constexpr std::size_t most_values = 100'000;
constexpr std::uint64_t least_bytes = 4096;

// Something that is stored as its bytes, and where these stand in the content.
struct Piece {
  Value value;
  std::uint64_t begin;
};

std::uint64_t stored_bytes(Value value) {
  switch (value.kind()) {
    case ValueKind::array:
      return value.as_array().dtype().has_object() ? 0 : value.as_array().nbytes();
    case ValueKind::str:
    case ValueKind::bytes:
    case ValueKind::bytearray:
      return value.size();
    default:
      return 0;
  }
}

// Calls visit(Value) for `root` and what is below it, each value once, until there were very many.
template <class Visit>
void visit_first(Value root, Visit visit) {
  std::unordered_set<const void*> seen;
  std::vector<Value> waiting = {root};
  for (std::size_t visited = 0; !waiting.empty() && visited < most_values; ++visited) {
    const Value value = waiting.back();
    waiting.pop_back();
    const bool once = has_parts(value) || stored_bytes(value) >= least_bytes;
    if (once && !seen.insert(value.identity()).second) continue;
    visit(value);
    if (value.is(ValueKind::object)) {
      for_each_part(value, [&](Value part) { waiting.push_back(part); });
    } else {
      const auto members = Access::members(value);
      const auto some = members.first(std::min(members.size(), most_values));
      waiting.insert(waiting.end(), some.begin(), some.end());
    }
  }
}

void read_piece(Value value, std::uint64_t offset, MutableBytes out) {
  if (value.is(ValueKind::array)) return copy_bytes(value.as_array(), offset, out);
  const Bytes bytes = value.is(ValueKind::str) ? as_bytes(value.as_str()) : value.as_bytes();
  std::ranges::copy(bytes.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
}

void read_pieces(const std::vector<Piece>& pieces, std::uint64_t offset, MutableBytes out) {
  auto piece = std::prev(std::ranges::upper_bound(pieces, offset, {}, &Piece::begin));
  while (!out.empty()) {
    const std::uint64_t inside = offset - piece->begin;
    const std::uint64_t left = stored_bytes(piece->value) - inside;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size()));
    read_piece(piece->value, inside, out.first(size));
    out = out.subspan(size);
    offset += size;
    ++piece;
  }
}

}  // namespace

Content content_of(Value root) {
  const auto pieces = std::make_shared<std::vector<Piece>>();
  std::uint64_t size = 0;
  visit_first(root, [&](Value value) {
    const std::uint64_t bytes = stored_bytes(value);
    if (bytes < least_bytes) return;
    pieces->push_back({value, size});
    size += bytes;
  });
  return {size, [pieces](std::uint64_t offset, MutableBytes out) { read_pieces(*pieces, offset, out); }};
}

}  // namespace larder::internal
