// Faults of the system, injected for real: a library that is preloaded (shim.cpp) stands between larder and libc, and
// does what a page of memory says, which it shares with the test and with the processes that the test forks. Rules
// count the calls of one operation, never those of the test around it.
#pragma once

#include <atomic>
#include <cstdint>

namespace larder::testing {

// Kinds of calls that the shim sees. Those for which glibc has no function (openat2) are seen in syscall(2).
enum class Call : std::uint32_t {
  open,       // open, openat, openat2, fcntl F_DUPFD
  inspect,    // stat, fstat, lstat, fstatat, statx, faccessat, statfs, fstatfs
  read,       // read, pread, readv
  write,      // write, pwrite, writev
  sync,       // fsync, fdatasync
  close,      // fails as Linux does: the number is free nevertheless
  rename,     // rename, renameat, renameat2
  unlink,     // unlink, unlinkat, rmdir
  make,       // mkdir, mkdirat, link, linkat, symlink, symlinkat
  attribute,  // fsetxattr, fgetxattr, fremovexattr, fchmod, futimens, utimensat
  lock,       // fcntl F_OFD_*
  map,        // mmap of a file, ftruncate, fallocate
  list,       // opendir, fdopendir, readdir
  random,     // getrandom
  time,       // clock_gettime: never fails, is moved by Faults::clock_jump_ns
  allocate,   // malloc, calloc, realloc, aligned_alloc, posix_memalign, memalign (what operator new calls)
  count
};

enum class Action : std::uint32_t {
  none,
  fail,        // errno = code, nothing done
  fail_after,  // done, and then errno = code: an fsync that lost something, a rename over NFS
  one_byte,    // read and write: of one byte
  kill,        // SIGKILL before the call
  kill_after,  // SIGKILL behind it
};

struct Rule {
  std::atomic<Action> action{Action::none};
  std::atomic<Call> call{Call::count};  // count: any but `time` and `allocate`
  std::atomic<std::uint64_t> first{1};  // of those that match, the n-th...
  std::atomic<std::uint64_t> last{1};   // ...to the m-th
  std::atomic<int> code{0};
};

struct Faults {
  std::atomic<bool> armed{false};  // false: everything passes, nothing is counted
  Rule rule;
  std::atomic<std::uint64_t> happened{0};  // how often the rule took effect
  std::atomic<std::uint64_t> seen[static_cast<std::size_t>(Call::count)]{};
  std::atomic<std::uint64_t> seen_in_all{0};   // without `time` and `allocate`
  std::atomic<std::int64_t> clock_jump_ns{0};  // added to CLOCK_REALTIME, armed or not
};

// The page of this process and those that it forks. The test's main() starts the test anew under the shim where it is
// missing; where that is not possible, nothing is tested and the test fails.
Faults& faults();

// Counts calls, and arms one rule, while it lives; one at a time.
class Injected {
 public:
  // The n-th call of a kind (Call::count: of any kind), up to the `last`-th (0: the n-th alone).
  Injected(Call call, std::uint64_t nth, Action action, int code = 0, std::uint64_t last = 0);
  // Only counts.
  Injected() : Injected(Call::count, 0, Action::none) {}
  ~Injected();
  Injected(const Injected&) = delete;
  Injected& operator=(const Injected&) = delete;

  std::uint64_t happened() const { return faults().happened; }
  std::uint64_t seen(Call call) const { return faults().seen[static_cast<std::size_t>(call)]; }
};

// Moves the wall clock of this process, and of those that it forks, while it lives.
class ClockJump {
 public:
  explicit ClockJump(std::int64_t seconds) { faults().clock_jump_ns = seconds * 1'000'000'000; }
  ~ClockJump() { faults().clock_jump_ns = 0; }
  ClockJump(const ClockJump&) = delete;
  ClockJump& operator=(const ClockJump&) = delete;
};

// What operator new asks in builds whose malloc belongs to a sanitizer (allocation.cpp): whether this allocation fails.
bool allocation_fails();

// Runs the program anew under the shim, unless it runs under it already. Does not return where it is not there.
void require_shim(char** arguments);

}  // namespace larder::testing
