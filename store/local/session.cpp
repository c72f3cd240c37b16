#include "store/local/session.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/byte_order.h"
#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"
#include "store/key.h"
#include "store/local/layout.h"

namespace larder::internal {

namespace {

constexpr unsigned slots = 256;
constexpr std::size_t slot_head = 8;  // u32 length, u32 state
constexpr std::size_t slot_bytes = 1040;
constexpr std::uint32_t idle = 0, changing = 1;
static_assert(slot_head + most_key_bytes <= slot_bytes);

Descriptor make_internal(const Directories& directories, std::string_view name) {
  return directories.make(join(layout::home, '/', name), Sync::none);
}

// A file whose name is still there once it is locked: a sweep that came between took it for a dead one's.
FileLock locked_file(const Descriptor& sessions, std::string& id) {
  constexpr int most_attempts = 16;
  for (int attempt = 1; attempt <= most_attempts; ++attempt) {
    id = random_digits();
    const std::string name = join("the session ", id);
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    const int number = retried([&] { return ::openat(sessions.number(), id.c_str(), flags, 0666); });
    if (number < 0) fail_os(errno, "make", name);
    Descriptor file(number);
    FileLock lock = FileLock::wait(std::move(file), name);
    if (lock.is_linked()) return lock;
  }
  fail(ErrorKind::io, "cannot keep a session's file: somebody removed it ", most_attempts, " times");
}

// All bytes at this offset; a torn slot is one that nobody relied on yet.
void write_at(int descriptor, std::uint64_t offset, Bytes bytes, const std::string& id) {
  while (!bytes.empty()) {
    const ssize_t size =
        retried([&] { return ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (size < 0) fail_os(errno, "write", join("the session ", id));
    if (size == 0) fail(ErrorKind::io, "cannot write the session ", id, ": the system takes no bytes");
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    offset += static_cast<std::uint64_t>(size);
  }
}

}  // namespace

Session::Session(const Directories& directories)
    : sessions_(make_internal(directories, layout::sessions)),
      temporaries_(make_internal(directories, layout::temporaries)),
      process_(::getpid()),
      lock_(locked_file(sessions_, id_)) {
  std::from_chars(id_.data(), id_.data() + 16, random_, 16);
}

Session::~Session() {
  // Nobody can be told; a file that stays is removed by the next sweep.
  if (process_ == ::getpid()) static_cast<void>(::unlinkat(sessions_.number(), id_.c_str(), 0));
}

WriteId Session::next_id() noexcept { return {random_, next_.fetch_add(1, std::memory_order_relaxed) + 1}; }

std::string Session::temporary_name(WriteId id) const {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), id.number, 16).ptr;
  return join(id_, '-', std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

unsigned Session::take_slot() {
  for (unsigned word = 0; word < std::size(slots_); ++word) {
    std::uint64_t taken = slots_[word].load(std::memory_order_relaxed);
    while (~taken != 0) {
      const auto free = static_cast<unsigned>(std::countr_one(taken));
      if (slots_[word].compare_exchange_weak(taken, taken | std::uint64_t{1} << free, std::memory_order_acquire)) {
        return word * 64 + free;
      }
    }
  }
  fail(ErrorKind::limit, "more than ", slots, " threads change items of one store at once");
}

void Session::give_slot(unsigned slot) noexcept {
  slots_[slot / 64].fetch_and(~(std::uint64_t{1} << slot % 64), std::memory_order_release);
}

Session::Pending::Pending(Session& session, std::string_view item) : session_(session), slot_(session.take_slot()) {
  try {
    std::vector<std::byte> bytes(slot_head + item.size());
    store_le(bytes.data(), static_cast<std::uint32_t>(item.size()));
    store_le(bytes.data() + 4, changing);
    std::memcpy(bytes.data() + slot_head, item.data(), item.size());
    write_at(session_.lock_.file().number(), slot_ * slot_bytes, bytes, session_.id_);
  } catch (...) {
    session_.give_slot(slot_);
    throw;
  }
}

Session::Pending::~Pending() {
  std::array<std::byte, 4> state;
  store_le(state.data(), idle);
  // Where this fails, an item is looked at once more than needed.
  static_cast<void>(::pwrite(session_.lock_.file().number(), state.data(), state.size(), slot_ * slot_bytes + 4));
  session_.give_slot(slot_);
}

bool is_session_id(std::string_view name) {
  return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void each_pending(const Descriptor& session, const std::string& name,
                  const std::function<void(std::string_view item)>& see) {
  std::array<std::byte, slot_bytes> slot;
  for (unsigned number = 0; number < slots; ++number) {
    const std::size_t size = read_all_at(session.number(), number * slot_bytes, slot, name);
    if (size < slot_head) return;  // the table goes only as far as it was used
    const auto length = load_le<std::uint32_t>(slot.data());
    if (load_le<std::uint32_t>(slot.data() + 4) != changing || length > size - slot_head) continue;
    see(as_text(Bytes(slot).subspan(slot_head, length)));
  }
}

}  // namespace larder::internal
