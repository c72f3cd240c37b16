// Faults of the system, injected for real: a library that is preloaded (shim.cpp) stands between larder and libc, and
// does what this page of memory, shared with the test, says. Rules count the calls of one test, never those of its
// start.
#pragma once

#include <atomic>
#include <cstdint>

namespace larder::testing {

// Calls that the shim sees. `openat2` is hooked in syscall(2), for which glibc has no function.
enum class Call : std::uint32_t {
  open,   // open, openat, openat2
  read,   // read, pread, readv
  write,  // write, pwrite, writev
  sync,   // fsync, fdatasync
  close,
  rename,     // renameat, renameat2
  unlink,     // unlinkat
  make,       // mkdirat, linkat
  attribute,  // fsetxattr, fgetxattr, fchmod, utimensat
  lock,       // fcntl F_OFD_*
  map,        // mmap of a file, ftruncate, fallocate
  list,       // getdents (readdir)
  random,     // getrandom
  time,       // clock_gettime: never fails, is moved by Faults::clock_jump
  allocate,   // malloc, calloc, realloc, aligned_alloc (what operator new calls)
  count
};

enum class Action : std::uint32_t {
  none,
  fail,        // errno = code, nothing done
  fail_after,  // done, and then errno = code: close and fsync that lost something, a rename over NFS
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

// Lives in the file that the environment's LARDER_FAULTS names, mapped by the shim and by the test.
struct Faults {
  std::atomic<std::uint32_t> armed{0};  // 0: everything passes, nothing is counted
  Rule rules[4];
  std::atomic<std::uint64_t> seen[static_cast<std::size_t>(Call::count)];
  std::atomic<std::uint64_t> seen_in_all{0};
  std::atomic<std::int64_t> clock_jump_ns{0};  // added to CLOCK_REALTIME
  std::atomic<std::int64_t> open_descriptors{0};
};

// The page of this process; Error where the test was not started with the shim (the test fails then: it never passes
// for want of a fault).
Faults& faults();

// Arms one rule while it lives.
class Injected {
 public:
  Injected(Call call, std::uint64_t first, Action action, int code = 0, std::uint64_t last = 0);
  ~Injected();
  Injected(const Injected&) = delete;
  Injected& operator=(const Injected&) = delete;
};

}  // namespace larder::testing
