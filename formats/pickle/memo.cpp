#include "formats/pickle/memo.h"

#include "base/text.h"

namespace larder::internal {

void Memo::put(std::uint64_t index, Value value) {
  // Slots are dense as long as about every second one is used; what lies further out goes to the map.
  if (index >= entries_ * 2 + 1024) {
    if (sparse_.insert_or_assign(index, value).second) ++entries_;
    return;
  }
  while (dense_ <= index) {
    if (dense_ % chunk_size == 0 && dense_ / chunk_size == chunks_.size())
      chunks_.push_back(memory_.make_array<Value>(chunk_size));
    // What lay further out until now moves in.
    const auto far = sparse_.find(dense_);
    chunks_.back()[dense_++ & (chunk_size - 1)] = far == sparse_.end() ? Access::hole() : far->second;
    if (far != sparse_.end()) sparse_.erase(far);
  }
  Value& slot = chunks_[static_cast<std::size_t>(index / chunk_size)][index & (chunk_size - 1)];
  if (Access::is_hole(slot)) ++entries_;
  slot = value;
}

Value Memo::current(std::uint64_t index, Value value) {
  if (value.is(ValueKind::object)) {
    Object& object = Access::object(value);
    if (object.array != nullptr) return Access::make(ValueKind::array, object.array);
    object.escaped = true;
  } else if (Access::is_hole(value)) {
    fail(ErrorKind::malformed, "nothing was memoized at ", index);
  }
  return value;
}

Value Memo::get_sparse(std::uint64_t index) const {
  const auto found = sparse_.find(index);
  return current(index, found == sparse_.end() ? Access::hole() : found->second);
}

}  // namespace larder::internal
