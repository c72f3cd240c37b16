// Servers on which "a" and "a/b" cannot both be keys: what such a server's refusal of a put means.
#pragma once

#include <functional>
#include <string>

#include "store/s3/bucket.h"
#include "store/s3/probe.h"

namespace larder::internal::s3 {

// Runs `work`, which puts `key`. Where the server cannot nest keys and refuses (some by 500, which leaves open what
// they did), and a key lies above or below this one: Error `conflict` that names it.
void saying_what_is_in_the_way(Bucket& bucket, const Supported& supported, const std::string& key,
                               const std::function<void()>& work);

}  // namespace larder::internal::s3
