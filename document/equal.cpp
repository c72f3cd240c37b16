#include <larder/document.h>

#include <cmath>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "document/keyed.h"
#include "document/keys.h"
#include "document/walk.h"

namespace larder {

using internal::Access;
using internal::Keyed;

namespace {

constexpr std::size_t most_comparisons = 100'000'000;

bool is_number(Value value) { return value.kind() >= ValueKind::boolean && value.kind() <= ValueKind::complex; }

// Whether two complex or real numbers are equal, a NaN being equal to a NaN in the same place.
bool equal_numbers(Value a, Value b) {
  const auto equal_parts = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  if (a.is(ValueKind::floating) && b.is(ValueKind::floating)) return equal_parts(a.as_float(), b.as_float());
  if (a.is(ValueKind::complex) && b.is(ValueKind::complex))
    return equal_parts(a.as_complex().real(), b.as_complex().real()) &&
           equal_parts(a.as_complex().imag(), b.as_complex().imag());
  return internal::equal_keys(a, b);
}

// Compares two graphs pair by pair.
class Comparison {
 public:
  bool run(Value a, Value b) {
    waiting_.emplace_back(a, b);
    for (std::size_t count = 0; !waiting_.empty(); ++count) {
      if (count == most_comparisons) internal::fail(ErrorKind::limit, "more than ", most_comparisons, " comparisons");
      const auto [left, right] = waiting_.back();
      waiting_.pop_back();
      if (!compare(left, right)) return false;
    }
    return true;
  }

 private:
  bool compare(Value a, Value b) {
    if (is_number(a) && is_number(b)) return equal_numbers(a, b);
    const bool both_sets = is_set(a) && is_set(b);
    if (a.kind() != b.kind() && !both_sets) return false;
    switch (a.kind()) {
      case ValueKind::none:
        return true;
      case ValueKind::str:
      case ValueKind::bytes:
      case ValueKind::bytearray:
        return as_text(Access::content(a)) == as_text(Access::content(b));
      case ValueKind::array:
        return a.as_array().identical(b.as_array());
      case ValueKind::global:
        return internal::equal_keys(a, b);
      default:
        // A pair that was met before is either compared already or being compared: cycles end here.
        if (!seen_.emplace(a.identity(), b.identity()).second) return true;
        return compare_parts(a, b);
    }
  }

  bool compare_parts(Value a, Value b) {
    switch (a.kind()) {
      case ValueKind::dict:
        return compare_entries(Access::keyed(a), Access::keyed(b));
      case ValueKind::set:
      case ValueKind::frozenset:
        return compare_members(Access::keyed(a), Access::keyed(b));
      case ValueKind::object:
        return compare_objects(Access::object(a), Access::object(b));
      default: {
        const auto left = Access::members(a);
        return compare_spans(left, Access::members(b));
      }
    }
  }

  bool compare_spans(std::span<const Value> a, std::span<const Value> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = a.size(); i-- > 0;) waiting_.emplace_back(a[i], b[i]);
    return true;
  }

  bool compare_entries(const Keyed& a, const Keyed& b) {
    if (a.size != b.size) return false;
    for (std::size_t i = 0; i < a.size; ++i) {
      const auto found = counterpart(a, i, b);
      if (!found) return false;
      waiting_.emplace_back(a.slots[2 * i + 1], b.slots[2 * *found + 1]);
    }
    return true;
  }

  bool compare_members(const Keyed& a, const Keyed& b) {
    if (a.size != b.size) return false;
    for (std::size_t i = 0; i < a.size; ++i) {
      if (!counterpart(a, i, b)) return false;
    }
    return true;
  }

  // The entry of `b` for entry i of `a`. Keys that are equal only by identity (objects) or to nothing (NaN) are
  // compared with what stands in the same place.
  std::optional<std::size_t> counterpart(const Keyed& a, std::size_t i, const Keyed& b) {
    const Value key = a.slots[i * a.stride];
    if (const auto found = internal::find_entry(b, key)) return found;
    const Value other = b.slots[i * b.stride];
    if (key.kind() != other.kind()) return std::nullopt;
    if (key.is(ValueKind::floating) || key.is(ValueKind::complex))
      return equal_numbers(key, other) ? std::optional(i) : std::nullopt;
    if (!key.is(ValueKind::object) && !key.is(ValueKind::tuple) && !key.is(ValueKind::frozenset)) return std::nullopt;
    waiting_.emplace_back(key, other);
    return i;
  }

  bool compare_objects(const internal::Object& a, const internal::Object& b) {
    if (a.form != b.form || a.size != b.size) return false;
    for (std::size_t i = a.size; i-- > 0;) {
      if (a.changes[i].kind != b.changes[i].kind) return false;
      waiting_.emplace_back(a.changes[i].value, b.changes[i].value);
    }
    waiting_.emplace_back(a.keywords, b.keywords);
    waiting_.emplace_back(a.arguments, b.arguments);
    waiting_.emplace_back(a.callable, b.callable);
    return true;
  }

  static bool is_set(Value value) { return value.is(ValueKind::set) || value.is(ValueKind::frozenset); }

  std::vector<std::pair<Value, Value>> waiting_;
  std::set<std::pair<const void*, const void*>> seen_;
};

}  // namespace

bool equal(Value a, Value b) { return Comparison().run(a, b); }

}  // namespace larder
