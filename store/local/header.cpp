#include "store/local/header.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>

#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"
#include "store/local/layout.h"

namespace larder::internal {

namespace {

constexpr std::string_view title = "larder store ";

std::string path_of_header() { return join(layout::home, '/', layout::header); }

// Whether there is one.
bool is_fine(const Directories& directories) {
  const auto value = directories.open_value(path_of_header());
  if (!value) return false;
  const std::string name = directories.name_of(path_of_header());
  std::array<std::byte, 64> bytes;
  const std::size_t size = read_all_at(value->file.number(), 0, bytes, name);
  const std::string_view text = as_text(Bytes(bytes).first(size));
  int version = 0;
  const std::string_view number = text.substr(std::min(title.size(), text.size()));
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), version);
  if (!text.starts_with(title) || error != std::errc() || end == number.data() + number.size() || *end != '\n') {
    fail(ErrorKind::malformed, name, " is not what a store of larder has there");
  }
  if (version > layout::version) {
    fail(ErrorKind::unsupported, directories.name(), ": a store of a later version of larder (", version,
         "; this one knows ", layout::version, ")");
  }
  return true;
}

TemporaryFile temporary_file(Session& session, const std::string& target) {
  return TemporaryFile(session.temporaries(), session.temporary_name(session.next_id()), target);
}

}  // namespace

void check_header(const Directories& directories) { static_cast<void>(is_fine(directories)); }

void make_header(const Directories& directories, Session& session) {
  if (is_fine(directories)) return;
  const Descriptor home = directories.make(layout::home, Sync::none);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::string text = join(title, layout::version, "\ncreated ",
                                std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(), "\n");
  TemporaryFile file = temporary_file(session, directories.name_of(path_of_header()));
  write_all(file.descriptor(), as_bytes(text), file.target());
  // Synced whatever the store's Sync: an empty header behind a power cut would keep everybody from opening the store.
  file.complete(Sync::data);
  // Two that open a new store at once write the same, but for the time.
  file.rename_into(home, std::string(layout::header), Existing::replace);
}

bool can_keep_existing(const Directories& directories, Session& session) {
  TemporaryFile file = temporary_file(session, directories.name());
  const std::string name = session.temporary_name(session.next_id());
  file.complete(Sync::none);
  try {
    file.rename_into(session.temporaries(), name, Existing::keep);
  } catch (const Error& error) {
    if (error.os_error() == EINVAL || error.os_error() == ENOSYS) return false;
    throw;
  }
  if (retried([&] { return ::unlinkat(session.temporaries().number(), name.c_str(), 0); }) != 0)
    fail_os(errno, "remove", name);
  return true;
}

}  // namespace larder::internal
