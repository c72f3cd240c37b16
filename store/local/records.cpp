#include "store/local/records.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/quantity.h"
#include "base/text.h"
#include "store/local/deletion.h"
#include "store/local/entries.h"
#include "store/local/kept_limits.h"
#include "store/local/layout.h"
#include "store/local/limiting.h"
#include "store/local/place.h"
#include "store/local/publishing.h"
#include "store/local/walk.h"

namespace larder::internal {

namespace {

constexpr std::size_t most_to_read = 16 * 1024;  // of a reason: a key and a line

std::string damaged_directory() { return join(layout::home, '/', layout::damaged); }

// "<ns> <key>\n<reason>\n" of the file "why"; nothing where that is not what it says.
std::optional<SetAside> parse_reason(std::string_view text) {
  SetAside value;
  std::int64_t when = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, when);
  if (error != std::errc() || stopped == end || *stopped != ' ') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stopped - text.data()) + 1);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return std::nullopt;
  value.when = StoreTime(std::chrono::nanoseconds(when));
  value.key = text.substr(0, line);
  text.remove_prefix(line + 1);
  value.why = text.substr(0, text.find('\n'));
  return value;
}

std::string read_text(const Descriptor& file, const std::string& name) {
  std::string text(most_to_read, '\0');
  text.resize(read_all_at(file.number(), 0, std::as_writable_bytes(std::span(text)), name));
  return text;
}

// Nothing for what is half-made, or is on its way out.
std::optional<SetAside> look_at_set_aside(const Directories& directories, const std::string& name) {
  const std::string path = join(damaged_directory(), '/', name);
  const auto value = directories.open_value(join(path, "/value"));
  const auto why = directories.open_value(join(path, "/why"));
  if (!value || !why) return std::nullopt;
  auto found = parse_reason(read_text(why->file, directories.name_of(join(path, "/why"))));
  if (!found) return std::nullopt;
  found->name = name;
  found->size = static_cast<std::uint64_t>(value->status.st_size);
  return found;
}

class LocalRecords final : public StoreRecords {
 public:
  explicit LocalRecords(std::shared_ptr<Home> home) : home_(std::move(home)) {}

  Explanation explain(std::string_view key) override {
    require_key(key);
    Explanation explanation;
    explanation.stat = look_at(home_->directories(), key);
    if (!explanation.stat) return home_->history().find(key);
    explanation.state = Explanation::State::present;
    return explanation;
  }

  std::vector<SetAside> set_aside_values() override {
    const Directories& directories = home_->directories();
    auto damaged = directories.find(damaged_directory());
    if (!damaged) return {};
    std::vector<SetAside> values;
    DirectoryEntries entries(std::move(*damaged), directories.name_of(damaged_directory()));
    while (const auto entry = entries.next()) {
      if (entry->kind != EntryKind::directory) continue;
      if (auto value = look_at_set_aside(directories, entry->name)) values.push_back(std::move(*value));
    }
    std::sort(values.begin(), values.end(), [](const SetAside& a, const SetAside& b) {
      return a.when != b.when ? a.when < b.when : a.name < b.name;
    });
    return values;
  }

  void discard(std::string_view name) override {
    const Directories& directories = home_->directories();
    const auto damaged = directories.find(damaged_directory());
    const bool is_name = name.starts_with("d-") && name.find_first_of(std::string_view("/\0", 2)) == name.npos;
    if (!damaged || !is_name || !directories.find(join(damaged_directory(), '/', name)))
      fail(ErrorKind::not_found, directories.name(), ": no value ", internal::quoted(name), " was set aside");
    delete_tree(*damaged, std::string(name));
  }

  std::uint64_t count_foreign() override { return internal::count_foreign(home_->directories()); }

  bool evict(const EvictionItem& item, EvictionReason reason) override {
    return evict_item(*home_, item.name, reason, size_text(item.size), [&] {
      if (LimitIndex* const index = home_->limiting().index()) return index->accessed(item.name) > item.accessed;
      const auto present = look_at_item(home_->directories(), item.name);
      return present && present->accessed > item.accessed;
    });
  }

  StoreTime now() override {
    LimitIndex* const index = home_->limiting().known_index();
    return index == nullptr ? std::chrono::system_clock::now() : index->now();
  }

  StoreLimits limits() override { return kept_limits().limits; }
  EvictionPolicy policy() override { return kept_limits().policy; }

  std::vector<Evicted> enforce() override {
    std::vector<Evicted> evicted;
    make_room(*home_, "", 0, [&](const Evicted& one) { evicted.push_back(one); });
    return evicted;
  }

  std::uint64_t rebuild() override {
    if (LimitIndex* const index = home_->limiting().index()) return index->rebuild();
    std::uint64_t items = 0;
    for_each_item(home_->directories(), [&](const IndexedItem&) { ++items; });
    return items;
  }

 private:
  // As they stand in the store, whether it is open for writing or not.
  KeptLimits kept_limits() const {
    const auto home = home_->directories().find(layout::home);
    return home ? read_limits(*home).value_or(KeptLimits{}) : KeptLimits{};
  }

  std::shared_ptr<Home> home_;
};

}  // namespace

std::unique_ptr<StoreRecords> local_records(std::shared_ptr<Home> home) {
  return std::make_unique<LocalRecords>(std::move(home));
}

}  // namespace larder::internal
