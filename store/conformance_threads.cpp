// Many threads at once on a few keys.
#include <algorithm>
#include <barrier>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "store/conformance.h"

namespace larder::internal {

void at_once(unsigned threads, const std::function<void(unsigned thread)>& work) {
  std::exception_ptr first;
  std::mutex mutex;
  std::barrier start(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::jthread> running;
  running.reserve(threads);
  for (unsigned thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      start.arrive_and_wait();
      try {
        work(thread);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
      }
    });
  }
  running.clear();  // waits
  if (first) std::rethrow_exception(first);
}

namespace {

using Can = const Capabilities&;

// So many bytes of one number, which also says how many there are: a piece of another value cannot hide in it.
std::vector<std::byte> telling(std::uint32_t number) {
  std::vector<std::byte> bytes((100 + number % 7 * 5000) * sizeof number);
  for (std::size_t at = 0; at < bytes.size(); at += sizeof number) std::memcpy(&bytes[at], &number, sizeof number);
  return bytes;
}

void expect_telling(Bytes bytes, std::string_view key) {
  expect(bytes.size() >= sizeof(std::uint32_t), "a value of ", key, " has ", bytes.size(), " bytes");
  std::uint32_t number;
  std::memcpy(&number, bytes.data(), sizeof number);
  const auto wanted = telling(number);
  expect(std::equal(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()), "a value of ", key,
         " has bytes of another value");
}

// What a server that fails meanwhile may not let anybody know is right as well.
void known_or_not(const std::function<void()>& change) {
  try {
    change();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unknown_outcome) throw;
  }
}

void gives_whole_values(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const Capabilities& can = store->capabilities();
  at_once(16, [&](unsigned thread) {
    for (std::uint32_t round = 0; round < 30; ++round) {
      const std::string key = join("shared/", (thread + round) % 4);
      const unsigned what = (thread * 7 + round) % 10;
      if (what < 4) {
        known_or_not([&] { store->put(key, telling(thread * 1000 + round)); });
      } else if (what == 4 && can.removes) {
        known_or_not([&] { store->remove(key); });
      } else if (what == 5 && can.removes) {
        known_or_not([&] { store->move(key, join("shared/", (thread + round + 1) % 4)); });
      } else if (const auto found = store->find(key)) {
        if (const auto value = rest_of_old(*store, *found->reader)) expect_telling(*value, key);
      }
    }
  });
}

void readers_keep_their_values(const StoreUnderTest& subject) {
  const auto store = subject.make();
  store->put("k", telling(1));
  std::atomic<bool> ended = false;
  at_once(4, [&](unsigned thread) {
    if (thread == 0) {
      const SetAtEnd set(ended);
      for (std::uint32_t round = 2; round < 60; ++round) store->put("k", telling(round));
      return;
    }
    while (!ended) {
      const auto reader = store->get("k");
      std::vector<std::byte> bytes(4);
      reader->read_exactly(bytes, "the first number");
      std::this_thread::yield();
      const auto rest = rest_of_old(*store, *reader);
      if (!rest) continue;
      bytes.insert(bytes.end(), rest->begin(), rest->end());
      expect_telling(bytes, "k");
      if (store->capabilities().snapshots) expect_telling(store->read("k").bytes(), "k");
    }
  });
}

}  // namespace

std::vector<StoreBehaviour> thread_behaviours() {
  return {
      {"16 threads on 4 keys get whole values only", [](Can can) { return is_keeper(can) && can.replaces; },
       gives_whole_values},
      {"a key that is only replaced is never absent, and its readers keep what they have",
       [](Can can) { return is_keeper(can) && can.replaces; }, readers_keep_their_values},
  };
}

}  // namespace larder::internal
