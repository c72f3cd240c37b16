// A store as the cache of a program: results are computed once among all processes, are found compressed or mapped, are
// kept below a limit, and what became of them can be asked for.
//
//   store_in_cpp [DIRECTORY]
#include <larder/larder.h>

#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

namespace {

using larder::Document;
using larder::Store;

// What takes long: here a table of squares.
Document table(std::size_t rows) {
  std::vector<double> numbers(rows * 1000);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  for (double& number : numbers) number *= number;
  Document document;
  document.set_root(document.array(larder::Array::copy_of<double>(numbers, {rows, 1000})));
  return document;
}

// The key says how it is kept: .npy is plain and can be mapped, .joblib.zst is compressed.
double last_of(Store& store, const std::string& key, std::size_t rows, int& computed) {
  const Document document =
      larder::get_or_compute(store, key,
                             [&] {
                               ++computed;
                               return table(rows);
                             },
                             {.mmap_mode = key.ends_with(".npy") ? larder::MapMode::read : larder::MapMode::none});
  return document.root().as_array().data<double>().back();
}

// A lock that outlives nobody: the first process to put the key has the job.
bool claim(Store& store, const std::string& job, const std::string& who) {
  return store.put_if_absent("jobs/" + job, larder::as_bytes(who)).has_value();
}

const char* text_of(larder::Explanation::State state) {
  using enum larder::Explanation::State;
  switch (state) {
    case present:
      return "present";
    case evicted:
      return "evicted";
    case damaged:
      return "damaged";
    case removed:
      return "removed";
    case never_there:
      return "never there";
    case unknown:
      break;
  }
  return "not there";
}

}  // namespace

int main(int argc, char** argv) {
  // Sync::none: a cache may lose its last results in a power cut, but never shows torn ones.
  const auto store = larder::local_store(argc > 1 ? argv[1] : "cache", {.sync = larder::Sync::none});

  int computed = 0;
  for (int round = 0; round < 2; ++round) {
    std::printf("%.0f", last_of(*store, "squares/100.npy", 100, computed));
    std::printf(" %.0f\n", last_of(*store, "squares/200.joblib.zst", 200, computed));
  }
  std::printf("asked 4 times, computed %d times\n", computed);
  const bool mine = claim(*store, "nightly", "process 1");
  const bool yours = claim(*store, "nightly", "process 2");

  // More than is to stay: what was not used for the longest time goes, but not what was touched.
  for (const std::size_t rows : {400U, 500U, 600U})
    last_of(*store, "squares/" + std::to_string(rows) + ".npy", rows, computed);
  store->touch("jobs/nightly");
  for (const auto& gone : larder::evict(*store, {.bytes = larder::parse_size("10M")}))
    std::printf("%s went, %llu bytes\n", gone.name.c_str(), static_cast<unsigned long long>(gone.size));
  const larder::Explanation why = store->records()->explain("squares/400.npy");
  std::printf("squares/400.npy: %s %s\n", text_of(why.state), why.details.c_str());
  std::printf("%llu bytes are there\n", static_cast<unsigned long long>(larder::take_census(*store).bytes));

  store->remove("jobs/nightly");
  const bool evicted = why.state != larder::Explanation::State::present;
  return mine && !yours && evicted && store->exists("squares/600.npy") ? 0 : 1;
}
