// Fresh memory holds anything: what codecs write must not depend on it.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <new>

#include "samples.h"

using namespace larder;
using namespace larder::testing;

namespace {

// Small numbers all over: the kind of garbage that passes for a setting.
constexpr unsigned short garbage = 9;
bool memory_is_dirty = false;

std::uint64_t hash_of(Bytes bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const std::byte byte : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 1099511628211U;
  return hash;
}

// What each codec makes of some content at each of its usual levels, in a process of its own, whose contexts are new.
std::vector<std::uint64_t> outputs(bool dirty) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    memory_is_dirty = dirty;
    const Content content = words(400'000) + noise(50'000) + words(200'000);
    for (const Codec* codec : codecs_with_streams()) {
      const int last = codec->info().has_levels ? std::min(codec->info().max_level, 9) : 0;
      for (int level = std::min(last, std::max(codec->info().min_level, 1)); level <= last; ++level) {
        const auto options = codec->info().has_levels ? std::optional(level) : std::nullopt;
        const std::uint64_t hash = hash_of(codec->compress(content, {.level = options, .threads = 1}).bytes());
        if (::write(ends[1], &hash, sizeof hash) != sizeof hash) ::_exit(1);
      }
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t hash = 0; ::read(ends[0], &hash, sizeof hash) == sizeof hash;) hashes.push_back(hash);
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return hashes;
}

}  // namespace

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  if (memory_is_dirty)
    for (std::size_t i = 0; i + sizeof garbage <= size; i += sizeof garbage)
      std::memcpy(static_cast<char*>(memory) + i, &garbage, sizeof garbage);
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("ISA-L looked back as far as its context's memory said: what is written does not depend on fresh memory") {
  const auto clean = outputs(false);
  CHECK(clean.size() > 20);
  CHECK(outputs(true) == clean);
}
