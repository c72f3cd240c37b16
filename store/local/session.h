// A session: one process that writes a store. Its lock tells whether it lives, and so whose temporary files are
// orphans.
#pragma once

#include <sys/types.h>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/descriptor.h"
#include "store/local/directories.h"
#include "store/local/file_lock.h"
#include "store/local/seal.h"

namespace larder::internal {

// sessions/<32 hex>, locked for as long as the process lives; made at the first put. Its content is a table of 256
// slots of 1040 bytes (u32 length, u32 state, the item): the items whose entry in the index may differ from the files
// should the process die now. Thread-safe.
class Session {
 public:
  // Makes sessions/ and tmp/ in .larder where they are missing. Errors `io`, those of Directories.
  explicit Session(const Directories& directories);
  // Removes its own file; in a forked child it stays the parent's.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::string& id() const noexcept { return id_; }  // 32 hexadecimal digits
  pid_t process() const noexcept { return process_; }     // a forked child makes a session of its own
  WriteId next_id() noexcept;
  // "<id>-<number>", unique, without asking the system.
  std::string temporary_name(WriteId id) const;
  // tmp/, where it was when the session began: gone where somebody removed .larder since.
  const Descriptor& temporaries() const noexcept { return temporaries_; }

  // Marks an item as being changed, until it is destroyed. Written before the change, cleared after the index knows it.
  // Errors `io`, `limit` (256 threads are at it already).
  class Pending {
   public:
    Pending(Session& session, std::string_view item);
    ~Pending();
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;

   private:
    Session& session_;
    unsigned slot_;
  };

 private:
  unsigned take_slot();
  void give_slot(unsigned slot) noexcept;

  Descriptor sessions_;
  Descriptor temporaries_;
  std::string id_;
  pid_t process_;
  FileLock lock_;
  std::uint64_t random_;  // the first half of the id
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<std::uint64_t> slots_[4] = {};  // a bit each
};

// Whether a name in sessions/ is one: 32 hexadecimal digits.
bool is_session_id(std::string_view name);
// Hands each item that the session with this (open) file was changing to `see`. Error `io`.
void each_pending(const Descriptor& session, const std::string& name,
                  const std::function<void(std::string_view item)>& see);

}  // namespace larder::internal
