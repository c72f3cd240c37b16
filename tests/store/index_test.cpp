// The index of limits: compared with lists that are searched from front to back.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/store/fake_time.h"
#include "tests/store/index_under_test.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::internal::testing {

namespace {

using larder::testing::TemporaryDirectory;

constexpr StoreLimits no_limits{};
constexpr StoreLimits nothing_stays{.bytes = {}, .items = 0, .age = {}};

// What an index should do, without any of its cleverness.
class Model {
 public:
  void put(const std::string& name, std::uint64_t size, std::optional<double> cost) {
    remove(name);
    items_.push_back({name, size, cost, 0});
    use(items_.back());
  }
  void touch(const std::string& name) {
    const auto found = find(name);
    if (found == items_.end()) return;
    Item item = *found;
    items_.erase(found);
    use(item);
    items_.push_back(item);
  }
  void remove(const std::string& name) {
    const auto found = find(name);
    if (found != items_.end()) items_.erase(found);
  }
  std::string cheapest(const std::string& but) const {
    const Item* best = nullptr;
    for (const Item& item : items_) {
      if (item.name != but && (best == nullptr || item.priority < best->priority)) best = &item;
    }
    return best == nullptr ? "" : best->name;
  }
  void evict_cheapest(const std::string& name) {
    inflation_ = std::max(inflation_, find(name)->priority);
    remove(name);
  }
  std::string least_recent(const std::string& but) const {
    for (const Item& item : items_) {
      if (item.name != but) return item.name;
    }
    return "";
  }
  std::vector<std::string> contents() const {
    std::vector<std::string> all;
    for (const Item& item : items_) all.push_back(item.name + ":" + std::to_string(item.size));
    return all;
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const Item& item : items_) sum += item.size;
    return sum;
  }
  bool has(const std::string& name) const {
    return std::any_of(items_.begin(), items_.end(), [&](const Item& item) { return item.name == name; });
  }

 private:
  struct Item {
    std::string name;
    std::uint64_t size;
    std::optional<double> cost;
    double priority;
  };
  std::vector<Item>::iterator find(const std::string& name) {
    return std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.name == name; });
  }
  void use(Item& item) const {
    // The index keeps costs as floats.
    const double cost = item.cost ? static_cast<double>(static_cast<float>(*item.cost)) : 0;
    item.priority = inflation_ + cost / static_cast<double>(std::max<std::uint64_t>(item.size, 1));
  }

  std::vector<Item> items_;
  double inflation_ = 0;
};

std::string some_name(std::mt19937& random, unsigned most) {
  const auto number = static_cast<unsigned>(random() % most);
  return std::string(number * 7 % 200 + 1, static_cast<char>('a' + number % 26)) + "/" + std::to_string(number);
}

}  // namespace

TEST_CASE("index: does what a list does") {
  const auto policy = GENERATE(EvictionPolicy::least_recent, EvictionPolicy::cheapest);
  const TemporaryDirectory directory;
  const StoreClock clock;
  const Truth nothing;
  std::optional<LimitIndex> index;
  const auto open = [&] {
    index.reset();
    index.emplace(home_at(directory.path()), clock, nothing_stays, policy, files_of(nothing));
  };
  open();
  // As another process has it.
  LimitIndex other(home_at(directory.path()), clock, {}, {}, files_of(nothing));
  Model model;
  std::mt19937 random(20260101);
  for (int step = 0; step < 6000; ++step) {
    LimitIndex& chosen = random() % 3 == 0 ? other : *index;
    const std::string name = some_name(random, 900);
    INFO("step " << step << ", " << name);
    switch (random() % 8) {
      case 0:
        chosen.remove(name);
        model.remove(name);
        break;
      case 1:
        index->touch(name);
        index->flush_touches();
        model.touch(name);
        break;
      case 2: {
        const auto choice = chosen.next_victim("", 0);
        const bool by_cost = policy == EvictionPolicy::cheapest;
        REQUIRE((choice ? choice->name : "") == (by_cost ? model.cheapest("") : model.least_recent("")));
        if (!choice) break;
        REQUIRE_FALSE(chosen.used_since(*choice));
        chosen.evicted(*choice);
        REQUIRE(chosen.used_since(*choice));
        by_cost ? model.evict_cheapest(choice->name) : model.remove(choice->name);
        break;
      }
      default: {
        const std::uint64_t size = random() % 1000;
        const auto cost = random() % 2 == 0 ? std::optional<double>(random() % 100) : std::nullopt;
        chosen.put({name, size, cost});
        model.put(name, size, cost);
      }
    }
    REQUIRE(chosen.accessed(name).has_value() == model.has(name));
    if (step % 500 == 0) {
      REQUIRE(contents(chosen) == model.contents());
      open();
    }
  }
  CHECK(contents(*index) == model.contents());
  CHECK(other.items() == model.contents().size());
  CHECK(index->bytes() == model.bytes());
}

TEST_CASE("index: limits, and what they ask to go") {
  const TemporaryDirectory directory;
  FakeTime time;
  const StoreClock clock(time.sources());
  const Truth nothing;
  LimitIndex index(home_at(directory.path()), clock,
                   StoreLimits{.bytes = 100, .items = 3, .age = std::chrono::hours(1)}, {}, files_of(nothing));
  const auto next = [&](std::string_view item, std::uint64_t size) -> std::string {
    const auto choice = index.next_victim(item, size);
    return choice ? choice->name + ":" + std::string(name_of(choice->reason)) : "";
  };
  index.put({"a", 40});
  index.put({"b", 40});
  CHECK(next("c", 20) == "");
  CHECK(next("c", 21) == "a:bytes");
  CHECK(next("a", 60) == "");
  CHECK(next("a", 61) == "b:bytes");
  CHECK_ERROR(index.next_victim("c", 101), limit);
  index.put({"c", 1});
  CHECK(next("d", 1) == "a:items");
  CHECK(next("c", 1) == "");
  SECTION("a touch counts") {
    index.touch("a");
    CHECK(next("d", 1) == "b:items");
  }
  SECTION("what is too old goes, though there is room") {
    time.pass(std::chrono::hours(1) - std::chrono::nanoseconds(1));
    CHECK(next("c", 1) == "");
    index.touch("a");
    index.flush_touches();
    time.pass(std::chrono::nanoseconds(1));
    CHECK(next("c", 1) == "b:age");
    CHECK(next("b", 1) == "c:age");
  }
  SECTION("a system clock that jumps makes nothing old") {
    time.wall += GENERATE(std::chrono::hours(90'000), -std::chrono::hours(90'000));
    CHECK(next("", 0) == "");
    index.put({"c", 1});
    time.wall -= std::chrono::hours(50'000);
    CHECK(next("", 0) == "");
  }
  CHECK_ERROR(
      LimitIndex(home_at(directory.path()), clock,
                 StoreLimits{.bytes = {}, .items = {}, .age = std::chrono::nanoseconds(-1)}, {}, files_of(nothing)),
      usage);
}

TEST_CASE("index: limits are the store's, and outlive the index") {
  const TemporaryDirectory directory;
  const StoreClock clock;
  const Truth nothing;
  const StoreLimits limits{.bytes = 5, .items = 7, .age = std::chrono::seconds(9)};
  LimitIndex first(home_at(directory.path()), clock, limits, EvictionPolicy::cheapest, files_of(nothing));
  LimitIndex second(home_at(directory.path()), clock, {}, {}, files_of(nothing));
  CHECK(second.limits() == limits);
  CHECK(second.policy() == EvictionPolicy::cheapest);
  SECTION("who opens with others sets them for all") {
    LimitIndex third(home_at(directory.path()), clock, StoreLimits{.bytes = 1, .items = {}, .age = {}}, {},
                     files_of(nothing));
    CHECK(first.limits() == StoreLimits{.bytes = 1, .items = {}, .age = {}});
    CHECK(first.policy() == EvictionPolicy::cheapest);
    LimitIndex fourth(home_at(directory.path()), clock, {}, EvictionPolicy::least_recent, files_of(nothing));
    CHECK(first.policy() == EvictionPolicy::least_recent);
    CHECK(first.limits().bytes == 1);
  }
  SECTION("who finds .larder removed puts them back") {
    std::filesystem::remove_all(directory.path());
    first.put({"a", 1});
    CHECK(read_limits(home_at(directory.path())())->limits == limits);
    CHECK(contents(second) == std::vector<std::string>{"a:1"});
    CHECK(second.policy() == EvictionPolicy::cheapest);
  }
  SECTION("texts that are none are refused") {
    const auto text = GENERATE("", "larder limits 1\n", "larder limits 1\nbytes x\npolicy cheapest\n",
                               "larder limits 1\npolicy cheapest", "larder limits 1\npolicy best\n",
                               "larder limits 1\nage 9223372036854775808\npolicy cheapest\n", "bytes 1\n");
    std::ofstream(directory / "limits") << text;
    CHECK_ERROR(read_limits(home_at(directory.path())()), malformed);
    std::ofstream(directory / "limits") << "larder limits 2\n";
    CHECK_ERROR(read_limits(home_at(directory.path())()), unsupported);
  }
}

TEST_CASE("index: made from the files where it is missing, damaged or of another boot") {
  const TemporaryDirectory directory;
  FakeTime time;
  const StoreClock clock(time.sources());
  Truth truth;
  for (const auto* name : {"a", "b", "c", "d"}) truth[name] = {name, 10, 2.0, time.wall - std::chrono::hours(1)};
  {
    bool rebuilt = false;
    LimitIndex index(home_at(directory.path()), clock, nothing_stays, EvictionPolicy::least_recent, files_of(truth),
                     &rebuilt);
    CHECK(rebuilt);
    CHECK(contents(index) == std::vector<std::string>{"a:10", "b:10", "c:10", "d:10"});
    time.pass(std::chrono::seconds(1));
    index.put({"b", 10, 2.0});
    time.pass(std::chrono::seconds(1));
    index.touch("a");
  }
  truth.erase("c");
  truth["e"] = {"e", 3, {}, time.wall + std::chrono::hours(90'000)};  // a file of the future was used now
  truth["f"] = {"f", 4, {}, time.wall - std::chrono::hours(2)};
  const std::vector<std::string> expected = {"f:4", "d:10", "b:10", "a:10", "e:3"};
  const auto open = [&] {
    bool rebuilt = false;
    LimitIndex index(home_at(directory.path()), clock, {}, {}, files_of(truth), &rebuilt);
    CHECK(rebuilt);
    return contents(index);
  };
  SECTION("another boot: what it knows of accesses is kept") {
    time.boot = "66666666-7777-8888-9999-000000000000";
    time.since_boot = std::chrono::seconds(1);
    time.pass(std::chrono::seconds(1));
    CHECK(open() == expected);
  }
  SECTION("asked for") {
    time.pass(std::chrono::seconds(1));
    LimitIndex index(home_at(directory.path()), clock, {}, {}, files_of(truth));
    CHECK(index.items() == 4);
    CHECK(index.rebuild() == 5);
    CHECK(contents(index) == expected);
    CHECK(taken_apart(index) == expected);
  }
  SECTION("missing") {
    std::filesystem::remove(directory / "index");
    CHECK(open() == std::vector<std::string>{"f:4", "a:10", "b:10", "d:10", "e:3"});
  }
  SECTION("cut short") {
    std::filesystem::resize_file(directory / "index", GENERATE(0U, 100U, 4096U, 8192U));
    CHECK(open().size() == 5);
  }
}

// Whatever bytes are wrong: an answer, or the index made anew. Sanitizers look on.
TEST_CASE("index: any damage is survived") {
  const TemporaryDirectory directory;
  const StoreClock clock;
  Truth truth;
  for (int i = 0; i < 40; ++i) truth["item " + std::to_string(i)] = {"item " + std::to_string(i), 5, 1.0};
  { LimitIndex index(home_at(directory.path()), clock, nothing_stays, EvictionPolicy::cheapest, files_of(truth)); }
  std::stringstream whole;
  whole << std::ifstream(directory / "index").rdbuf();
  std::mt19937 random(20260101);
  for (int attempt = 0; attempt < 300; ++attempt) {
    std::string bytes = whole.str();
    // Header, slots, table, heap and names of an index with 296 slots and 1024 buckets.
    const std::size_t slots = 4096, table = slots + 296 * 64, heap = table + 1024 * 4, names = heap + 296 * 4;
    const std::size_t regions[] = {0, slots, table + random() % 3700, heap, names};
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = regions[random() % 5] + random() % 400;
      bytes[at % bytes.size()] = static_cast<char>(random() % 4 == 0 ? 0xFF : random());
    }
    std::ofstream(directory / "index", std::ios::binary) << bytes;
    LimitIndex index(home_at(directory.path()), clock, {}, {}, files_of(truth));
    index.put({"item 3", 7});
    index.touch("item 4");
    index.remove("item 5");
    index.put({"new", 1});
    for (int i = 0; i < 20; ++i) {
      const auto choice = index.next_victim("", 0);
      if (choice) index.evicted(*choice);
    }
    CHECK(index.items() < 1000);
  }
}

TEST_CASE("index: names that come and go take no room for ever") {
  const TemporaryDirectory directory;
  const StoreClock clock;
  const Truth nothing;
  LimitIndex index(home_at(directory.path()), clock, StoreLimits{.bytes = {}, .items = 50, .age = {}}, {},
                   files_of(nothing));
  for (int i = 0; i < 5000; ++i) {
    const std::string name = std::string(static_cast<std::size_t>(i * 37 % 1000), 'x') + std::to_string(i);
    while (const auto choice = index.next_victim(name, 1)) index.evicted(*choice);
    index.put({name, 1});
  }
  CHECK(index.items() == 50);
  CHECK(std::filesystem::file_size(directory / "index") < 400'000);
  CHECK_ERROR(index.put({std::string(1025, 'x'), 1}), usage);
}

TEST_CASE("index: 8 processes at once lose nothing") {
  const TemporaryDirectory directory;
  const StoreClock clock;
  const Truth nothing;
  LimitIndex index(home_at(directory.path()), clock, no_limits, {}, files_of(nothing));
  std::vector<pid_t> children;
  for (int child = 0; child < 8; ++child) {
    const pid_t process = ::fork();
    REQUIRE(process >= 0);
    if (process == 0) {
      try {
        for (int i = 0; i < 400; ++i) {
          const std::string name = std::to_string(child) + "/" + std::to_string(i);
          index.put({name, 3});
          index.put({"all", static_cast<std::uint64_t>(i)});
          if (i % 4 == 0) index.remove(name);
          if (i % 4 == 1) index.touch(name);
        }
        index.flush_touches();
        ::_exit(0);
      } catch (...) {
        ::_exit(1);
      }
    }
    children.push_back(process);
  }
  for (const pid_t process : children) {
    int status = 0;
    REQUIRE(::waitpid(process, &status, 0) == process);
    CHECK(status == 0);
  }
  CHECK(index.items() == 8 * 300 + 1);
  CHECK(index.bytes() == 8 * 300 * 3 + 399);
  CHECK(contents(index).size() == 8 * 300 + 1);
}

TEST_CASE("index: a million items [huge]", "[huge]") {
  const TemporaryDirectory directory;
  const StoreClock clock;
  const Truth nothing;
  const auto policy = GENERATE(EvictionPolicy::least_recent, EvictionPolicy::cheapest);
  LimitIndex index(home_at(directory.path()), clock, StoreLimits{.bytes = {}, .items = 1'000'000, .age = {}}, policy,
                   files_of(nothing));
  for (int i = 0; i < 1'010'000; ++i) {
    const std::string name = "module/function/" + std::to_string(i);
    while (const auto choice = index.next_victim(name, 10)) index.evicted(*choice);
    index.put({name, 10, 1.0});
  }
  CHECK(index.items() == 1'000'000);
  CHECK(index.bytes() == 10'000'000);
  const auto items = index.in_order();
  REQUIRE(items.size() == 1'000'000);
  CHECK(items.front().name == "module/function/10000");
  CHECK(items.back().name == "module/function/1009999");
}

}  // namespace larder::internal::testing
