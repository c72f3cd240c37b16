// Store::lease and Store::get_or_compute: who computes, who waits.
#include <larder/store.h>

#include "base/text.h"
#include "store/key.h"
#include "store/waiting.h"

namespace larder {

namespace {

using internal::KeyQueue;

// Among the threads of this process, and then, where the store can, among processes.
class HeldKey final : public Lease {
 public:
  HeldKey(std::shared_ptr<KeyQueue> queue, std::string key) : queue_(std::move(queue)), key_(std::move(key)) {}
  ~HeldKey() override {
    among_processes_.reset();
    if (taken_) queue_->release(key_);
  }

  bool take(std::optional<KeyQueue::Clock::time_point> deadline) { return taken_ = queue_->take(key_, deadline); }
  void hold(std::unique_ptr<Lease> among_processes) { among_processes_ = std::move(among_processes); }

 private:
  std::shared_ptr<KeyQueue> queue_;
  std::string key_;
  bool taken_ = false;
  std::unique_ptr<Lease> among_processes_;
};

using Patience = std::optional<std::chrono::milliseconds>;
using Deadline = std::optional<KeyQueue::Clock::time_point>;

Deadline deadline_after(Patience patience) {
  constexpr std::chrono::hours for_ever{24 * 365 * 10};  // and a clock would overflow somewhere behind it
  if (!patience || *patience > for_ever) return std::nullopt;
  return KeyQueue::Clock::now() + *patience;
}

Patience left_until(Deadline deadline) {
  if (!deadline) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - KeyQueue::Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

// The value, if it is there and whole: a damaged one is as good as none to whoever can compute it.
std::optional<Found> find_intact(Store& store, std::string_view key, const GetOptions& options) {
  try {
    return store.find(key, options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::checksum) throw;
    return std::nullopt;
  }
}

}  // namespace

std::unique_ptr<Lease> Store::lease(std::string_view key, std::optional<std::chrono::milliseconds> patience) {
  internal::check_key(key);
  auto held = std::make_unique<HeldKey>(waiting_, std::string(key));
  const Deadline deadline = deadline_after(patience);
  if (!held->take(deadline)) return nullptr;
  if (capabilities_.leases) {
    auto among_processes = do_lease(std::string(key), left_until(deadline));
    if (among_processes == nullptr) return nullptr;
    held->hold(std::move(among_processes));
  }
  return held;
}

Found Store::get_or_compute(std::string_view key, const std::function<void(Writer&)>& compute, const GetOptions& get,
                            const PutOptions& put) {
  constexpr int most_attempts = 3;
  for (int attempt = 1; attempt <= most_attempts; ++attempt) {
    if (auto found = find_intact(*this, key, get)) return std::move(*found);
    const auto held = lease(key);
    if (auto found = find_intact(*this, key, get)) return std::move(*found);
    const auto writer = this->put(key, put);
    compute(*writer);
    writer->finish();
    if (auto found = find(key, get)) return std::move(*found);
  }
  internal::fail(ErrorKind::not_found, name(key), ": computed ", most_attempts,
                 " times, and removed each time before it could be read");
}

}  // namespace larder
