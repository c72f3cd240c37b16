// The conformance suite of stores, in parts: one function and one file a part, joined by store_behaviours().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <larder/error.h>
#include <larder/plugin/store_conformance.h>

#include "base/text.h"

namespace larder::internal {

std::vector<StoreBehaviour> put_behaviours();
std::vector<StoreBehaviour> key_behaviours();
std::vector<StoreBehaviour> value_behaviours();
std::vector<StoreBehaviour> condition_behaviours();
std::vector<StoreBehaviour> listing_behaviours();
std::vector<StoreBehaviour> damage_behaviours();
std::vector<StoreBehaviour> flight_behaviours();
std::vector<StoreBehaviour> thread_behaviours();
std::vector<StoreBehaviour> refusal_behaviours();

// Throws what StoreBehaviour::check throws, unless `fine`; the parts say what was expected and what happened.
template <class... Parts>
void expect(bool fine, const Parts&... parts) {
  if (!fine) throw std::runtime_error(join(parts...));
}

// `work` must throw an Error of this kind, whose message has all of `words`.
void expect_error(ErrorKind kind, std::string_view what, const std::function<void()>& work,
                  const std::vector<std::string>& words = {});

void expect_bytes(Bytes found, Bytes wanted, std::string_view what);
// The store reads `wanted` under `key`, by `get` and by `read`.
void expect_value(Store& store, std::string_view key, Bytes wanted, std::string_view what);
void expect_absent(Store& store, std::string_view key, std::string_view what);

// `size` bytes that differ by `seed`, the same each time.
std::vector<std::byte> content(std::size_t size, unsigned seed = 0);

std::vector<std::byte> rest_of(Reader& reader);
// The same, of a value that was replaced or removed since: nothing where the Reader says `conflict`, as those of a
// store without `snapshots` may.
std::optional<std::vector<std::byte>> rest_of_old(const Store& store, Reader& reader);

// The key of values where a store may have one key only.
inline constexpr std::string_view one_key = "value";

// Any store of this kind, be it one that only reads: then it holds an empty value under `one_key`.
std::unique_ptr<Store> any_store(const StoreUnderTest& subject);
// One that holds `value` under `key`: put, or there from the beginning.
std::unique_ptr<Store> store_with(const StoreUnderTest& subject, std::string_view key, Bytes value);
// What was put, read back or seen from outside.
Region stored(const StoreUnderTest& subject, Store& store, std::string_view key);

// Runs `work` in so many threads, which begin together, each with its number; throws what the first of them threw.
void at_once(unsigned threads, const std::function<void(unsigned thread)>& work);

// Tells other threads that this one is done, however that came.
class SetAtEnd {
 public:
  explicit SetAtEnd(std::atomic<bool>& flag) : flag_(flag) {}
  ~SetAtEnd() { flag_ = true; }
  SetAtEnd(const SetAtEnd&) = delete;
  SetAtEnd& operator=(const SetAtEnd&) = delete;

 private:
  std::atomic<bool>& flag_;
};

// For StoreBehaviour::applies.
bool is_any(const Capabilities&);
bool can_read(const Capabilities& can);
bool can_write(const Capabilities& can);
// Puts any number of keys and gets them.
bool is_keeper(const Capabilities& can);

}  // namespace larder::internal
