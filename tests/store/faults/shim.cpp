// The library that is preloaded: each call is counted, judged by the page of faults.h, and passed on to libc, or not.
//
// Hooks are named by asm labels, so that the headers' own declarations (exception specifications, nonnull attributes)
// do not matter. Nothing here may allocate: malloc is among the hooks.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <ctime>
#include <new>

#include "faults.h"
#include "plants.h"

using larder::testing::Action;
using larder::testing::Call;
using larder::testing::Faults;
using larder::testing::Plant;

namespace {

Faults* page = nullptr;
Plant plant = Plant::none;

__attribute__((constructor)) void start() {
  void* memory = ::mmap(nullptr, sizeof(Faults), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) ::abort();
  page = new (memory) Faults;
  const char* wanted = std::getenv("LARDER_PLANT");
  if (wanted == nullptr) return;
  for (const auto& [name, value] : larder::testing::plant_names) {
    if (name == wanted) plant = value;
  }
  if (plant == Plant::none) ::abort();
}

struct Verdict {
  Action action = Action::none;
  int code = 0;
};

Verdict judge(Call call) {
  if (page == nullptr || !page->armed) return {};
  const bool countable = call != Call::time && call != Call::allocate;
  const std::uint64_t of_kind = ++page->seen[static_cast<std::size_t>(call)];
  const std::uint64_t of_all = countable ? ++page->seen_in_all : 0;
  const auto& rule = page->rule;
  const Call wanted = rule.call;
  if (rule.action == Action::none || (wanted != call && !(wanted == Call::count && countable))) return {};
  const std::uint64_t number = wanted == call ? of_kind : of_all;
  if (number < rule.first || number > rule.last) return {};
  ++page->happened;
  return {rule.action, rule.code};
}

[[noreturn]] void die() {
  for (;;) ::kill(::getpid(), SIGKILL);
}

// Passes a call on as the verdict says; `failed` is what it returns with an errno.
template <class Result, class Pass>
Result pass_under(Verdict verdict, Result failed, Pass pass) {
  if (verdict.action == Action::kill) die();
  if (verdict.action == Action::fail) {
    errno = verdict.code;
    return failed;
  }
  const Result result = pass();
  if (verdict.action == Action::kill_after) die();
  if (verdict.action == Action::fail_after && result != failed) {
    errno = verdict.code;
    return failed;
  }
  return result;
}

template <class Result, class Pass>
Result judged(Call call, Result failed, Pass pass) {
  return pass_under(judge(call), failed, pass);
}

bool is_directory(int descriptor) {
  struct stat status;
  return ::syscall(SYS_fstat, descriptor, &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

// HOOK(long, read, (int descriptor, void* to)): a function that takes the place of libc's read.
#define HOOK(result, name, parameters)                                                            \
  extern "C" __attribute__((visibility("default"))) result hook_##name parameters __asm__(#name); \
  result hook_##name parameters
// Libc's own.
#define NEXT(type, name) static const auto next = reinterpret_cast<type>(::dlsym(RTLD_NEXT, #name))

extern "C" __attribute__((visibility("default"))) Faults* larder_faults() { return page; }
extern "C" __attribute__((visibility("default"))) bool larder_allocation_fails() {
  return judge(Call::allocate).action == Action::fail;
}

// Opening. `mode` is read whether it was given or not: where it was not, nobody looks at it.
#define MODE_ARGUMENT(last)           \
  va_list rest;                       \
  va_start(rest, last);               \
  const int mode = va_arg(rest, int); \
  va_end(rest)
#define OPEN_HOOK(name)                                                     \
  HOOK(int, name, (const char* path, int flags, ...)) {                     \
    NEXT(int (*)(const char*, int, ...), name);                             \
    MODE_ARGUMENT(flags);                                                   \
    return judged(Call::open, -1, [&] { return next(path, flags, mode); }); \
  }
#define OPENAT_HOOK(name)                                                              \
  HOOK(int, name, (int directory, const char* path, int flags, ...)) {                 \
    NEXT(int (*)(int, const char*, int, ...), name);                                   \
    MODE_ARGUMENT(flags);                                                              \
    return judged(Call::open, -1, [&] { return next(directory, path, flags, mode); }); \
  }
OPEN_HOOK(open)
OPEN_HOOK(open64)
OPENAT_HOOK(openat)
OPENAT_HOOK(openat64)

namespace {

Call kind_of_system_call(long number) {
  switch (number) {
    case SYS_openat2:
      return Call::open;
    case SYS_renameat2:
      return Call::rename;
    case SYS_getrandom:
      return Call::random;
    case SYS_getdents64:
      return Call::list;
    default:
      return Call::count;
  }
}

}  // namespace

HOOK(long, syscall, (long number, ...)) {
  NEXT(long (*)(long, ...), syscall);
  va_list rest;
  va_start(rest, number);
  long given[6];
  for (long& argument : given) argument = va_arg(rest, long);
  va_end(rest);
  const auto pass = [&] { return next(number, given[0], given[1], given[2], given[3], given[4], given[5]); };
  const Call call = kind_of_system_call(number);
  return call == Call::count ? pass() : judged(call, -1L, pass);
}

// Locks and copies of descriptors.
#define FCNTL_HOOK(name)                                                                             \
  HOOK(int, name, (int descriptor, int command, ...)) {                                              \
    NEXT(int (*)(int, int, ...), name);                                                              \
    va_list rest;                                                                                    \
    va_start(rest, command);                                                                         \
    void* const argument = va_arg(rest, void*);                                                      \
    va_end(rest);                                                                                    \
    const auto pass = [&] { return next(descriptor, command, argument); };                           \
    if (command == F_OFD_SETLK || command == F_OFD_SETLKW || command == F_OFD_GETLK) {               \
      return judged(Call::lock, -1, [&] { return plant == Plant::no_locks ? 0 : pass(); });          \
    }                                                                                                \
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? judged(Call::open, -1, pass) : pass(); \
  }
FCNTL_HOOK(fcntl)
FCNTL_HOOK(fcntl64)

// Looking.
#define PATH_STATUS_HOOK(name)                                            \
  HOOK(int, name, (const char* path, void* status)) {                     \
    NEXT(int (*)(const char*, void*), name);                              \
    return judged(Call::inspect, -1, [&] { return next(path, status); }); \
  }
#define OPEN_STATUS_HOOK(name)                                                  \
  HOOK(int, name, (int descriptor, void* status)) {                             \
    NEXT(int (*)(int, void*), name);                                            \
    return judged(Call::inspect, -1, [&] { return next(descriptor, status); }); \
  }
#define STATUS_AT_HOOK(name)                                                                \
  HOOK(int, name, (int directory, const char* path, void* status, int flags)) {             \
    NEXT(int (*)(int, const char*, void*, int), name);                                      \
    return judged(Call::inspect, -1, [&] { return next(directory, path, status, flags); }); \
  }
PATH_STATUS_HOOK(stat)
PATH_STATUS_HOOK(stat64)
PATH_STATUS_HOOK(lstat)
PATH_STATUS_HOOK(lstat64)
PATH_STATUS_HOOK(statfs)
OPEN_STATUS_HOOK(fstat)
OPEN_STATUS_HOOK(fstat64)
OPEN_STATUS_HOOK(fstatfs)
STATUS_AT_HOOK(fstatat)
STATUS_AT_HOOK(fstatat64)
HOOK(int, statx, (int directory, const char* path, int flags, unsigned mask, void* status)) {
  NEXT(int (*)(int, const char*, int, unsigned, void*), statx);
  return judged(Call::inspect, -1, [&] { return next(directory, path, flags, mask, status); });
}

HOOK(int, faccessat, (int directory, const char* path, int mode, int flags)) {
  NEXT(int (*)(int, const char*, int, int), faccessat);
  return judged(Call::inspect, -1, [&] { return next(directory, path, mode, flags); });
}

// Bytes.
HOOK(ssize_t, read, (int descriptor, void* to, std::size_t size)) {
  NEXT(ssize_t(*)(int, void*, std::size_t), read);
  const Verdict verdict = judge(Call::read);
  if (verdict.action == Action::one_byte && size > 1) size = 1;
  return pass_under(verdict, ssize_t{-1}, [&] { return next(descriptor, to, size); });
}
#define PREAD_HOOK(name)                                                                         \
  HOOK(ssize_t, name, (int descriptor, void* to, std::size_t size, off_t offset)) {              \
    NEXT(ssize_t (*)(int, void*, std::size_t, off_t), name);                                     \
    const Verdict verdict = judge(Call::read);                                                   \
    if (verdict.action == Action::one_byte && size > 1) size = 1;                                \
    return pass_under(verdict, ssize_t{-1}, [&] { return next(descriptor, to, size, offset); }); \
  }
PREAD_HOOK(pread)
PREAD_HOOK(pread64)

HOOK(ssize_t, write, (int descriptor, const void* from, std::size_t size)) {
  NEXT(ssize_t(*)(int, const void*, std::size_t), write);
  const Verdict verdict = judge(Call::write);
  if (verdict.action == Action::one_byte && size > 1) size = 1;
  return pass_under(verdict, ssize_t{-1}, [&] {
    if (plant != Plant::torn_write || size < 600) return next(descriptor, from, size);
    const ssize_t half = next(descriptor, from, size / 2);
    return half < 0 || ::lseek(descriptor, 0, SEEK_CUR) < 0 ? half : static_cast<ssize_t>(size);
  });
}
#define PWRITE_HOOK(name)                                                                          \
  HOOK(ssize_t, name, (int descriptor, const void* from, std::size_t size, off_t offset)) {        \
    NEXT(ssize_t (*)(int, const void*, std::size_t, off_t), name);                                 \
    const Verdict verdict = judge(Call::write);                                                    \
    if (verdict.action == Action::one_byte && size > 1) size = 1;                                  \
    return pass_under(verdict, ssize_t{-1}, [&] { return next(descriptor, from, size, offset); }); \
  }
PWRITE_HOOK(pwrite)
PWRITE_HOOK(pwrite64)

namespace {

// The pieces, or the first byte of them.
template <class Next>
ssize_t in_pieces(Call call, Next next, int descriptor, const iovec* pieces, int count) {
  const Verdict verdict = judge(call);
  if (verdict.action == Action::one_byte) {
    while (count > 1 && pieces->iov_len == 0) ++pieces, --count;
    const iovec first{pieces->iov_base, pieces->iov_len > 1 ? 1 : pieces->iov_len};
    return next(descriptor, &first, 1);
  }
  return pass_under(verdict, ssize_t{-1}, [&] { return next(descriptor, pieces, count); });
}

}  // namespace

HOOK(ssize_t, readv, (int descriptor, const iovec* pieces, int count)) {
  NEXT(ssize_t(*)(int, const iovec*, int), readv);
  return in_pieces(Call::read, next, descriptor, pieces, count);
}
HOOK(ssize_t, writev, (int descriptor, const iovec* pieces, int count)) {
  NEXT(ssize_t(*)(int, const iovec*, int), writev);
  return in_pieces(Call::write, next, descriptor, pieces, count);
}

#define SYNC_HOOK(name)                                                                    \
  HOOK(int, name, (int descriptor)) {                                                      \
    NEXT(int (*)(int), name);                                                              \
    return judged(Call::sync, -1, [&] {                                                    \
      const bool directory = plant != Plant::none && is_directory(descriptor);             \
      if (plant == (directory ? Plant::no_directory_sync : Plant::no_file_sync)) return 0; \
      return next(descriptor);                                                             \
    });                                                                                    \
  }
SYNC_HOOK(fsync)
SYNC_HOOK(fdatasync)

HOOK(int, close, (int descriptor)) {
  NEXT(int (*)(int), close);
  Verdict verdict = judge(Call::close);
  if (verdict.action == Action::fail) verdict.action = Action::fail_after;
  return pass_under(verdict, -1, [&] { return plant == Plant::leaking_close ? 0 : next(descriptor); });
}

// Names.
namespace {

// What a store that writes in place would do.
int copy_over(int from, const char* old_name, int to, const char* new_name) {
  const int source = ::openat(from, old_name, O_RDONLY | O_NOFOLLOW);
  const int target = source < 0 ? -1 : ::openat(to, new_name, O_WRONLY | O_NOFOLLOW);
  if (target < 0) return -1;
  static_cast<void>(::ftruncate(target, 0));
  char piece[512];
  for (ssize_t size = 0; (size = ::read(source, piece, sizeof piece)) > 0;) {
    if (::write(target, piece, static_cast<std::size_t>(size)) != size) return -1;
  }
  const ssize_t seal = ::fgetxattr(source, "user.larder", piece, sizeof piece);
  if (seal > 0) static_cast<void>(::fsetxattr(target, "user.larder", piece, static_cast<std::size_t>(seal), 0));
  ::close(source);
  ::close(target);
  return ::unlinkat(from, old_name, 0);
}

}  // namespace

HOOK(int, renameat2, (int from, const char* old_name, int to, const char* new_name, unsigned flags)) {
  NEXT(int (*)(int, const char*, int, const char*, unsigned), renameat2);
  return judged(Call::rename, -1, [&] {
    if (plant == Plant::replacing) flags = 0;
    if (plant == Plant::copying_rename && flags == 0 && copy_over(from, old_name, to, new_name) == 0) return 0;
    return next(from, old_name, to, new_name, flags);
  });
}
HOOK(int, renameat, (int from, const char* old_name, int to, const char* new_name)) {
  NEXT(int (*)(int, const char*, int, const char*), renameat);
  return judged(Call::rename, -1, [&] { return next(from, old_name, to, new_name); });
}
HOOK(int, rename, (const char* old_name, const char* new_name)) {
  NEXT(int (*)(const char*, const char*), rename);
  return judged(Call::rename, -1, [&] { return next(old_name, new_name); });
}
HOOK(int, unlinkat, (int directory, const char* name, int flags)) {
  NEXT(int (*)(int, const char*, int), unlinkat);
  return judged(Call::unlink, -1, [&] { return next(directory, name, flags); });
}
HOOK(int, unlink, (const char* name)) {
  NEXT(int (*)(const char*), unlink);
  return judged(Call::unlink, -1, [&] { return next(name); });
}
HOOK(int, rmdir, (const char* name)) {
  NEXT(int (*)(const char*), rmdir);
  return judged(Call::unlink, -1, [&] { return next(name); });
}
HOOK(int, mkdir, (const char* name, mode_t mode)) {
  NEXT(int (*)(const char*, mode_t), mkdir);
  return judged(Call::make, -1, [&] { return next(name, mode); });
}
HOOK(int, mkdirat, (int directory, const char* name, mode_t mode)) {
  NEXT(int (*)(int, const char*, mode_t), mkdirat);
  return judged(Call::make, -1, [&] { return next(directory, name, mode); });
}
HOOK(int, linkat, (int from, const char* old_name, int to, const char* new_name, int flags)) {
  NEXT(int (*)(int, const char*, int, const char*, int), linkat);
  return judged(Call::make, -1, [&] { return next(from, old_name, to, new_name, flags); });
}

// What belongs to a file.
HOOK(int, fsetxattr, (int descriptor, const char* name, const void* value, std::size_t size, int flags)) {
  NEXT(int (*)(int, const char*, const void*, std::size_t, int), fsetxattr);
  return judged(Call::attribute, -1,
                [&] { return plant == Plant::no_attribute ? 0 : next(descriptor, name, value, size, flags); });
}
HOOK(ssize_t, fgetxattr, (int descriptor, const char* name, void* value, std::size_t size)) {
  NEXT(ssize_t(*)(int, const char*, void*, std::size_t), fgetxattr);
  return judged(Call::attribute, ssize_t{-1}, [&] { return next(descriptor, name, value, size); });
}
HOOK(int, fremovexattr, (int descriptor, const char* name)) {
  NEXT(int (*)(int, const char*), fremovexattr);
  return judged(Call::attribute, -1, [&] { return next(descriptor, name); });
}
HOOK(int, fchmod, (int descriptor, mode_t mode)) {
  NEXT(int (*)(int, mode_t), fchmod);
  return judged(Call::attribute, -1, [&] { return next(descriptor, mode); });
}
HOOK(int, futimens, (int descriptor, const timespec* times)) {
  NEXT(int (*)(int, const timespec*), futimens);
  return judged(Call::attribute, -1, [&] { return next(descriptor, times); });
}
HOOK(int, utimensat, (int directory, const char* name, const timespec* times, int flags)) {
  NEXT(int (*)(int, const char*, const timespec*, int), utimensat);
  return judged(Call::attribute, -1, [&] { return next(directory, name, times, flags); });
}

#define MAP_HOOK(name)                                                                                   \
  HOOK(void*, name, (void* at, std::size_t size, int access, int flags, int descriptor, off_t offset)) { \
    NEXT(void* (*)(void*, std::size_t, int, int, int, off_t), name);                                     \
    const auto pass = [&] { return next(at, size, access, flags, descriptor, offset); };                 \
    return descriptor < 0 ? pass() : judged(Call::map, static_cast<void*>(MAP_FAILED), pass);            \
  }
MAP_HOOK(mmap)
MAP_HOOK(mmap64)
#define TRUNCATE_HOOK(name)                                               \
  HOOK(int, name, (int descriptor, off_t size)) {                         \
    NEXT(int (*)(int, off_t), name);                                      \
    return judged(Call::map, -1, [&] { return next(descriptor, size); }); \
  }
TRUNCATE_HOOK(ftruncate)
TRUNCATE_HOOK(ftruncate64)
#define ALLOCATE_HOOK(name)                                                             \
  HOOK(int, name, (int descriptor, int mode, off_t offset, off_t size)) {               \
    NEXT(int (*)(int, int, off_t, off_t), name);                                        \
    return judged(Call::map, -1, [&] { return next(descriptor, mode, offset, size); }); \
  }
ALLOCATE_HOOK(fallocate)
ALLOCATE_HOOK(fallocate64)

// Lists.
HOOK(DIR*, opendir, (const char* name)) {
  NEXT(DIR * (*)(const char*), opendir);
  return judged(Call::list, static_cast<DIR*>(nullptr), [&] { return next(name); });
}
HOOK(DIR*, fdopendir, (int descriptor)) {
  NEXT(DIR * (*)(int), fdopendir);
  return judged(Call::list, static_cast<DIR*>(nullptr), [&] { return next(descriptor); });
}
#define READDIR_HOOK(name)                                                                   \
  HOOK(void*, name, (DIR * directory)) {                                                     \
    NEXT(void* (*)(DIR*), name);                                                             \
    return judged(Call::list, static_cast<void*>(nullptr), [&] { return next(directory); }); \
  }
READDIR_HOOK(readdir)
READDIR_HOOK(readdir64)

HOOK(ssize_t, getrandom, (void* to, std::size_t size, unsigned flags)) {
  NEXT(ssize_t(*)(void*, std::size_t, unsigned), getrandom);
  return judged(Call::random, ssize_t{-1}, [&] { return next(to, size, flags); });
}

// Time.
HOOK(int, clock_gettime, (clockid_t clock, timespec* now)) {
  NEXT(int (*)(clockid_t, timespec*), clock_gettime);
  judge(Call::time);
  const int result = next(clock, now);
  if (result == 0 && clock == CLOCK_REALTIME && page != nullptr) {
    const std::int64_t jumped = now->tv_sec * 1'000'000'000 + now->tv_nsec + page->clock_jump_ns;
    *now = {jumped / 1'000'000'000, jumped % 1'000'000'000};
  }
  return result;
}
HOOK(time_t, time, (time_t * out)) {
  timespec now{};
  hook_clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

// Memory: passed on to the functions behind libc's names, for dlsym allocates.
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* __libc_realloc(void*, std::size_t);
extern "C" void* __libc_memalign(std::size_t, std::size_t);

namespace {

template <class Pass>
void* allocated(Pass pass) {
  return judged(Call::allocate, static_cast<void*>(nullptr), pass);
}

}  // namespace

HOOK(void*, malloc, (std::size_t size)) {
  return allocated([&] { return __libc_malloc(size); });
}
HOOK(void*, calloc, (std::size_t count, std::size_t size)) {
  return allocated([&] { return __libc_calloc(count, size); });
}
HOOK(void*, realloc, (void* memory, std::size_t size)) {
  return allocated([&] { return __libc_realloc(memory, size); });
}
HOOK(void*, memalign, (std::size_t alignment, std::size_t size)) {
  return allocated([&] { return __libc_memalign(alignment, size); });
}
HOOK(void*, aligned_alloc, (std::size_t alignment, std::size_t size)) {
  return allocated([&] { return __libc_memalign(alignment, size); });
}
HOOK(int, posix_memalign, (void** out, std::size_t alignment, std::size_t size)) {
  void* const memory = allocated([&] { return __libc_memalign(alignment, size); });
  if (memory == nullptr) return ENOMEM;
  *out = memory;
  return 0;
}
