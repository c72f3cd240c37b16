#include "document/keys.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "base/byte_order.h"
#include "base/text.h"
#include "document/records.h"

namespace larder::internal {

namespace {

constexpr std::size_t most_parts = 1'000'000;        // of one key
constexpr std::uint64_t odd_1 = 0x9e3779b97f4a7c15;  // odd constants with well-spread bits
constexpr std::uint64_t odd_2 = 0xd1b54a32d192ed03;

// Unknown to whoever made the file.
struct Secrets {
  std::uint64_t seed;
  std::uint64_t factor;  // odd
};

const Secrets& secrets() {
  static const Secrets drawn = [] {
    std::random_device device;
    const auto draw = [&] { return (std::uint64_t{device()} << 32) | device(); };
    return Secrets{draw(), draw() | 1};
  }();
  return drawn;
}

// Folds the 128-bit product, so that every input bit reaches every output bit.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_number(std::uint64_t bits) { return fold(bits ^ secrets().seed, secrets().factor); }

// Each product has a secret in both factors: beside a known one, bytes could be chosen that make it zero.
std::uint64_t hash_bytes(Bytes bytes, std::uint64_t salt) {
  const Secrets& secret = secrets();
  std::uint64_t hash = secret.seed ^ salt ^ (bytes.size() * odd_2);
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left > 16; at += 16, left -= 16)
    hash = fold(load_le<std::uint64_t>(at) ^ hash, load_le<std::uint64_t>(at + 8) ^ secret.factor);
  // Two words hold what is left; they may overlap, for the length is in the hash already.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (left >= 8) {
    first = load_le<std::uint64_t>(at);
    last = load_le<std::uint64_t>(at + left - 8);
  } else if (left >= 4) {
    first = load_le<std::uint32_t>(at);
    last = load_le<std::uint32_t>(at + left - 4);
  } else if (left != 0) {
    first = std::to_integer<std::uint64_t>(at[0]) << 8 | std::to_integer<std::uint64_t>(at[left / 2]);
    last = std::to_integer<std::uint64_t>(at[left - 1]);
  }
  return fold(first ^ hash, last ^ secret.factor);
}

// The double nearest to an integer of any size: equal numbers get equal doubles, which is all that hashing needs.
double nearest(Value integer) {
  if (!Access::flagged(integer)) return static_cast<double>(Access::small_integer(integer));
  const Bytes bytes = Access::content(integer);
  const bool negative = (bytes.back() & std::byte{0x80}) != std::byte{0};
  double value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    const auto part = std::to_integer<unsigned>(negative ? ~bytes[i] : bytes[i]);
    value = value * 256 + part;
    if (std::isinf(value)) break;
  }
  return negative ? -(value + 1) : value;
}

// Hash of a float, the same as that of an equal integer. Nothing for NaN.
std::optional<std::uint64_t> hash_float(double value) {
  if (std::isnan(value)) return std::nullopt;
  if (value == std::floor(value) && value >= -9.2e18 && value <= 9.2e18)
    return hash_number(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
  return hash_number(std::bit_cast<std::uint64_t>(value) ^ odd_2);
}

// Hash of anything that has no parts that are hashed one by one. Nothing for NaN.
std::optional<std::uint64_t> hash_leaf(Value key) {
  switch (key.kind()) {
    case ValueKind::none:
      return hash_number(odd_1);
    case ValueKind::boolean:
      return hash_number(Access::payload(key));
    case ValueKind::integer:
      // Integers near the ends of the 64-bit range go the way of floats, which cannot tell them from larger ones.
      if (!Access::flagged(key) && std::abs(nearest(key)) <= 9.2e18) return hash_number(Access::payload(key));
      return hash_number(std::bit_cast<std::uint64_t>(nearest(key)) ^ odd_2);
    case ValueKind::floating:
      return hash_float(Access::floating(key));
    case ValueKind::complex: {
      const auto value = key.as_complex();
      const auto real = hash_float(value.real());
      const auto imaginary = hash_float(value.imag());
      if (!real || !imaginary) return std::nullopt;
      return value.imag() == 0 ? *real : fold(*real, *imaginary ^ odd_2);
    }
    case ValueKind::str:
      return hash_bytes(Access::content(key), 0);
    case ValueKind::bytes:
      return hash_bytes(Access::content(key), odd_1);
    case ValueKind::frozenset:
      return fold(Access::keyed(key).content_hash ^ secrets().seed, Access::keyed(key).size ^ odd_2);
    case ValueKind::global: {
      const Global& global = Access::global(key);
      return fold(hash_bytes(Access::content(global.module_name), odd_2),
                  hash_bytes(Access::content(global.qualified_name), odd_2));
    }
    case ValueKind::object:
      return hash_number(Access::object(key).serial ^ odd_2);
    default:
      fail(ErrorKind::malformed, "a ", name_of(key.kind()), " cannot be a dict's key or a set's member");
  }
}

std::uint64_t hash_of_nan() {
  static std::atomic<std::uint64_t> count = 0;
  return hash_number(count.fetch_add(1, std::memory_order_relaxed) ^ odd_2);
}

std::uint64_t hash_tuple(Value tuple) {
  std::uint64_t hash = secrets().seed;
  bool has_nan = false;
  std::size_t parts = 0;
  std::vector<Value> waiting = {tuple};
  while (!waiting.empty()) {
    const Value part = waiting.back();
    waiting.pop_back();
    if (++parts > most_parts) fail(ErrorKind::limit, "a dict's key has more than ", most_parts, " parts");
    if (part.is(ValueKind::tuple)) {
      const auto members = Access::members(part);
      if (members.size() > most_parts) fail(ErrorKind::limit, "a dict's key has more than ", most_parts, " parts");
      hash = fold(hash ^ odd_2, members.size() ^ odd_1);
      waiting.insert(waiting.end(), members.rbegin(), members.rend());
    } else if (const auto leaf = hash_leaf(part)) {
      hash = fold(hash ^ *leaf, odd_1);
    } else {
      has_nan = true;
    }
  }
  return has_nan ? hash_of_nan() : hash;
}

// Exact comparison of an integer of any size with a float.
bool equal_to_float(Value integer, double value) {
  if (std::isnan(value) || std::isinf(value) || value != std::floor(value)) return false;
  if (!Access::flagged(integer)) {
    return value >= -9223372036854775808.0 && value < 9223372036854775808.0 &&
           static_cast<std::int64_t>(value) == Access::small_integer(integer);
  }
  // A double is a 53-bit integer times a power of two: strip the trailing zero bytes of the integer and compare what is
  // left.
  int exponent = 0;
  double fraction = std::frexp(value, &exponent);  // value = fraction * 2^exponent
  const auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  int shift = exponent - 53;
  const Bytes bytes = Access::content(integer);
  const auto bit = [&](std::size_t i) {  // of the infinitely sign-extended two's complement
    const std::byte part = bytes[std::min(i / 8, bytes.size() - 1)];
    return i / 8 < bytes.size() ? ((part >> (i % 8)) & std::byte{1}) != std::byte{0}
                                : (part & std::byte{0x80}) != std::byte{0};
  };
  const std::size_t bits =
      std::max<std::size_t>(bytes.size() * 8, static_cast<std::size_t>(std::max(shift, 0)) + 64) + 1;
  for (std::size_t i = 0; i < bits; ++i) {
    const long long at = static_cast<long long>(i) - shift;
    const bool wanted = at < 0 ? false : ((mantissa >> std::min(at, 63LL)) & 1) != 0;
    if (bit(i) != wanted) return false;
  }
  return true;
}

bool is_number(ValueKind kind) { return kind >= ValueKind::boolean && kind <= ValueKind::complex; }

bool equal_numbers(Value a, Value b) {
  if (a.is(ValueKind::complex) || b.is(ValueKind::complex)) {
    const Value other = a.is(ValueKind::complex) ? b : a;
    const auto value = (a.is(ValueKind::complex) ? a : b).as_complex();
    if (other.is(ValueKind::complex)) return value == other.as_complex();
    return value.imag() == 0 && equal_numbers(Value::floating(value.real()), other);
  }
  if (a.is(ValueKind::floating) && b.is(ValueKind::floating)) return Access::floating(a) == Access::floating(b);
  if (a.is(ValueKind::floating)) return equal_to_float(b, Access::floating(a));
  if (b.is(ValueKind::floating)) return equal_to_float(a, Access::floating(b));
  if (Access::flagged(a) != Access::flagged(b)) return false;
  if (!Access::flagged(a)) return Access::payload(a) == Access::payload(b);
  return std::ranges::equal(Access::content(a), Access::content(b));
}

bool equal_leaves(Value a, Value b) {
  if (is_number(a.kind()) && is_number(b.kind())) return equal_numbers(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::none:
      return true;
    case ValueKind::str:
    case ValueKind::bytes: {
      const Bytes left = Access::content(a);
      const Bytes right = Access::content(b);
      return left.size() == right.size() && (left.empty() || std::memcmp(left.data(), right.data(), left.size()) == 0);
    }
    case ValueKind::frozenset:
      // 64 seeded bits of every member: members are compared no further, so that nested sets cost no recursion.
      return Access::keyed(a).size == Access::keyed(b).size &&
             Access::keyed(a).content_hash == Access::keyed(b).content_hash;
    case ValueKind::global:
      return a.module_name() == b.module_name() && a.qualified_name() == b.qualified_name();
    default:
      return a.identity() == b.identity();
  }
}

}  // namespace

std::uint64_t hash_key(Value key) {
  if (key.is(ValueKind::str)) return hash_bytes(Access::content(key), 0);  // as nearly all are
  if (key.is(ValueKind::tuple)) return hash_tuple(key);
  const auto hash = hash_leaf(key);
  return hash ? *hash : hash_of_nan();
}

bool equal_keys(Value a, Value b) {
  if (!a.is(ValueKind::tuple) || !b.is(ValueKind::tuple)) return equal_leaves(a, b);
  std::size_t parts = 0;
  std::vector<std::pair<Value, Value>> waiting = {{a, b}};
  while (!waiting.empty()) {
    const auto [left, right] = waiting.back();
    waiting.pop_back();
    if (++parts > most_parts) fail(ErrorKind::limit, "a dict's key has more than ", most_parts, " parts");
    if (left.is(ValueKind::tuple) && right.is(ValueKind::tuple)) {
      const auto lefts = Access::members(left);
      const auto rights = Access::members(right);
      if (lefts.size() != rights.size()) return false;
      if (left.identity() == right.identity()) continue;
      for (std::size_t i = 0; i < lefts.size(); ++i) waiting.emplace_back(lefts[i], rights[i]);
    } else if (!equal_leaves(left, right)) {
      return false;
    }
  }
  return true;
}

void require_hashable(Value key) {
  switch (key.kind()) {
    case ValueKind::list:
    case ValueKind::dict:
    case ValueKind::set:
    case ValueKind::bytearray:
    case ValueKind::array:
    case ValueKind::tuple:
      static_cast<void>(hash_key(key));
      return;
    default:
      return;
  }
}

std::uint64_t spread(std::uint64_t hash) { return fold(hash, odd_2); }

}  // namespace larder::internal
