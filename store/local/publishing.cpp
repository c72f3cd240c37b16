#include "store/local/publishing.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>

#include <larder/joblib_memory.h>

#include "base/checksum.h"
#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"
#include "store/key.h"
#include "store/local/place.h"
#include "store/local/seal.h"

namespace larder::internal {

namespace {

// How often a directory may be pruned between being made and being renamed into.
constexpr int most_attempts = 16;
constexpr std::size_t most_gathered = 64 * 1024;

// Small pieces are gathered; a value that is known to be small takes no more than it has.
std::size_t buffer_size(const PutOptions& options) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(options.size.value_or(most_gathered), most_gathered));
}

// Times that no other value of this process has: what tells two values without a seal apart.
timespec unique_time() {
  static std::atomic<std::int64_t> last = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t wanted = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  std::int64_t before = last.load(std::memory_order_relaxed);
  while (!last.compare_exchange_weak(before, std::max(wanted, before + 1), std::memory_order_relaxed)) {
  }
  const std::int64_t time = std::max(wanted, before + 1);
  return {time / 1'000'000'000, time % 1'000'000'000};
}

class PublishingWriter final : public Writer {
 public:
  PublishingWriter(std::shared_ptr<Home> home, std::shared_ptr<Session> session, std::string key, PutOptions options)
      : Writer(0, buffer_size(options)),
        home_(std::move(home)),
        session_(std::move(session)),
        key_(std::move(key)),
        item_(item_name(key_)),
        options_(std::move(options)),
        id_(session_->next_id()),
        file_(session_->temporaries(), session_->temporary_name(id_), home_->directories().name_of(key_)) {
    if (home_->options().checksums) sum_.emplace();
  }
  // A forked child's copy is not the writer of this file.
  ~PublishingWriter() override {
    if (session_->process() != ::getpid()) file_.forget();
  }

 private:
  void do_write(Bytes bytes) override {
    if (sum_) sum_->add(bytes);
    write_all(file_.descriptor(), bytes, file_.target());
  }

  void do_finish() override {
    Stat stat = complete();
    make_room_for_it();
    publish();
    if (options_.published != nullptr) *options_.published = std::move(stat);  // which cannot fail any more
  }

  std::string do_name() const override { return file_.target(); }

  // Steps 3 and 4.
  Stat complete() {
    std::optional<Seal> seal;
    if (sum_) {
      seal = Seal{position(), sum_->value(), id_, place_of(key_), std::nullopt, options_.metadata};
      if (options_.cost) seal->cost = static_cast<float>(*options_.cost);
      attach(file_.descriptor(), *seal, file_.target());
    } else {
      const timespec times[2] = {unique_time(), unique_time()};
      if (retried([&] { return ::futimens(file_.descriptor(), times); }) != 0)
        fail_os(errno, "set the times of", file_.target());
    }
    Stat stat;
    if (options_.published != nullptr) stat = stat_of(status_of(file_.descriptor(), file_.target()), seal);
    file_.complete(home_->options().sync);
    return stat;
  }

  // Step 4. Nothing goes for a put whose condition fails already.
  void make_room_for_it() {
    if (home_->limiting().index() == nullptr) return;
    if (options_.condition == Condition::match) require_match();
    if (options_.condition == Condition::absent && home_->directories().open_value(key_)) fail_present();
    make_room(*home_, item_, size_with(*home_, item_, key_, position()));
    mark_.emplace(*home_, item_);
  }

  [[noreturn]] void fail_present() const {
    fail(ErrorKind::conflict, file_.target(), ": there is a value, or there are keys below it, already");
  }

  // Steps 5 to 7.
  void publish() {
    const Directories& directories = home_->directories();
    const Sync sync = home_->options().sync;
    for (int attempt = 1; attempt <= most_attempts; ++attempt) {
      if (const auto place = rename_under_lock()) {
        mark_.reset();
        if (sync == Sync::full) sync_directory(place->directory(), file_.target());
        return;
      }
      directories.make(parent_of(key_), sync);
    }
    fail(ErrorKind::io, "cannot publish ", file_.target(), ": its directory was removed ", most_attempts, " times");
  }

  // Nothing where the directory is not there (any more).
  std::optional<Place> rename_under_lock() {
    const SharedLock::Holder held(home_->publish_lock(item_));
    auto place = find_place(home_->directories(), key_);
    if (!place) return std::nullopt;
    if (options_.condition == Condition::match) require_match();
    if (!rename_into(*place)) return std::nullopt;
    home_->limiting().tell(item_);
    return place;
  }

  void require_match() const {
    const auto present = look_at(home_->directories(), key_);
    if (!present) fail(ErrorKind::conflict, file_.target(), ": the value that was to be replaced is gone");
    if (present->etag == options_.etag) return;
    fail(ErrorKind::conflict, file_.target(), ": another value stands there, its etag is ", present->etag, ", not ",
         internal::quoted(options_.etag));
  }

  // False where it is worth another try.
  bool rename_into(const Place& place) {
    const Existing existing = options_.condition == Condition::absent ? Existing::keep : Existing::replace;
    try {
      if (file_.rename_into(place.directory(), place.name, existing)) return true;
    } catch (const Error& error) {
      if (error.os_error() == ENOENT) return was_renamed_or_pruned();
      if (error.os_error() != EISDIR) throw;
    }
    if (is_ours()) return true;
    if (home_->directories().remove_hollow(key_)) return false;
    fail_present();
  }

  bool was_renamed_or_pruned() {
    if (file_.is_there()) return false;  // so the directory is not
    if (is_ours()) return true;
    home_->give_up(session_);
    fail(ErrorKind::io, "cannot publish ", file_.target(), ": somebody removed its temporary file, .larder perhaps");
  }

  // A rename that a server repeats (NFS does) fails though it was done: what stands there tells.
  bool is_ours() {
    const auto value = home_->directories().open_value(key_);
    if (!value) return false;
    const auto seal = intact_seal(value->file.number(), file_.target());
    if (!seal || seal->id != id_) return false;
    file_.forget();
    return true;
  }

  std::shared_ptr<Home> home_;
  std::shared_ptr<Session> session_;
  std::string key_;
  std::string item_;
  PutOptions options_;
  WriteId id_;
  TemporaryFile file_;
  std::optional<Xxh3> sum_;
  std::optional<BeingChanged> mark_;
};

}  // namespace

std::unique_ptr<Writer> publishing_writer(const std::shared_ptr<Home>& home, const std::string& key,
                                          const PutOptions& options) {
  auto session = home->session();
  try {
    return std::make_unique<PublishingWriter>(home, session, key, options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
  }
  // tmp/ was removed: with .larder, by joblib's Memory.clear for example.
  home->give_up(session);
  return std::make_unique<PublishingWriter>(home, home->session(), key, options);
}

}  // namespace larder::internal
