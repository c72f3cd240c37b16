// XXH3 of 64 bits: a fast checksum against damage, not against forgery.
//
// Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md (seed 0, no secret).
#pragma once

#include <cstdint>
#include <memory>

#include <larder/bytes.h>

namespace larder::internal {

// Whether this build has xxhash.
bool has_xxh3() noexcept;

// The checksum of bytes that arrive piece by piece; how they are cut does not matter. Error `not_built` where this
// build lacks xxhash. Not thread-safe.
class Xxh3 {
 public:
  Xxh3();
  ~Xxh3();
  Xxh3(const Xxh3&) = delete;
  Xxh3& operator=(const Xxh3&) = delete;

  void add(Bytes bytes);
  // Of all that was added so far.
  std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The checksum of `bytes`. Error `not_built`.
std::uint64_t xxh3(Bytes bytes);

}  // namespace larder::internal
