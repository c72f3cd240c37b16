#include "store/local/seal.h"

#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <vector>

#include "base/byte_order.h"
#include "base/checksum.h"
#include "base/text.h"
#include "io/retried.h"
#include "store/key.h"
#include "store/user_metadata.h"

namespace larder::internal {

namespace {

constexpr const char* seal_attribute = "user.larder";
constexpr const char* metadata_attribute = "user.larder.metadata";
constexpr const char* moving_attribute = "user.larder.moving";

constexpr std::uint8_t version = 1;
constexpr std::uint8_t has_cost = 1;
constexpr std::uint8_t has_metadata = 2;

using SealBytes = std::array<std::byte, seal_bytes>;

bool has_no_attributes(int code) { return code == EOPNOTSUPP || code == ENOSYS; }

// Of all but itself, and of the metadata.
std::uint32_t checksum_of(const SealBytes& bytes, Bytes metadata) {
  Xxh3 sum;
  sum.add(Bytes(bytes).first(4));
  sum.add(Bytes(bytes).subspan(8));
  sum.add(metadata);
  return static_cast<std::uint32_t>(sum.value());
}

void set(int descriptor, const char* attribute, Bytes bytes, const std::string& name) {
  if (retried([&] { return ::fsetxattr(descriptor, attribute, bytes.data(), bytes.size(), 0); }) == 0) return;
  if (has_no_attributes(errno)) {
    fail(ErrorKind::unsupported, name, ": its file system has no user extended attributes, which checksums need");
  }
  fail_os(errno, join("set the attribute ", std::string_view(attribute), " of"), name);
}

// Nothing where the file has no such attribute, or one that is larger than `out`.
std::optional<std::size_t> get(int descriptor, const char* attribute, MutableBytes out, const std::string& name) {
  const ssize_t size = retried([&] { return ::fgetxattr(descriptor, attribute, out.data(), out.size()); });
  if (size >= 0) return static_cast<std::size_t>(size);
  if (errno == ENODATA || errno == ERANGE || has_no_attributes(errno)) return std::nullopt;
  fail_os(errno, join("get the attribute ", std::string_view(attribute), " of"), name);
}

[[noreturn]] void fail_damaged(const std::string& name) {
  fail(ErrorKind::checksum, name, ": its seal (the attribute ", std::string_view(seal_attribute), ") is damaged");
}

std::vector<std::byte> metadata_of(int descriptor, const std::string& name) {
  std::vector<std::byte> packed(3 * most_metadata_bytes);  // with a NUL behind each name and each value
  const auto size = get(descriptor, metadata_attribute, packed, name);
  if (!size) fail_damaged(name);
  packed.resize(*size);
  return packed;
}

StoreTime time_of(const timespec& time) {
  return StoreTime(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

std::string digits(std::uint64_t number) { return hex(number, 1).substr(2); }

}  // namespace

std::uint32_t place_of(std::string_view key) {
  const std::size_t last = key.rfind('/');
  const std::size_t before =
      last == std::string_view::npos || last == 0 ? std::string_view::npos : key.rfind('/', last - 1);
  const std::string_view two = before == std::string_view::npos ? key : key.substr(before + 1);
  return static_cast<std::uint32_t>(xxh3(as_bytes(two)));
}

bool can_be_sealed(int descriptor, const std::string& name) {
  if (retried([&] { return ::fgetxattr(descriptor, seal_attribute, nullptr, 0); }) >= 0 || errno == ENODATA)
    return true;
  if (has_no_attributes(errno)) return false;
  fail_os(errno, "inspect the attributes of", name);
}

void attach(int descriptor, const Seal& seal, const std::string& name) {
  const std::string metadata = pack(seal.metadata);
  SealBytes bytes{};
  bytes[0] = std::byte{'L'};
  bytes[1] = std::byte{'S'};
  bytes[2] = std::byte{version};
  bytes[3] = static_cast<std::byte>((seal.cost ? has_cost : 0) | (metadata.empty() ? 0 : has_metadata));
  store_le(&bytes[8], seal.size);
  store_le(&bytes[16], seal.xxh3);
  store_le(&bytes[24], seal.id.session);
  store_le(&bytes[32], seal.id.number);
  store_le(&bytes[40], std::bit_cast<std::uint32_t>(seal.cost.value_or(0)));
  store_le(&bytes[44], seal.place);
  store_le(&bytes[4], checksum_of(bytes, as_bytes(metadata)));
  if (!metadata.empty()) set(descriptor, metadata_attribute, as_bytes(metadata), name);
  set(descriptor, seal_attribute, bytes, name);
}

std::optional<Seal> seal_of(int descriptor, const std::string& name) {
  if (!has_xxh3()) return std::nullopt;
  // Room for more than a seal, so that a later version's is seen as what it is.
  std::array<std::byte, 256> read;
  const auto size = get(descriptor, seal_attribute, read, name);
  if (!size) return std::nullopt;
  if (*size < 4 || read[0] != std::byte{'L'} || read[1] != std::byte{'S'}) fail_damaged(name);
  if (std::to_integer<std::uint8_t>(read[2]) > version) {
    fail(ErrorKind::unsupported, name, ": was put by a later version of larder");
  }
  if (*size != seal_bytes) fail_damaged(name);
  SealBytes bytes;
  std::copy_n(read.begin(), seal_bytes, bytes.begin());
  const auto flags = std::to_integer<std::uint8_t>(bytes[3]);
  const auto metadata = (flags & has_metadata) != 0 ? metadata_of(descriptor, name) : std::vector<std::byte>();
  if (load_le<std::uint32_t>(&bytes[4]) != checksum_of(bytes, metadata)) fail_damaged(name);

  Seal seal;
  seal.size = load_le<std::uint64_t>(&bytes[8]);
  seal.xxh3 = load_le<std::uint64_t>(&bytes[16]);
  seal.id.session = load_le<std::uint64_t>(&bytes[24]);
  seal.id.number = load_le<std::uint64_t>(&bytes[32]);
  if ((flags & has_cost) != 0) seal.cost = std::bit_cast<float>(load_le<std::uint32_t>(&bytes[40]));
  seal.place = load_le<std::uint32_t>(&bytes[44]);
  if (!metadata.empty()) seal.metadata = unpack(metadata);
  return seal;
}

std::optional<Seal> intact_seal(int descriptor, const std::string& name) {
  try {
    return seal_of(descriptor, name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::checksum) throw;
    return std::nullopt;
  }
}

void announce_move(int descriptor, std::string_view key, const std::string& name) {
  const auto seal = seal_of(descriptor, name);
  if (!seal) return;
  std::array<std::byte, 4> place;
  store_le(place.data(), place_of(key));
  set(descriptor, moving_attribute, place, name);
}

void settle(int descriptor, std::string_view key, const std::string& name) {
  auto seal = seal_of(descriptor, name);
  if (!seal) return;
  if (seal->place != place_of(key)) {
    seal->place = place_of(key);
    attach(descriptor, *seal, name);
  }
  if (retried([&] { return ::fremovexattr(descriptor, moving_attribute); }) != 0 && errno != ENODATA) {
    fail_os(errno, "change the attributes of", name);
  }
}

bool is_in_its_place(int descriptor, const Seal& seal, std::string_view key, const std::string& name) {
  const std::uint32_t here = place_of(key);
  if (seal.place == here) return true;
  std::array<std::byte, 4> moving;
  return get(descriptor, moving_attribute, moving, name) == moving.size() &&
         load_le<std::uint32_t>(moving.data()) == here;
}

std::string etag_of(const WriteId& id) { return join(hex(id.session, 16).substr(2), '-', digits(id.number)); }

Stat stat_of(const struct stat& status, const std::optional<Seal>& seal) {
  Stat stat;
  stat.size = static_cast<std::uint64_t>(status.st_size);
  stat.modified = time_of(status.st_mtim);
  stat.accessed = std::max(time_of(status.st_atim), stat.modified);
  if (!seal) {
    const auto modified = static_cast<std::uint64_t>(stat.modified.time_since_epoch().count());
    stat.etag = join('x', digits(status.st_ino), '-', digits(stat.size), '-', digits(modified));
    return stat;
  }
  stat.etag = etag_of(seal->id);
  stat.xxh3 = seal->xxh3;
  if (seal->cost) stat.cost = *seal->cost;
  stat.metadata = seal->metadata;
  return stat;
}

}  // namespace larder::internal
