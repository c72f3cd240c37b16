#include "store/local/history.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <larder/joblib_memory.h>

#include "base/text.h"
#include "store/local/file_lock.h"
#include "store/local/layout.h"
#include "store/percent.h"

namespace larder::internal {

namespace {

using State = Explanation::State;

struct EventRow {
  Event event;
  std::string_view name;
  State state;
  std::optional<EvictionReason> reason = std::nullopt;
};

constexpr std::array<EventRow, 7> events{{
    {Event::evicted_bytes, "evicted-bytes", State::evicted, EvictionReason::bytes},
    {Event::evicted_items, "evicted-items", State::evicted, EvictionReason::items},
    {Event::evicted_age, "evicted-age", State::evicted, EvictionReason::age},
    {Event::damaged, "damaged", State::damaged},
    {Event::removed, "removed", State::removed},
    {Event::moved, "moved", State::removed},
    {Event::forgotten, "forgotten", State::unknown},
}};

static_assert([] {
  for (std::size_t i = 0; i < events.size(); ++i)
    if (events[i].event != static_cast<Event>(i)) return false;
  return true;
}());

const EventRow& row_of(Event event) { return events[static_cast<std::size_t>(event)]; }

const EventRow* find_row(std::string_view name) {
  for (const EventRow& row : events)
    if (row.name == name) return &row;
  return nullptr;
}

constexpr std::string_view end_of_event = ".";
constexpr std::size_t longest_line = 64 * 1024;  // a key and a detail of a few KiB, each letter escaped

std::string line_of(Event event, std::string_view name, std::string_view detail) {
  const StoreTime now = std::chrono::system_clock::now();
  // A detail beyond all measure is cut, so that the line can be read again.
  return join(now.time_since_epoch().count(), ' ', row_of(event).name, ' ', escape_blanks(name), ' ',
              escape_blanks(detail.substr(0, 4096)), ' ', end_of_event, '\n');
}

std::string path_of(std::string_view file) { return join(layout::home, '/', file); }

// One line, whole or not at all: behind a line that was cut short it begins a new one.
void append(const Descriptor& file, std::string_view line, const std::string& name) {
  const auto size = static_cast<std::uint64_t>(status_of(file.number(), name).st_size);
  std::byte last{'\n'};
  if (size != 0) static_cast<void>(read_some_at(file.number(), size - 1, {&last, 1}, name));
  write_all(file.number(), as_bytes(last == std::byte{'\n'} ? std::string(line) : join('\n', line)), name);
}

bool has_name(const Descriptor& file, int directory, const std::string& entry, const std::string& name) {
  struct stat named;
  if (::fstatat(directory, entry.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    fail_os(errno, "inspect", name);
  }
  const struct stat status = status_of(file.number(), name);
  return named.st_ino == status.st_ino && named.st_dev == status.st_dev;
}

// Full: it becomes the one before, unless another process was quicker. The lock is the full file's own.
void rotate(const Descriptor& home, Descriptor full, const std::string& name) {
  const std::string entry(layout::history);
  const std::string before(layout::history_before);
  const FileLock lock = FileLock::wait(std::move(full), name);
  if (!has_name(lock.file(), home.number(), entry, name)) return;
  if (::faccessat(home.number(), before.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    append(lock.file(), line_of(Event::forgotten, "", ""), name);
  if (::renameat(home.number(), entry.c_str(), home.number(), before.c_str()) != 0) fail_os(errno, "rename", name);
}

struct Line {
  StoreTime when;
  const EventRow* event;
  std::string_view name;
  std::string_view detail;
};

// Nothing for what is no whole line.
std::optional<Line> parse(std::string_view text) {
  std::array<std::string_view, 5> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t end = std::min(text.find(' '), text.size());
    fields[i] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::int64_t when = 0;
  const char* const end = fields[0].data() + fields[0].size();
  const auto [stopped, error] = std::from_chars(fields[0].data(), end, when);
  const EventRow* const event = find_row(fields[1]);
  if (error != std::errc() || stopped != end || event == nullptr || fields[4] != end_of_event || !text.empty())
    return std::nullopt;
  return Line{StoreTime(std::chrono::nanoseconds(when)), event, fields[2], fields[3]};
}

// Looks for the last event of a key, reading files from front to back.
class Search {
 public:
  explicit Search(std::string_view key) : key_(escape_blanks(key)), item_(escape_blanks(item_name(key))) {}

  void read(Reader& reader) {
    for (bool whole = true;;) {
      std::string_view ahead = as_text(reader.peek());
      if (ahead.empty()) return;
      std::size_t end = ahead.find('\n');
      if (end == std::string_view::npos) {
        ahead = as_text(reader.peek(longest_line));
        end = ahead.find('\n');
      }
      // A piece of something longer than any line is passed over, up to the end of that line.
      if (whole && end != std::string_view::npos) take(ahead.substr(0, end));
      whole = end != std::string_view::npos;
      reader.consume(whole ? end + 1 : ahead.size());
    }
  }

  Explanation result() && {
    if (!found_ && !forgotten_) explanation_.state = State::never_there;
    return std::move(explanation_);
  }

 private:
  void take(std::string_view text) {
    const auto line = parse(text);
    if (!line) return;
    if (line->event->event == Event::forgotten) forgotten_ = true;
    if (line->event->event == Event::forgotten || (line->name != key_ && line->name != item_)) return;
    found_ = true;
    explanation_.state = line->event->state;
    explanation_.reason = line->event->reason;
    explanation_.when = line->when;
    explanation_.details = unescape(line->detail).value_or("");
  }

  std::string key_;
  std::string item_;
  Explanation explanation_;
  bool found_ = false;
  bool forgotten_ = false;
};

}  // namespace

void History::add(Event event, std::string_view name, std::string_view detail) noexcept {
  try {
    write_down(line_of(event, name, detail));
  } catch (const std::exception&) {
    // See the header.
  }
}

void History::write_down(const std::string& line) {
  const std::string path = path_of(layout::history);
  const std::string shown = directories_.name_of(path);
  for (;;) {
    const Descriptor home = directories_.make(layout::home, Sync::none);
    auto file = directories_.open_file(path, O_RDWR | O_APPEND | O_CREAT);
    if (!file) continue;  // .larder was removed this moment
    const auto held = static_cast<std::uint64_t>(status_of(file->number(), shown).st_size);
    if (held < most_) return append(*file, line, shown);
    rotate(home, std::move(*file), shown);
  }
}

Explanation History::find(std::string_view key) const {
  if (!directories_.find(layout::home)) return {};
  const auto open = [this](std::string_view name) -> std::unique_ptr<Reader> {
    auto file = directories_.open_file(path_of(name), O_RDONLY | O_NONBLOCK);
    return file ? owning_reader(std::move(*file), directories_.name_of(path_of(name))) : nullptr;
  };
  // Opened before either is read, the newer one first: a rotation in between shows one of them twice, and loses none.
  const auto last = open(layout::history);
  const auto before = open(layout::history_before);
  Search search(key);
  if (before) search.read(*before);
  if (last) search.read(*last);
  return std::move(search).result();
}

}  // namespace larder::internal
