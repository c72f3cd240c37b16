// A session: one process that writes a store. Its lock tells whether it lives, and so whose temporary files are
// orphans.
#pragma once

#include <sys/types.h>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/descriptor.h"
#include "store/local/file_lock.h"
#include "store/local/seal.h"

namespace larder::internal {

// sessions/<32 hex>, locked for as long as the process lives; made at the first put. Its content is a table of 256
// slots of 1040 bytes (u32 length, u32 state, the key): the items whose entry in the index may differ from the files
// should the process die now. Thread-safe.
class Session {
 public:
  // `home`: .larder. Errors `io`.
  explicit Session(Descriptor home);
  // Removes its own file.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::string& id() const noexcept { return id_; }  // 32 hexadecimal digits
  pid_t process() const noexcept { return process_; }     // a forked child makes a session of its own
  WriteId next_id() noexcept;
  // "<id>-<number>", unique, without asking the system.
  std::string temporary_name(WriteId id) const;

  // Marks a key as being changed, until it is destroyed. Written before the change, cleared after the index knows it.
  class Pending {
   public:
    Pending(Session& session, std::string_view key);
    ~Pending();
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;

   private:
    Session& session_;
    unsigned slot_;
  };

 private:
  unsigned take_slot();

  Descriptor home_;
  std::string id_;
  pid_t process_;
  FileLock lock_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<std::uint64_t> slots_[4] = {};  // a bit each
};

}  // namespace larder::internal
