#include <larder/document.h>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "document/records.h"

namespace larder {

using internal::Access;
using internal::Arena;
using internal::Keyed;
using internal::Object;
using internal::Sequence;

namespace {

// Copies a graph: each value with an identity once, its parts later, in place, so that cycles and depth cost nothing.
class Copy {
 public:
  Copy(Document& target, Arena& arena) : target_(target), arena_(arena) {}

  Value run(Value root) {
    const Value result = copy_of(root);
    while (!unfinished_.empty()) {
      const auto [first, count] = unfinished_.back();
      unfinished_.pop_back();
      for (std::size_t i = 0; i < count; ++i) first[i] = copy_of(first[i]);
    }
    return result;
  }

 private:
  // The copy of one value; if it has parts they still are the originals, noted in unfinished_.
  Value copy_of(Value value) {
    if (value.identity() == nullptr) return value;
    const auto [known, is_new] = copies_.try_emplace(value.identity());
    if (!is_new) return known->second;
    const Value copied = new_record(value);
    copies_[value.identity()] = copied;
    return copied;
  }

  Value new_record(Value value) {
    switch (value.kind()) {
      case ValueKind::integer:
        return target_.integer(Access::content(value));
      case ValueKind::complex:
        return target_.complex(value.as_complex());
      case ValueKind::str:
      case ValueKind::bytes:
      case ValueKind::bytearray: {
        const Bytes content = Access::content(value);
        if (const Value* const arguments = Access::spelling(value)) {
          const Value copied = Access::spelled_bytes(target_, content, *arguments);
          unfinished_.emplace_back(Access::spelling(copied), 1);
          return copied;
        }
        return Access::text(target_, value.kind(), {arena_.copy(content), content.size()});
      }
      case ValueKind::array:
        return copy_of(Access::array(value));
      case ValueKind::list:
        return Access::make(ValueKind::list, copy_of(Access::list(value)));
      case ValueKind::tuple:
        return Access::make(ValueKind::tuple, copy_of(Access::members(value)), Access::length(value));
      case ValueKind::global: {
        auto* const global = arena_.make<internal::Global>(Access::global(value));
        unfinished_.emplace_back(&global->module_name, 2);
        return Access::make(ValueKind::global, global);
      }
      case ValueKind::object:
        return Access::make(ValueKind::object, copy_of(Access::object(value)));
      default:
        return Access::make(value.kind(), copy_of(Access::keyed(value)));
    }
  }

  // What stood for the array in the file comes along, for it may share texts with other values.
  Value copy_of(const internal::ArrayRecord& record) {
    const Value copied = Access::make_array(target_, record.array, record.stand_in);
    unfinished_.emplace_back(&Access::array(copied).stand_in, 1);
    return copied;
  }

  Value* copy_of(std::span<const Value> members) {
    Value* const place = arena_.make_array<Value>(members.size());
    std::copy(members.begin(), members.end(), place);
    unfinished_.emplace_back(place, members.size());
    return place;
  }

  Sequence* copy_of(const Sequence& sequence) {
    return arena_.make<Sequence>(copy_of(std::span<const Value>(sequence.members, sequence.size)), sequence.size,
                                 sequence.size);
  }

  // Hashes depend on content and on serials, which are copied, so the index is copied as it is.
  Keyed* copy_of(const Keyed& keyed) {
    auto* const copied = arena_.make<Keyed>(keyed);
    copied->slots = copy_of(std::span<const Value>(keyed.slots, keyed.size * keyed.stride));
    copied->capacity = keyed.size;
    if (keyed.index != nullptr) {
      copied->index = arena_.make_array<std::uint32_t>(keyed.cells);
      std::copy_n(keyed.index, keyed.cells, copied->index);
    }
    return copied;
  }

  Object* copy_of(const Object& object) {
    auto* const copied = arena_.make<Object>(object);
    unfinished_.emplace_back(&copied->callable, 3);
    if (object.wrapper != nullptr) {
      copied->wrapper = arena_.make<Value>(*object.wrapper);
      unfinished_.emplace_back(copied->wrapper, 1);
    }
    copied->array = nullptr;
    copied->changes = arena_.make_array<Change>(object.size);
    copied->capacity = object.size;
    for (std::size_t i = 0; i < object.size; ++i) {
      copied->changes[i] = object.changes[i];
      unfinished_.emplace_back(&copied->changes[i].value, 1);
    }
    return copied;
  }

  Document& target_;
  Arena& arena_;
  std::unordered_map<const void*, Value> copies_;
  std::vector<std::pair<Value*, std::size_t>> unfinished_;
};

static_assert(offsetof(Object, keywords) == offsetof(Object, callable) + 2 * sizeof(Value),
              "the three values of an Object are copied as one run");
static_assert(offsetof(internal::Global, qualified_name) == sizeof(Value),
              "the two values of a Global are copied as one run");

}  // namespace

Value Document::copy(Value value) { return Copy(*this, impl_->arena).run(value); }

}  // namespace larder
