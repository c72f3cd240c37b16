// Locks on files among processes and threads: OFD locks, which die with their process, and with nothing else.
//
// A POSIX lock would vanish with any close of the file in the process. An OFD lock belongs to the open file, so that
// two threads that each opened it exclude each other, and so that a forked child shares its parent's.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "io/descriptor.h"
#include "store/local/per_process.h"

namespace larder::internal {

// Holds an exclusive lock on an open file while it lives. Movable; not thread-safe.
class FileLock {
 public:
  // Waits. `name` for messages. Error `io` (ENOLCK...).
  static FileLock wait(Descriptor file, std::string name);
  // Nothing where somebody holds it.
  static std::optional<FileLock> attempt(Descriptor file, std::string name);
  // Waits so long at most.
  static std::optional<FileLock> wait_for(Descriptor file, std::string name, std::chrono::milliseconds patience);

  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&&) = delete;
  // Frees it, also where a child that was forked meanwhile has the file open; in such a child it stays the parent's.
  ~FileLock();

  const Descriptor& file() const noexcept { return file_; }
  // Whether the file has still a name. Whoever removes a lock file holds its lock; who gets the lock of a file that was
  // removed meanwhile opens the name anew.
  bool is_linked() const;

 private:
  FileLock(Descriptor file, std::string name);
  Descriptor file_;
  std::string name_;
  pid_t process_;
};

// One lock file that is taken again and again, by all threads of a process through one descriptor: a mutex inside, an
// OFD lock outside. Thread-safe.
class SharedLock {
  struct Opened {
    std::mutex mutex;
    std::optional<Descriptor> file;
    void abandon() noexcept { file.reset(); }
  };

 public:
  // Opens the lock file, and makes it where it is missing: asked at the first use, after a fork, and where the file was
  // removed.
  using Open = std::function<Descriptor()>;
  SharedLock(Open open, std::string name) : open_(std::move(open)), name_(std::move(name)) {}

  // Held while it lives. Errors `io`, those of Open.
  class Holder {
   public:
    explicit Holder(SharedLock& lock);
    ~Holder();
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

   private:
    Opened& opened_;
    std::unique_lock<std::mutex> inside_;
  };

 private:
  Open open_;
  std::string name_;
  PerProcess<Opened> opened_;  // a child shares its parent's open file, and with it the lock: it needs one of its own
};

}  // namespace larder::internal
