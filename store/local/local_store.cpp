#include <larder/local_store.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>

#include <larder/joblib_memory.h>

#include "base/text.h"
#include "io/retried.h"
#include "store/local/flight.h"
#include "store/local/home.h"
#include "store/local/layout.h"
#include "store/local/opening.h"
#include "store/local/place.h"
#include "store/local/publishing.h"
#include "store/local/records.h"
#include "store/local/seal.h"
#include "store/local/value_reader.h"
#include "store/local/walk.h"

namespace larder {

namespace {

using internal::Home;

Capabilities capabilities_of(const Home& home) {
  const LocalOptions& options = home.options();
  Capabilities can;
  can.reads = can.many = can.snapshots = can.lists = can.mappable = true;
  can.checksums = options.checksums;
  if (options.read_only) return can;
  can.writes = can.replaces = can.discards = can.removes = true;
  can.puts_if_absent = home.can_keep_existing();
  can.puts_if_match = can.renames_atomically = can.touches = can.sets_aside = can.leases = true;
  can.keeps_metadata = options.checksums;
  can.durable = options.sync == Sync::full;
  return can;
}

// errno, or 0.
int touch_file(int descriptor) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(now - seconds);
  const timespec times[2] = {{seconds.count(), rest.count()}, {0, UTIME_OMIT}};
  return internal::retried([&] { return ::futimens(descriptor, times); }) == 0 ? 0 : errno;
}

class LocalStore final : public Store {
 public:
  explicit LocalStore(std::shared_ptr<Home> home) : Store(capabilities_of(*home)), home_(std::move(home)) {}

 private:
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto value = home_->directories().open_value(key);
    if (!value) return std::nullopt;
    std::string name = home_->directories().name_of(key);
    Stat stat = checked_stat(key, *value, options, name);
    // Somebody else's file may be read and not touched: then it does not count.
    if (options.touch && capabilities().touches) {
      static_cast<void>(touch_file(value->file.number()));
      if (internal::LimitIndex* const index = home_->limiting().known_index()) index->touch(item_name(key));
    }
    const ByteRange part = range_within(options.range, stat.size, name);
    auto reader = internal::value_reader(std::move(value->file), stat.size, std::move(name));
    if (part.size != stat.size) reader = slice_reader(std::move(reader), part.offset, part.size);
    return Found{std::move(stat), std::move(reader)};
  }

  // Sets the value aside and throws where it is damaged; with options.verify also where it lies in a wrong place.
  Stat checked_stat(const std::string& key, const internal::OpenValue& value, const GetOptions& options,
                    const std::string& name) {
    std::optional<internal::Seal> seal;
    try {
      seal = internal::seal_of(value.file.number(), name);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::checksum) throw;
      refuse(key, internal::stat_of(value.status, std::nullopt).etag, "its seal is damaged", options);
    }
    Stat stat = internal::stat_of(value.status, seal);
    if (seal && seal->size != stat.size) {
      refuse(key, stat.etag, internal::join(stat.size, " bytes are there, ", seal->size, " were put"), options);
    }
    if (options.verify && seal && !internal::is_in_its_place(value.file.number(), *seal, key, name)) {
      refuse(key, stat.etag, "these bytes were put under another key", options);
    }
    return stat;
  }

  [[noreturn]] void refuse(const std::string& key, const std::string& etag, const std::string& why,
                           const GetOptions& options) {
    const bool is_aside = options.set_aside && capabilities().sets_aside && do_set_aside(key, etag, why);
    internal::fail(ErrorKind::checksum, name(key), ": ", why, is_aside ? "; the value was set aside" : "");
  }

  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return internal::publishing_writer(home_, key, options);
  }

  std::optional<Stat> do_stat(const std::string& key) override {
    auto stat = look_at(home_->directories(), key);
    if (!stat) return stat;
    if (const auto accessed = last_access(item_name(key))) stat->accessed = accessed;
    return stat;
  }

  // As the index has it; nothing without limits.
  std::optional<StoreTime> last_access(std::string_view item) const {
    internal::LimitIndex* const index = home_->limiting().known_index();
    return index == nullptr ? std::nullopt : index->accessed(item);
  }

  bool do_remove(const std::string& key) override { return internal::remove_value(*home_, key); }

  std::unique_ptr<Listing> do_list(const ListOptions& options) override {
    return internal::walk({home_, &home_->directories()}, options, [home = home_](std::string_view item) {
      internal::LimitIndex* const index = home->limiting().known_index();
      return index == nullptr ? std::nullopt : index->accessed(item);
    });
  }

  bool do_move(const std::string& from, const std::string& to) override {
    return internal::move_value(*home_, from, to);
  }

  bool do_touch(const std::string& key) override {
    const auto value = home_->directories().open_value(key);
    if (!value) return false;
    const int code = touch_file(value->file.number());
    if (code != 0) internal::fail_os(code, "touch", name(key));
    if (internal::LimitIndex* const index = home_->limiting().known_index()) {
      index->touch(item_name(key));
      index->flush_touches();
    }
    return true;
  }

  std::unique_ptr<Lease> do_lease(const std::string& key, std::optional<std::chrono::milliseconds> patience) override {
    return internal::wait_for_flight([this] { return home_->internal_directory(internal::layout::flights); }, key,
                                     patience);
  }

  bool do_set_aside(const std::string& key, const std::string& etag, std::string_view why) override {
    return internal::set_value_aside(*home_, key, etag, why);
  }

  StoreRecords* do_records() override { return records_.get(); }

  std::string do_name() const override { return home_->directories().name(); }

  std::shared_ptr<Home> home_;
  std::unique_ptr<StoreRecords> records_ = internal::local_records(home_);
};

}  // namespace

std::unique_ptr<Store> local_store(const Path& root, const LocalOptions& options, Recovery* recovery) {
  Recovery found;
  auto home = std::make_shared<Home>(internal::open_root(root, options), options, found);
  if (options.gitignore && !options.read_only) internal::put_gitignore(root);
  if (recovery != nullptr) *recovery = found;
  return std::make_unique<LocalStore>(std::move(home));
}

}  // namespace larder
