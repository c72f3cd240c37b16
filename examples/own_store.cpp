// A store of one's own: five functions, tried by the suite that larder tries its own stores with.
//
// The values are rows of a table. Here the table is a std::map with a mutex; put your database, archive or device in
// its stead.
#include <larder/larder.h>
#include <larder/plugin/store_conformance.h>

#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

using larder::Bytes;
using larder::Entry;
using larder::Found;
using larder::Stat;

struct Row {
  std::shared_ptr<const std::vector<std::byte>> bytes;  // shared with those who read them
  Stat stat;
};

// Outlives the store for as long as somebody writes into it.
struct Table {
  std::mutex mutex;
  std::map<std::string, Row> rows;
  std::uint64_t puts = 0;

  // The one moment at which others see a value.
  Stat publish(const std::string& key, std::vector<std::byte> bytes) {
    const std::lock_guard lock(mutex);
    Row row;
    row.stat.size = bytes.size();
    row.stat.modified = std::chrono::system_clock::now();
    row.stat.etag = std::to_string(++puts);
    row.bytes = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    return (rows[key] = std::move(row)).stat;
  }
};

// Gathers a value and publishes it at the end. One that is dropped before leaves nothing.
class RowWriter final : public larder::Writer {
 public:
  RowWriter(std::shared_ptr<Table> table, std::string key, Stat* published)
      : table_(std::move(table)), key_(std::move(key)), published_(published) {}

 private:
  void do_write(Bytes bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void do_finish() override {
    const Stat stat = table_->publish(key_, std::move(bytes_));
    if (published_ != nullptr) *published_ = stat;
  }
  std::string do_name() const override { return "table:" + key_; }

  std::shared_ptr<Table> table_;
  std::string key_;
  Stat* published_;
  std::vector<std::byte> bytes_;
};

class TableStore final : public larder::Store {
 public:
  // What is not said here is refused by larder::Store: nobody asks for it below.
  TableStore()
      : Store({.reads = true,
               .writes = true,
               .many = true,
               .replaces = true,
               .snapshots = true,
               .discards = true,
               .removes = true,
               .lists = true,
               .nests = true}) {}

 private:
  std::optional<Found> do_get(const std::string& key, const larder::GetOptions& options) override {
    const std::lock_guard lock(table_->mutex);
    const auto at = table_->rows.find(key);
    if (at == table_->rows.end()) return std::nullopt;
    const Row& row = at->second;
    const auto part = larder::range_within(options.range, row.stat.size, name(key));
    const Bytes bytes = Bytes(*row.bytes).subspan(part.offset, part.size);
    return Found{row.stat, larder::memory_reader(larder::Region::adopt(row.bytes, bytes), name(key))};
  }

  std::unique_ptr<larder::Writer> do_put(const std::string& key, const larder::PutOptions& options) override {
    return std::make_unique<RowWriter>(table_, key, options.published);
  }

  std::optional<Stat> do_stat(const std::string& key) override {
    const std::lock_guard lock(table_->mutex);
    const auto at = table_->rows.find(key);
    return at == table_->rows.end() ? std::nullopt : std::optional(at->second.stat);
  }

  bool do_remove(const std::string& key) override {
    const std::lock_guard lock(table_->mutex);
    return table_->rows.erase(key) == 1;
  }

  std::unique_ptr<larder::Listing> do_list(const larder::ListOptions& options) override {
    const std::lock_guard lock(table_->mutex);
    std::vector<Entry> entries;
    for (auto at = table_->rows.lower_bound(options.prefix); at != table_->rows.end(); ++at) {
      if (!at->first.starts_with(options.prefix)) break;
      entries.push_back({at->first, options.details ? std::optional(at->second.stat) : std::nullopt});
    }
    return larder::listing_of(std::move(entries));
  }

  std::string do_name() const override { return "table:"; }

  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

// What works on any store works on this one: arrays and models, compressed, computed once.
void use(larder::Store& store) {
  larder::Document model;
  larder::dump(model.str("a model"), store, "models/forest.joblib", {.compress = {"zlib", 3}});
  std::printf("models/forest.joblib has %llu bytes\n",
              static_cast<unsigned long long>(store.stat("models/forest.joblib")->size));

  const auto found = store.get_or_compute("results/answer", [](larder::Writer& out) {
    out.write(larder::as_bytes("took seven and a half million years"));
  });
  std::printf("results/answer has %llu bytes\n", static_cast<unsigned long long>(found.stat.size));

  for (const Entry& entry : store.list({.prefix = "models/"})->next()) std::printf("listed: %s\n", entry.key.c_str());
}

}  // namespace

int main() {
  try {
    TableStore store;
    use(store);
  } catch (const larder::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  const auto problems = larder::store_problems({.make = [] { return std::make_unique<TableStore>(); }});
  for (const std::string& problem : problems) std::fprintf(stderr, "lacks: %s\n", problem.c_str());
  std::printf("%zu behaviours tried, %zu are missing\n", larder::store_behaviours().size(), problems.size());
  return problems.empty() ? 0 : 1;
}
