// What became of a put, a completed upload or a copy whose answer does not tell: decided by what a HEAD shows
// afterwards, and never guessed.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "store/s3/bucket.h"
#include "store/s3/mark.h"

namespace larder::internal::s3 {

enum class Outcome {
  done,
  conflict,  // the condition did not hold; nothing was published
  unknown,   // it may be in place, or have been, or still come
};

// What is known of an attempt, beside what a HEAD shows.
struct Attempt {
  // `refused` and `uncertain` (bucket.h); nothing: the time was up before an answer came.
  std::optional<Sent> answer{};
  PutHow how{};                                   // its conditions
  std::chrono::system_clock::time_point begun{};  // in the server's time, to the second; for `uncertain`
};

// `put`: Mark::put of the attempt. `present`: what HEAD shows now; nothing where the key is absent.
//
// `done` where the object is that of the attempt. `conflict` where the server refused the first attempt, and where an
// object stands there that the condition excludes and that certainly stood there before the first attempt: its time is
// more than two seconds older (servers of one bucket agree on the time that well), and it was not uploaded in parts,
// for such objects have the time at which their upload began. Else `unknown`.
Outcome settle(const Attempt& attempt, std::string_view put, const std::optional<Head>& present);

// What is known of an object that was just put.
struct Published {
  std::string etag;      // the server's
  StoreTime modified{};  // when the server answered, where it was not looked at
};

// Calls `send`, which puts an object with `mark` under `key` on the conditions of `how`, and looks at the object where
// the answer does not tell what became of it. Nothing where the condition did not hold. Errors: those of `send`;
// `unknown_outcome`.
std::optional<Published> settled(Bucket& bucket, const std::string& key, const Mark& mark, const PutHow& how,
                                 const std::function<Put()>& send);

}  // namespace larder::internal::s3
