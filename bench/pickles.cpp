// Load, first use, dump and freeing of the objects that pickles.py makes, and of dicts with chosen keys.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <larder/dump.h>
#include <larder/load.h>

#include "benchmarks.h"
#include "sample.h"
#include "scratch.h"
#include "timing.h"

namespace larder::bench {

namespace {

constexpr std::uint64_t memory = 256 * mebibyte;  // more than any of these objects takes
constexpr int repetitions = 5;
constexpr std::size_t key_count = 1'000'000;

void add(const std::string& name, std::function<void(benchmark::State&)> run) {
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->UseManualTime()
      ->Iterations(repetitions)
      ->Unit(benchmark::kMillisecond);
}

std::unique_ptr<Document> loaded(const Path& path) { return std::make_unique<Document>(load(path)); }

// Values that the document holds: the root, and those inside of it, each once.
std::size_t nodes_of(Value dict) { return 1 + 2 * dict.size(); }

void add_load(const std::string& name, const Path& path, MapMode mode) {
  add(name, [path, mode](benchmark::State& state) {
    measure(
        state, memory, [] {}, [&] { return load(path, {.mmap_mode = mode}); });
  });
}

void add_object(const std::string& file, const Path& path) {
  add_load("object_load/" + file + "/larder", path, MapMode::none);
  add_load("object_load/" + file + "/larder_mapped", path, MapMode::read);
  add("object_dump/" + file + "/larder", [path](benchmark::State& state) {
    const Scratch scratch;
    const Path target = scratch.path() / path.filename();
    std::unique_ptr<Document> document;
    measure(
        state, memory,
        [&] {
          document = loaded(path);  // as it came: the dump does what a first use does
          std::filesystem::remove(target);
        },
        [&] { return dump(document->root(), target, {.file = {.sync = Sync::none}}).size(); });
  });
}

void add_dict(const std::string& file, const Path& path) {
  add("object_first_find/" + file + "/larder", [path](benchmark::State& state) {
    std::unique_ptr<Document> document;
    measure(
        state, memory, [&] { document = loaded(path); }, [&] { return document->root().find("no such key"); });
  });
  add("object_free/" + file + "/larder", [path](benchmark::State& state) {
    std::unique_ptr<Document> document;
    std::size_t nodes = 0;
    measure(
        state, memory,
        [&] {
          document = loaded(path);
          nodes = nodes_of(document->root());
        },
        [&] {
          document.reset();
          return 0;
        });
    state.counters["nodes"] = static_cast<double>(nodes);
  });
}

// A pickle of a dict with these keys.
Region pickle_of(const std::function<std::int64_t(std::uint64_t)>& key) {
  Document document;
  const Value dict = document.dict();
  for (std::uint64_t i = 0; i < key_count; ++i) document.insert(dict, Value::integer(key(i)), Value::integer(1));
  if (dict.size() != key_count) throw std::runtime_error("some keys are equal");
  return dumps(dict);
}

// Loads the dict and finds each of its keys.
void add_keys(const std::string& name, std::function<std::int64_t(std::uint64_t)> key) {
  add("object_keys/" + name + "/larder", [key](benchmark::State& state) {
    const Region pickle = pickle_of(key);
    std::vector<std::int64_t> keys;
    for (std::uint64_t i = 0; i < key_count; ++i) keys.push_back(key(i));
    measure(
        state, memory, [] {},
        [&] {
          Document document = loads(pickle.bytes());
          std::size_t found = 0;
          for (const std::int64_t each : keys) found += document.root().find(Value::integer(each)).has_value() ? 1 : 0;
          if (found != key_count) throw std::runtime_error("a key is not found");
          return document;
        });
  });
}

// The i-th of numbers that look random: a bijection, so that no two are equal.
std::int64_t scattered(std::uint64_t i) {
  for (int round = 0; round < 3; ++round) {
    i *= 0xbf58476d1ce4e5b9;
    i ^= i >> 29;
  }
  return static_cast<std::int64_t>(i);
}

}  // namespace

void register_pickles() {
  add_keys("random", scattered);
  for (const std::uint64_t step : {std::uint64_t{85229}, (std::uint64_t{1} << 61) - 1, std::uint64_t{1} << 32})
    add_keys("multiples of " + std::to_string(step),
             [step](std::uint64_t i) { return static_cast<std::int64_t>(i * step); });
  const char* const folder = std::getenv("LARDER_PICKLES");
  if (folder == nullptr) return;
  for (const std::string file : {"dict.joblib", "dict.pickle", "forest.joblib", "forest.pickle"})
    add_object(file, Path(folder) / file);
  for (const std::string file : {"dict.joblib", "dict.pickle"}) add_dict(file, Path(folder) / file);
}

}  // namespace larder::bench
