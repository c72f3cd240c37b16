// Which texts are keys.
#include "store/conformance.h"

namespace larder::internal {

namespace {

using namespace std::string_literals;

std::string long_key(std::size_t size) {
  std::string key;
  while (key.size() < size) key += key.size() % 100 == 99 ? '/' : 'k';
  return key;
}

// One of each shape that is refused; tests/store/key_test.cpp has them all.
std::vector<std::string> refused_keys() {
  return {"",
          "/a",
          "a/",
          "a//b",
          "/",
          ".",
          "..",
          "a/..",
          "../a",
          "a/./b",
          "a/../b",
          "a\0b"s,
          "a\rb",
          "a\nb",
          "a\x7f",
          "\x1b[1m",
          "a\xff",
          "\xc3",
          "\xed\xa0\x80",
          ".larder",
          ".larder/x",
          ".gitignore",
          std::string(256, 'p'),
          "a/" + std::string(256, 'p') + "/b",
          long_key(1025),
          "output.pkl.thread-140001-pid-77",
          "a/output.pkl.0123456789abcdef0123456789abcdef-77-140001"};
}

void refuses_key(Store& store, const std::string& key) {
  const std::string what = join("the key ", internal::quoted(key));
  const auto refused = [&](std::string_view function, const std::function<void()>& work) {
    expect_error(ErrorKind::usage, join(function, " of ", what), work);
  };
  refused("find", [&] { store.find(key); });
  refused("get", [&] { store.get(key); });
  refused("read", [&] { store.read(key); });
  refused("put", [&] { store.put(key); });
  refused("put of bytes", [&] { store.put(key, as_bytes("v")); });
  refused("put_if_absent", [&] { store.put_if_absent(key); });
  refused("put_if_match", [&] { store.put_if_match(key, "e"); });
  refused("stat", [&] { store.stat(key); });
  refused("exists", [&] { store.exists(key); });
  refused("remove", [&] { store.remove(key); });
  refused("move", [&] { store.move(key, "a"); });
  refused("move to", [&] { store.move("a", key); });
  refused("touch", [&] { store.touch(key); });
  refused("get_or_compute", [&] { store.get_or_compute(key, [](Writer&) {}); });
  refused("lease", [&] { store.lease(key); });
  refused("set_aside", [&] { store.set_aside(key, "e", "why"); });
}

void refuses_what_is_no_key(const StoreUnderTest& subject) {
  const auto store = any_store(subject);
  for (const std::string& key : refused_keys()) refuses_key(*store, key);
}

void takes_unusual_keys(const StoreUnderTest& subject) {
  const auto store = subject.make();
  const std::vector<std::string> keys = {
      "a",
      "models/2024/forest.joblib",
      " ",
      "with blank/and  two",
      "...",
      ".hidden",
      "sub/.b",
      "-rf",
      "100%",
      "%2e%2e",
      "?",
      "#",
      "a?b=c",
      "*",
      "\\",
      "C:\\x",
      "'\"`$",
      "gr\xc3\xbc\xc3\x9f/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x8d\x8e",
      "con",
      "nul.txt",
      "~",
      std::string(255, 'p'),
      "x/" + std::string(255, 'p'),
      std::string(254, 'p') + 'q',
      "y/" + long_key(1022),
      "y/" + long_key(1021) + 'z',
      "larder",
      "sub/.larder",
      "sub/.gitignore",
      "output.pkl.thread-1",
      "~tmp.12345",
      "a:b",
  };
  for (std::size_t i = 0; i < keys.size(); ++i) store->put(keys[i], as_bytes(join("value ", i)));
  for (std::size_t i = 0; i < keys.size(); ++i)
    expect_value(*store, keys[i], as_bytes(join("value ", i)), join("the key ", internal::quoted(keys[i])));
}

}  // namespace

std::vector<StoreBehaviour> key_behaviours() {
  return {
      {"what is no key is refused by every function", is_any, refuses_what_is_no_key},
      {"keys have any letters, and up to 1024 bytes", is_keeper, takes_unusual_keys},
  };
}

}  // namespace larder::internal
