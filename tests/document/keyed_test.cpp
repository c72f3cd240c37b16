// Dicts that a loader fills: settled at the first use, whichever it is, with Python's result.
#include <catch2/catch.hpp>

#include <atomic>
#include <barrier>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include <larder/document.h>

#include "document/keyed.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::Access;

void append(Document& document, Value dict, std::span<const Value> pairs) {
  internal::append_entries(Access::arena(document), dict, pairs);
}

// A dict of {"k0": 0, ...} where the first entry comes again at the end with value -1.
Value repeating_dict(Document& document, std::size_t size) {
  const Value dict = document.dict();
  std::vector<Value> pairs;
  for (std::size_t i = 0; i < size; ++i) {
    pairs.push_back(document.str("k" + std::to_string(i)));
    pairs.push_back(Value::integer(static_cast<std::int64_t>(i)));
  }
  pairs.push_back(document.str("k0"));
  pairs.push_back(Value::integer(-1));
  append(document, dict, pairs);
  return dict;
}

TEST_CASE("an appended dict is settled by whatever is asked first") {
  const std::size_t size = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{8}, std::size_t{9},
                                    std::size_t{1000}, std::size_t{100'000});
  Document document;
  const Value dict = repeating_dict(document, size);
  document.set_root(dict);
  const auto last = static_cast<std::int64_t>(size - 1);
  const std::map<std::string, std::function<void()>> questions = {
      {"size", [&] { CHECK(dict.size() == size); }},
      {"empty", [&] { CHECK_FALSE(dict.empty()); }},
      {"key", [&] { CHECK(dict.key(0).as_str() == "k0"); }},
      {"key outside", [&] { CHECK_ERROR(dict.key(size), usage); }},
      {"value", [&] { CHECK(dict.value(0).as_int() == -1); }},
      {"find", [&] { CHECK(dict.find("k0")->as_int() == -1); }},
      {"find none", [&] { CHECK_FALSE(dict.find("none")); }},
      {"path", [&] { CHECK(find_path(document.root(), "k0")->as_int() == -1); }},
      {"members", [&] { CHECK(Access::members(dict).size() == 2 * size); }},
      {"globals", [&] { CHECK(globals_of(dict).empty()); }},
      {"json", [&] { CHECK(to_json(dict).starts_with(size == 1 ? R"({"k0": -1})" : R"({"k0": -1, "k1": 1)")); }},
      {"copy",
       [&] {
         Document other;
         const Value copied = other.copy(dict);
         CHECK(copied.size() == size);
         CHECK(copied.find("k0")->as_int() == -1);
       }},
      {"equal",
       [&] {
         Document other;
         CHECK(equal(repeating_dict(other, size), dict));
       }},
      {"insert",
       [&] {
         document.insert(dict, document.str("k0"), Value::integer(-1));
         CHECK(dict.size() == size);
       }},
  };
  for (const auto& [name, ask] : questions) {
    INFO(name << ", " << size << " entries");
    // The questions are about `dict`, which gets the entries of a fresh one.
    Access::unsettled(dict) = Access::unsettled(repeating_dict(document, size));
    ask();
    CHECK(dict.size() == size);
    CHECK(dict.value(0).as_int() == -1);
    CHECK(dict.value(size - 1).as_int() == (size == 1 ? -1 : last));
  }
}

TEST_CASE("appended in batches, settled or not in between, a dict is as if filled one by one") {
  const unsigned seed = 20240607;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const std::size_t size : {2u, 5u, 8u, 9u, 20u, 301u, 3000u, 20'001u}) {
    INFO(size << " entries");
    Document document;
    const auto key = [&]() -> Value {
      const auto number = static_cast<std::int64_t>(random() % size);
      switch (random() % 8) {
        case 0:
          return Value::floating(static_cast<double>(number));
        case 1:
          return Value::boolean(number % 2 != 0);
        case 2:
          return document.str("text " + std::to_string(number));
        case 3:
          return document.bytes(as_bytes("text " + std::to_string(number)));
        case 4: {
          const Value members[] = {Value::integer(number), document.str("x")};
          return document.tuple(members);
        }
        case 5:
          return Value::floating(number % 16 == 0 ? std::nan("") : 0.5);
        case 6: {
          const Value members[] = {Value::integer(number), Value::integer(number + 1)};
          return document.frozenset(members);
        }
        default:
          return Value::integer(number);
      }
    };
    std::vector<Value> pairs;
    for (std::size_t i = 0; i < size; ++i) {
      pairs.push_back(key());
      pairs.push_back(Value::integer(static_cast<std::int64_t>(i)));
    }
    const Value expected = document.dict();
    for (std::size_t i = 0; i < pairs.size(); i += 2) document.insert(expected, pairs[i], pairs[i + 1]);
    const bool asks_between = size % 2 == 0;
    const Value dict = document.dict();
    for (std::span<const Value> left = pairs; !left.empty();) {
      const std::size_t count = std::min<std::size_t>(left.size(), 2 * (1 + random() % (size / 2)));
      append(document, dict, left.first(count));
      left = left.subspan(count);
      if (asks_between && random() % 2 == 0) static_cast<void>(dict.size());
    }
    REQUIRE(dict.size() == expected.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < dict.size(); ++i) {
      if (!dict.key(i).same_as(expected.key(i)) || !dict.value(i).same_as(expected.value(i))) ++different;
    }
    CHECK(different == 0);
  }
}

TEST_CASE("the first key and its place stay, the last value counts") {
  Document document;
  const Value nan = Value::floating(std::nan(""));
  const auto padded = [&](std::size_t padding) {
    const Value dict = document.dict();
    std::vector<Value> pairs = {Value::integer(1),    document.str("a"), nan, document.str("b"),
                                Value::boolean(true), document.str("c"), nan, document.str("d")};
    for (std::size_t i = 0; i < padding; ++i) {
      pairs.push_back(Value::integer(static_cast<std::int64_t>(i) + 2));
      pairs.push_back(Value());
    }
    pairs.push_back(Value::floating(1));
    pairs.push_back(document.str("last"));
    append(document, dict, pairs);
    return dict;
  };
  for (const std::size_t padding : {std::size_t{0}, std::size_t{1000}}) {
    const Value dict = padded(padding);
    REQUIRE(dict.size() == 3 + padding);
    CHECK(dict.key(0).is(ValueKind::integer));
    CHECK(dict.value(0).as_str() == "last");
    CHECK(dict.value(1).as_str() == "b");
    CHECK(dict.value(2).as_str() == "d");
    CHECK(dict.find(Value::boolean(true))->as_str() == "last");
    CHECK_FALSE(dict.find(nan));
  }
}

TEST_CASE("erased entries are gone, the others keep their order, and erased keys may come again") {
  const unsigned seed = 20261122;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const std::size_t size : {1u, 2u, 8u, 9u, 10u, 300u, 1000u}) {
    INFO(size << " entries");
    Document document;
    const Value dict = repeating_dict(document, size);
    std::vector<std::int64_t> wanted;
    for (std::size_t i = 0; i < size; ++i) wanted.push_back(static_cast<std::int64_t>(i));
    const auto key = [&](std::int64_t number) { return document.str("k" + std::to_string(number)); };
    CHECK_FALSE(document.erase(dict, document.str("none")));
    while (!wanted.empty()) {
      const std::size_t at = random() % wanted.size();
      const std::int64_t number = wanted[at];
      REQUIRE(document.erase(dict, key(number)));
      CHECK_FALSE(document.erase(dict, key(number)));
      wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(at));
      if (number % 5 == 4 && number < 1000) {
        document.insert(dict, key(number + 1'000'000), Value::integer(number));
        wanted.push_back(number + 1'000'000);
      }
      REQUIRE(dict.size() == wanted.size());
      for (const std::size_t i : {std::size_t{0}, wanted.size() / 2, wanted.size() - 1}) {
        if (i >= wanted.size()) continue;
        CHECK(dict.key(i).as_str() == "k" + std::to_string(wanted[i]));
        CHECK(dict.find(key(wanted[i]))->same_as(dict.value(i)));
      }
    }
    CHECK(dict.empty());
    document.insert(dict, document.str("k0"), Value::integer(7));
    CHECK(dict.find("k0")->as_int() == 7);
  }
}

TEST_CASE("only what Python can hash is erased, and only from a dict") {
  Document document;
  CHECK_ERROR(document.erase(document.dict(), document.list()), malformed);
  CHECK_ERROR(document.erase(document.list(), Value()), usage);
  CHECK_ERROR(document.erase(document.set(), Value()), usage);
  const Value dict = document.dict();
  document.insert(dict, Value::integer(1), Value::integer(2));
  CHECK(document.erase(dict, Value::boolean(true)));
}

TEST_CASE("what Python cannot hash is refused when it is appended, and nothing is added") {
  Document document;
  const Value dict = repeating_dict(document, 3);
  for (const Value bad : {document.list(), document.dict(), document.set(), document.bytearray({}),
                          document.array(Array::allocate(DType(), {1}))}) {
    INFO(name_of(bad.kind()));
    const Value alone[] = {Value::integer(1), Value(), bad, Value()};
    CHECK_ERROR(append(document, dict, alone), malformed);
    const Value inside[] = {document.tuple({&bad, 1}), Value()};
    CHECK_ERROR(append(document, dict, inside), malformed);
  }
  CHECK(dict.size() == 3);
}

TEST_CASE("an index that Limits::bytes does not allow is limit at each use, and never a wrong answer") {
  constexpr std::size_t size = 10'000;
  std::vector<Value> pairs;
  for (std::size_t i = 0; i < size; ++i) {
    pairs.push_back(Value::integer(static_cast<std::int64_t>(i)));
    pairs.push_back(Value());
  }
  Document document(Limits{.bytes = pairs.size() * sizeof(Value) + 50'000});
  const Value dict = document.dict();
  append(document, dict, pairs);
  for (int i = 0; i < 3; ++i) {
    CHECK_ERROR(dict.size(), limit);
    CHECK_ERROR(dict.find("x"), limit);
    CHECK_ERROR(document.insert(dict, Value(), Value()), limit);
  }
  CHECK(document.memory() < pairs.size() * sizeof(Value) + 50'000);
}

TEST_CASE("eight threads may be the first to read") {
  constexpr std::size_t threads = 8;
  Document document;
  std::vector<Value> dicts;
  for (const std::size_t size : {3u, 8u, 9u, 50u, 1000u, 20'000u}) {
    for (int i = 0; i < 10; ++i) dicts.push_back(repeating_dict(document, size));
  }
  std::atomic<std::size_t> wrong = 0;
  std::barrier start(threads);
  std::vector<std::jthread> readers;
  for (std::size_t reader = 0; reader < threads; ++reader) {
    readers.emplace_back([&, reader] {
      for (const Value dict : dicts) {
        start.arrive_and_wait();
        bool fine = false;
        switch (reader % 4) {
          case 0:
            fine = dict.find("k0")->as_int() == -1 && dict.find("k2")->as_int() == 2;
            break;
          case 1:
            fine = dict.value(0).as_int() == -1 && dict.key(2).as_str() == "k2";
            break;
          case 2:
            fine = dict.key(dict.size() - 1).as_str() == "k" + std::to_string(dict.size() - 1);
            break;
          default:
            fine = Access::members(dict).size() == 2 * dict.size() && document.memory() != 0;
        }
        if (!fine) ++wrong;
      }
    });
  }
  readers.clear();
  CHECK(wrong == 0);
}

TEST_CASE("P17: keys that were chosen to collide, in bulk") {
  constexpr std::size_t size = 200'000;
  Document document;
  std::vector<Value> pairs(2 * size);
  const auto settles = [&](const std::function<Value(std::uint64_t)>& key) {
    for (std::size_t i = 0; i < size; ++i) pairs[2 * i] = key(i);
    const Value dict = document.dict();
    append(document, dict, pairs);
    return dict.size() == size && dict.find(key(size - 1)).has_value();
  };
  for (const std::uint64_t step : {std::uint64_t{85229}, (std::uint64_t{1} << 61) - 1, std::uint64_t{1} << 32}) {
    INFO("multiples of " << step);
    CHECK(settles([&](std::uint64_t i) { return Value::integer(static_cast<std::int64_t>(i * step)); }));
  }
  // Each constant of a hash that is known makes a product zero for bytes chosen so.
  for (const std::uint64_t constant : {std::uint64_t{0x9e3779b97f4a7c15}, std::uint64_t{0xd1b54a32d192ed03}}) {
    INFO("bytes around " << constant);
    CHECK(settles([&](std::uint64_t i) {
      const std::uint64_t words[] = {i, constant, 0};
      return document.bytes(std::as_bytes(std::span(words)));
    }));
  }
}

}  // namespace
}  // namespace larder::testing
