// The seal: what larder knows about a value, in extended attributes of its file, so that both appear in one rename.
#pragma once

#include <sys/stat.h>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <larder/store.h>

namespace larder::internal {

// Which put made a value: unique among all puts of a store.
struct WriteId {
  std::uint64_t session = 0;  // of the 128 random bits of the session the first 64
  std::uint64_t number = 0;   // of the put in the session
  bool operator==(const WriteId&) const = default;
};

struct Seal {
  std::uint64_t size = 0;
  std::uint64_t xxh3 = 0;
  WriteId id;
  std::uint32_t place = 0;  // place_of the key
  std::optional<float> cost;
  UserMetadata metadata;  // in an attribute of its own, "user.larder.metadata", where there is any
};

// The last two parts of a key, as 32 bits: a value that lies where it was not put (two files swapped, a misdirected
// write) is found by verification. Not by a plain get: a sub-directory may be opened as a store of its own. A move that
// rewrites it sets "user.larder.moving" (the place it goes to) before the rename, and removes it behind: either counts.
std::uint32_t place_of(std::string_view key);

inline constexpr std::size_t seal_bytes = 48;  // fits into ext4's inodes of 256 bytes, together with its name

// Attaches it to an open file. Error `io`; `unsupported` where the file system has no such attributes.
void attach(int descriptor, const Seal& seal, const std::string& name);
// Nothing where the file has none. Error `checksum` where the seal is damaged, `unsupported` where it is of a later
// version.
std::optional<Seal> seal_of(int descriptor, const std::string& name);

// The Stat of a file with or without a seal. The etag is "<session hex>-<number hex>" of a seal, else
// "x<inode hex>-<size hex>-<mtime in ns hex>".
Stat stat_of(const struct stat& status, const std::optional<Seal>& seal);

}  // namespace larder::internal
