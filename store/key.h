// Which texts are keys. The same for all stores, checked once, in Store.
#pragma once

#include <string_view>
#include <vector>

namespace larder::internal {

inline constexpr std::size_t most_key_bytes = 1024;  // S3's limit
inline constexpr std::size_t most_part_bytes = 255;  // a file name's

// Throws `usage` that says what is wrong; require_key of <larder/store.h> is this.
void check_key(std::string_view key);
// Whether check_key accepts it.
bool is_key(std::string_view text);
// A prefix of a key: may be empty, end with '/' or in the middle of a part.
void check_prefix(std::string_view prefix);

// Borrowed from `key`, which is valid.
std::vector<std::string_view> parts_of(std::string_view key);
// "a/b" and "c" of "a/b/c"; "" and "c" of "c".
std::string_view parent_of(std::string_view key);
std::string_view last_part(std::string_view key);

// A file name that another tool's writer uses until it renames it: joblib's "output.pkl.<32 hex>-<pid>-<thread>" and
// "output.pkl.thread-<id>-pid-<pid>", larder's own ".larder-<32 hex>". No key, and never listed.
bool is_temporary_name(std::string_view last_part);

}  // namespace larder::internal
