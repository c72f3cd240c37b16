// Sixteen processes at once: exactly one winner, no lost update; and who is killed in the middle.
#include <catch2/catch.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <new>
#include <stdexcept>
#include <thread>

#include <larder/error.h>

#include "base/text.h"
#include "server.h"
#include "tests/io/child.h"

namespace larder::testing {
namespace {

using internal::join;

constexpr unsigned processes = 16;

// In memory that forked processes share.
struct Shared {
  std::atomic<unsigned> arrived{0};
  std::atomic<unsigned> wins{0};
};
Shared& shared() {
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
  return *new (memory) Shared;
}

std::uint64_t number_in(Bytes bytes) {
  std::uint64_t number = 0;
  if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}
Bytes bytes_of(const std::uint64_t& number) { return std::as_bytes(std::span(&number, 1)); }

TEST_CASE("put_if_absent has one winner among 16 processes, every time") {
  constexpr unsigned rounds = 20;
  const std::string bucket = make_bucket();
  Shared& all = shared();
  CHECK(in_processes(processes, [&](unsigned self) {
          const auto store = open_bucket(bucket);
          for (unsigned round = 0; round < rounds; ++round) {
            ++all.arrived;
            while (all.arrived < (round + 1) * processes) std::this_thread::yield();
            if (store->put_if_absent(join("key", round), bytes_of(self))) ++all.wins;
          }
        }) == processes);
  CHECK(all.wins == rounds);
}

TEST_CASE("a number that 16 processes increment with put_if_match loses nothing") {
  constexpr std::uint64_t each = 4;
  const std::string bucket = make_bucket();
  const auto first = open_bucket(bucket);
  if (!first->capabilities().puts_if_match) return;
  first->put("number", bytes_of(0));
  CHECK(in_processes(processes, [&](unsigned) {
          const auto store = open_bucket(bucket);
          for (std::uint64_t done = 0; done < each;) {
            const auto found = store->find("number");
            if (!found) throw std::runtime_error("the number is gone");
            const std::uint64_t next = number_in(found->reader->read_region(8, "the number").bytes()) + 1;
            if (store->put_if_match("number", found->stat.etag, bytes_of(next))) ++done;
          }
        }) == processes);
  CHECK(number_in(first->read("number").bytes()) == processes * each);
}

TEST_CASE("a reader gets one value whole, or learns that it is another by now") {
  if (!server_gets_whole_values()) return;
  const std::string bucket = make_bucket();
  const std::size_t size = 6 << 20;
  const auto value = [&](std::uint64_t number) { return std::vector<std::byte>(size, static_cast<std::byte>(number)); };
  open_bucket(bucket)->put("k", value(0));
  CHECK(in_processes(8, [&](unsigned self) {
          S3Options options = server_options();
          options.part_size = 5 << 20;
          const auto store = open_bucket(bucket, options);
          for (unsigned round = 0; round < 4; ++round) {
            if (self < 2) {
              store->put("k", value(self * 4 + round));
              continue;
            }
            try {
              const Region got = store->read("k");
              const std::vector<std::byte> wanted(size, got.bytes()[0]);
              if (!std::ranges::equal(got.bytes(), wanted)) throw std::runtime_error("bytes of two values");
            } catch (const Error& error) {
              if (error.kind() != ErrorKind::conflict) throw;
            }
          }
        }) == 8);
}

TEST_CASE("whoever is killed in the middle of an upload leaves no key, and an upload that can be found and removed") {
  const std::string bucket = make_bucket();
  const auto itself = bucket_itself(bucket);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = open_bucket(bucket);
    const auto writer = store->put("k");
    const std::vector<std::byte> piece(1 << 20);
    for (;;) writer->write(piece);
  }
  REQUIRE(child > 0);
  for (int i = 0; i < 600 && itself->uploads("").empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(open_bucket(bucket)->exists("k"));
  const auto left = itself->uploads("");
  CHECK(left.size() == 1);
  for (const internal::s3::Upload& upload : left) itself->abort(upload.key, upload.id);
  CHECK(itself->uploads("").empty());
}

}  // namespace
}  // namespace larder::testing
