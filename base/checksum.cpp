#include "base/checksum.h"

#include "base/text.h"

#if LARDER_HAS_XXHASH
#include <xxhash.h>

#include <new>
#endif

namespace larder::internal {

#if LARDER_HAS_XXHASH

bool has_xxh3() noexcept { return true; }

struct Xxh3::State {
  struct Free {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
};

Xxh3::Xxh3() : state_(std::make_unique<State>()) {
  if (state_->xxh == nullptr) throw std::bad_alloc();
  if (XXH3_64bits_reset(state_->xxh.get()) != XXH_OK) fail(ErrorKind::usage, "xxhash refuses its own state");
}

void Xxh3::add(Bytes bytes) {
  if (XXH3_64bits_update(state_->xxh.get(), bytes.data(), bytes.size()) != XXH_OK)
    fail(ErrorKind::usage, "xxhash refuses ", bytes.size(), " bytes");
}

std::uint64_t Xxh3::value() const { return XXH3_64bits_digest(state_->xxh.get()); }

#else

bool has_xxh3() noexcept { return false; }

struct Xxh3::State {};

Xxh3::Xxh3() { fail(ErrorKind::not_built, "this build of larder lacks the library for checksums (xxhash)"); }
void Xxh3::add(Bytes) {}
std::uint64_t Xxh3::value() const { return 0; }

#endif

Xxh3::~Xxh3() = default;

std::uint64_t xxh3(Bytes bytes) {
  Xxh3 checksum;
  checksum.add(bytes);
  return checksum.value();
}

}  // namespace larder::internal
