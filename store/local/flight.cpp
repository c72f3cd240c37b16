#include "store/local/flight.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "io/retried.h"
#include "store/local/file_lock.h"
#include "store/local/key_hash.h"

namespace larder::internal {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto for_ever = std::chrono::hours(24 * 36500);  // and a point in time overflows somewhere behind it

class Flight final : public Lease {
 public:
  Flight(Descriptor flights, std::string name, FileLock lock)
      : flights_(std::move(flights)), name_(std::move(name)), lock_(std::move(lock)) {}

  // In a child that was forked meanwhile nothing happens: the lease is its parent's.
  ~Flight() override {
    if (::getpid() == holder_ && has_name()) {
      // A file that stays harms nobody: the next one who computes finds it free.
      static_cast<void>(::unlinkat(flights_.number(), name_.c_str(), 0));
    }
  }

 private:
  // False where the directory was removed: the name may be another holder's by now.
  bool has_name() const noexcept {
    struct stat status;
    return ::fstat(lock_.file().number(), &status) == 0 && status.st_nlink != 0;
  }

  pid_t holder_ = ::getpid();
  Descriptor flights_;
  std::string name_;
  FileLock lock_;
};

// Nothing where the directory was removed a moment ago.
std::optional<Descriptor> open_flight(const Descriptor& flights, const std::string& name, const std::string& what) {
  constexpr int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  const int number = retried([&] { return ::openat(flights.number(), name.c_str(), flags, 0666); });
  if (number >= 0) return Descriptor(number);
  if (errno == ENOENT) return std::nullopt;
  fail_os(errno, "open", what);
}

std::optional<FileLock> lock(Descriptor file, const std::string& what,
                             const std::optional<steady_clock::time_point>& deadline) {
  if (!deadline) return FileLock::wait(std::move(file), what);
  const auto left = std::chrono::ceil<milliseconds>(*deadline - steady_clock::now());
  return FileLock::wait_for(std::move(file), what, std::max(left, milliseconds(0)));
}

}  // namespace

std::unique_ptr<Lease> wait_for_flight(const std::function<Descriptor()>& flights, const std::string& key,
                                       std::optional<milliseconds> patience) {
  const std::string name = join("f-", hex(key_hash(key), 16).substr(2));
  const std::string what = join("the lease of ", key);
  std::optional<steady_clock::time_point> deadline;
  if (patience) deadline = steady_clock::now() + std::min<milliseconds>(*patience, for_ever);
  for (;;) {
    Descriptor directory = flights();
    auto file = open_flight(directory, name, what);
    if (!file) continue;
    auto locked = lock(*std::move(file), what, deadline);
    if (!locked) return nullptr;
    if (locked->is_linked()) return std::make_unique<Flight>(std::move(directory), name, *std::move(locked));
  }
}

}  // namespace larder::internal
