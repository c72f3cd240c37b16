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
// write) is found by verification. Not by a plain get: a sub-directory may be opened as a store of its own. Error
// `not_built`.
std::uint32_t place_of(std::string_view key);

inline constexpr std::size_t seal_bytes = 48;  // fits into ext4's inodes of 256 bytes, together with its name

// Whether the file system of an open file or directory has such attributes. Error `io`.
bool can_be_sealed(int descriptor, const std::string& name);

// Attaches it to an open file. Error `io`; `unsupported` where the file system has no such attributes; `not_built`.
void attach(int descriptor, const Seal& seal, const std::string& name);
// Nothing where the file has none, or cannot have one, and in a build without xxhash, which cannot tell what it is
// worth. Errors: `checksum` where the seal is damaged, `unsupported` where it is of a later version, `io`.
std::optional<Seal> seal_of(int descriptor, const std::string& name);
// The same, and nothing where the seal is damaged.
std::optional<Seal> intact_seal(int descriptor, const std::string& name);

// A value moves to `key`: its seal says that this place is right as well, before the rename (`announce_move`), and that
// it is the only one behind it (`settle`). So a value is in its place at each moment, also if its mover is killed.
// Neither does anything to a file without a seal. Errors of seal_of and attach.
void announce_move(int descriptor, std::string_view key, const std::string& name);
void settle(int descriptor, std::string_view key, const std::string& name);
// Whether a value with this seal was put, or moved, to `key`. Errors of seal_of.
bool is_in_its_place(int descriptor, const Seal& seal, std::string_view key, const std::string& name);

// "<session hex>-<number hex>".
std::string etag_of(const WriteId& id);
// The Stat of a file with or without a seal. The etag is that of the seal, else
// "x<inode hex>-<size hex>-<mtime in ns hex>".
Stat stat_of(const struct stat& status, const std::optional<Seal>& seal);

}  // namespace larder::internal
