// All that a bucket has, whether larder's own or not.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "store/s3/bucket.h"

namespace larder::internal::s3 {

// Calls `hear` with each object whose key begins with `prefix`, in the server's order. Errors: those of Bucket;
// `malformed` for a listing that comes to no end.
template <class Hear>
void for_each_object(Bucket& bucket, const std::string& prefix, const Hear& hear) {
  constexpr std::size_t keys_a_page = 1000;    // S3 gives no more
  constexpr unsigned most_empty_pages = 1000;  // one behind the other: servers may pass over what was removed
  const auto refuse = [&](std::string_view fault) {
    fail(ErrorKind::malformed, bucket.name(prefix), ": the server's listing goes on ", fault);
  };
  std::string token;
  unsigned empty_pages = 0;
  do {
    ListPage page = bucket.list(prefix, token, keys_a_page);
    if (!page.next.empty() && page.next == token) refuse("where it began, for ever");
    empty_pages = page.keys.empty() ? empty_pages + 1 : 0;
    if (empty_pages > most_empty_pages) refuse("and on without a key");
    for (const ListedKey& listed : page.keys) hear(listed);
    token = std::move(page.next);
  } while (!token.empty());
}

}  // namespace larder::internal::s3
