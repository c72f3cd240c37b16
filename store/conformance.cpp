#include "store/conformance.h"

#include <algorithm>

namespace larder {

namespace internal {

namespace {

std::string shown(Bytes bytes) { return join(bytes.size(), " bytes ", internal::quoted(as_text(bytes), 20)); }

}  // namespace

void expect_error(ErrorKind kind, std::string_view what, const std::function<void()>& work,
                  const std::vector<std::string>& words) {
  try {
    work();
  } catch (const Error& error) {
    const std::string_view line = error.what();
    expect(error.kind() == kind, what, ": is Error ", name_of(error.kind()), " (", line, "), not ", name_of(kind));
    for (const std::string& word : words)
      expect(line.find(word) != std::string_view::npos, what, ": the message does not name ", word, ": ", line);
    return;
  }
  expect(false, what, ": passes, and should be Error ", name_of(kind));
}

void expect_bytes(Bytes found, Bytes wanted, std::string_view what) {
  expect(std::equal(found.begin(), found.end(), wanted.begin(), wanted.end()), what, ": there are ", shown(found),
         ", not ", shown(wanted));
}

void expect_value(Store& store, std::string_view key, Bytes wanted, std::string_view what) {
  expect_bytes(rest_of(*store.get(key)), wanted, what);
  // A store of a stream that cannot seek gives its value once.
  if (store.capabilities().many) expect_bytes(store.read(key).bytes(), wanted, what);
}

void expect_absent(Store& store, std::string_view key, std::string_view what) {
  expect(!store.exists(key) && !store.find(key), what, ": the key is there");
}

std::vector<std::byte> content(std::size_t size, unsigned seed) {
  std::vector<std::byte> bytes(size);
  std::uint64_t state = 88172645463325252U + seed;
  for (std::byte& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::byte>(state >> 56);
  }
  return bytes;
}

std::vector<std::byte> rest_of(Reader& reader) {
  MemoryWriter all;
  std::vector<std::byte> buffer(64 * 1024);
  while (const std::size_t count = reader.read(buffer)) all.write(Bytes(buffer).first(count));
  return all.take();
}

std::optional<std::vector<std::byte>> rest_of_old(const Store& store, Reader& reader) {
  try {
    return rest_of(reader);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict || store.capabilities().snapshots) throw;
    return std::nullopt;
  }
}

std::unique_ptr<Store> any_store(const StoreUnderTest& subject) {
  return subject.make ? subject.make() : subject.holding(std::string(one_key), {});
}

std::unique_ptr<Store> store_with(const StoreUnderTest& subject, std::string_view key, Bytes value) {
  if (subject.holding) return subject.holding(std::string(key), value);
  auto store = subject.make();
  store->put(key, value);
  return store;
}

Region stored(const StoreUnderTest& subject, Store& store, std::string_view key) {
  return store.capabilities().reads ? store.read(key) : subject.written(store);
}

bool is_any(const Capabilities&) { return true; }
bool can_read(const Capabilities& can) { return can.reads; }
bool can_write(const Capabilities& can) { return can.writes; }
bool is_keeper(const Capabilities& can) { return can.reads && can.writes && can.many; }

}  // namespace internal

const std::vector<StoreBehaviour>& store_behaviours() {
  static const std::vector<StoreBehaviour> all = [] {
    std::vector<StoreBehaviour> joined;
    for (const auto part : {
             internal::put_behaviours,
             internal::key_behaviours,
             internal::value_behaviours,
             internal::condition_behaviours,
             internal::listing_behaviours,
             internal::damage_behaviours,
             internal::flight_behaviours,
             internal::thread_behaviours,
             internal::refusal_behaviours,
         }) {
      const auto some = part();
      joined.insert(joined.end(), some.begin(), some.end());
    }
    return joined;
  }();
  return all;
}

std::vector<std::string> store_problems(const StoreUnderTest& subject, const std::vector<std::string>& without) {
  for (const std::string& name : without)
    if (std::ranges::find(store_behaviours(), name, &StoreBehaviour::name) == store_behaviours().end())
      throw Error(ErrorKind::usage,
                  internal::join("stores have no behaviour '", name, "'; store_behaviours() lists them"));
  const Capabilities can = internal::any_store(subject)->capabilities();
  std::vector<std::string> problems;
  for (const StoreBehaviour& behaviour : store_behaviours()) {
    if (!behaviour.applies(can) || std::ranges::find(without, behaviour.name) != without.end()) continue;
    try {
      behaviour.check(subject);
    } catch (const std::exception& error) {
      problems.push_back(internal::join(behaviour.name, ": ", error.what()));
    }
  }
  return problems;
}

}  // namespace larder
