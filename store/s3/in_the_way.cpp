#include "store/s3/in_the_way.h"

#include <optional>

#include "base/text.h"

namespace larder::internal::s3 {

namespace {

// "a" or "a/b" of "a/b/c", or a key that begins with "a/b/c/", whichever is there.
std::optional<std::string> key_in_the_way(Bucket& bucket, const std::string& key) {
  for (std::size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1)) {
    std::string above = key.substr(0, slash);
    if (bucket.head(above)) return above;
  }
  const ListPage below = bucket.list(key + '/', "", 1);
  if (below.keys.empty()) return std::nullopt;
  return below.keys.front().key;
}

}  // namespace

void saying_what_is_in_the_way(Bucket& bucket, const Supported& supported, const std::string& key,
                               const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    const bool was_refused = error.kind() == ErrorKind::io || error.kind() == ErrorKind::unknown_outcome;
    if (supported.nests || !was_refused) throw;
    const auto other = key_in_the_way(bucket, key);
    if (!other) throw;
    fail(ErrorKind::conflict, bucket.name(key), ": the key ", internal::quoted(*other),
         " is in the way: this server cannot have one key below another");
  }
}

}  // namespace larder::internal::s3
