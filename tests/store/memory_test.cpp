// MemoryStore: what is its own, and sixteen threads at once.
#include <atomic>
#include <thread>

#include <larder/store_report.h>

#include "base/checksum.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

TEST_CASE("a damaged value in memory is set aside, and can be looked at") {
  const auto store = memory_store();
  store->put("k", as_bytes("value"));
  {
    const Region bytes = store->read("k");
    const_cast<std::byte*>(bytes.data())[0] ^= std::byte{1};
  }
  CHECK(store->exists("k"));
  CHECK_ERROR(store->find("k", {.verify = true}), checksum);
  CHECK_FALSE(store->exists("k"));

  StoreRecords& records = *store->records();
  const auto aside = records.set_aside_values();
  REQUIRE(aside.size() == 1);
  CHECK(aside.front().key == "k");
  CHECK(aside.front().size == 5);
  CHECK(aside.front().why.find("checksum") != std::string::npos);
  CHECK(records.explain("k").state == Explanation::State::damaged);
  CHECK(records.explain("other").state == Explanation::State::unknown);
  records.discard(aside.front().name);
  CHECK_ERROR(records.discard(aside.front().name), not_found);
  CHECK(records.set_aside_values().empty());

  store->put("k", as_bytes("value"));
  CHECK(records.explain("k").state == Explanation::State::present);
  CHECK_FALSE(store->set_aside("k", "another etag", "why"));
  CHECK_FALSE(store->set_aside("absent", "etag", "why"));
  CHECK(records.limits().unlimited());
  CHECK(records.enforce().empty());
  CHECK(records.rebuild() == 1);
}

TEST_CASE("a size that is promised and false costs nothing") {
  const auto store = memory_store();
  const auto writer = store->put("k", {.size = UINT64_MAX});
  writer->write(as_bytes("v"));
  writer->finish();
  CHECK(store->stat("k")->size == 1);
}

// Every function, on few keys. What it reads must be one of the values that were put, whole.
void do_a_bit_of_everything(Store& store, unsigned thread, std::atomic<bool>& failed) {
  std::uint64_t state = thread + 1;
  for (int i = 0; i < 2000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::string key = std::string(1, static_cast<char>('a' + (state >> 40) % 4));
    const std::string other = std::string(1, static_cast<char>('a' + (state >> 44) % 4));
    const std::string value((state >> 48) % 5000, static_cast<char>('A' + thread));
    switch ((state >> 33) % 8) {
      case 0:
      case 1:
        store.put(key, as_bytes(value));
        break;
      case 2:
        store.remove(key);
        break;
      case 3:
        store.move(key, other);
        break;
      case 4:
        store.touch(key);
        break;
      case 5: {
        const auto listing = store.list();
        while (!listing->next(2).empty()) {
        }
        break;
      }
      case 6:
        if (const auto stat = store.stat(key)) store.put_if_match(key, stat->etag, as_bytes(value));
        break;
      default: {
        const auto found = store.find(key, {.verify = internal::has_xxh3()});
        if (!found) break;
        const Region read = found->reader->region().value();
        const std::string_view text = as_text(read.bytes());
        if (!text.empty() && text.find_first_not_of(text.front()) != std::string_view::npos) failed = true;
      }
    }
  }
}

TEST_CASE("sixteen threads share a store in memory") {
  const auto store = memory_store();
  std::atomic<bool> failed = false;
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 16; ++thread)
    threads.emplace_back([&, thread] { do_a_bit_of_everything(*store, thread, failed); });
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(failed);
  CHECK(store->records()->set_aside_values().empty());
}

}  // namespace
}  // namespace larder::testing
