#include "store/local/kept_limits.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"
#include "store/local/layout.h"

namespace larder::internal {

namespace {

constexpr std::string_view first_line = "larder limits 1";
constexpr std::size_t most_bytes = 4096;

[[noreturn]] void fail_limits(std::string_view line) {
  fail(ErrorKind::malformed, "the store's limits are damaged at ", quoted(line), "; set them anew");
}

std::uint64_t number_in(std::string_view text, std::string_view line) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) fail_limits(line);
  return number;
}

void read_line(std::string_view line, KeptLimits& kept) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) fail_limits(line);
  const std::string_view name = line.substr(0, space);
  const std::string_view value = line.substr(space + 1);
  if (name == "bytes") {
    kept.limits.bytes = number_in(value, line);
  } else if (name == "items") {
    kept.limits.items = number_in(value, line);
  } else if (name == "age") {
    const std::uint64_t age = number_in(value, line);
    if (age > INT64_MAX) fail_limits(line);
    kept.limits.age = std::chrono::nanoseconds(static_cast<std::int64_t>(age));
  } else if (name == "policy") {
    if (value != name_of(EvictionPolicy::least_recent) && value != name_of(EvictionPolicy::cheapest)) fail_limits(line);
    kept.policy = parse_policy(value);
  } else {
    fail_limits(line);
  }
}

// All lines end, so that a piece of the file is not taken for the whole.
KeptLimits parse_limits(std::string_view text) {
  KeptLimits kept;
  std::size_t end = text.find('\n');
  if (text.substr(0, end) != first_line) {
    if (text.starts_with("larder limits ")) {
      fail(ErrorKind::unsupported,
           "the store's limits are of a later version of larder: ", quoted(text.substr(0, end)));
    }
    fail_limits(text.substr(0, end));
  }
  bool whole = false;
  while (end != std::string_view::npos && end + 1 < text.size()) {
    text.remove_prefix(end + 1);
    end = text.find('\n');
    if (end == std::string_view::npos) fail_limits(text);
    whole = whole || text.starts_with("policy ");
    read_line(text.substr(0, end), kept);
  }
  if (!whole) fail_limits("their end");
  return kept;
}

std::string text_of(const KeptLimits& kept) {
  std::string text = join(first_line, '\n');
  if (kept.limits.bytes) text += join("bytes ", *kept.limits.bytes, '\n');
  if (kept.limits.items) text += join("items ", *kept.limits.items, '\n');
  if (kept.limits.age) text += join("age ", kept.limits.age->count(), '\n');
  return text + join("policy ", name_of(kept.policy), '\n');
}

}  // namespace

std::optional<KeptLimits> read_limits(const Descriptor& home) {
  const std::string name(layout::limits);
  const int number =
      retried([&] { return ::openat(home.number(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); });
  if (number < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_os(errno, "open", "the store's limits");
  }
  const Descriptor file(number);
  std::array<std::byte, most_bytes> bytes;
  const std::size_t size = read_all_at(file.number(), 0, bytes, name);
  return parse_limits(as_text(std::span(bytes).first(size)));
}

void write_limits(const Descriptor& home, const KeptLimits& kept) {
  if (kept.limits.age && kept.limits.age->count() < 0) {
    fail(ErrorKind::usage, "an age limit of ", kept.limits.age->count(), " ns: it must not be negative");
  }
  const std::string name(layout::limits);
  const std::string unfinished = name + ".new";
  // Of somebody who was killed: whoever holds the lock is the only one who writes it.
  if (retried([&] { return ::unlinkat(home.number(), unfinished.c_str(), 0); }) != 0 && errno != ENOENT) {
    fail_os(errno, "remove", unfinished);
  }
  TemporaryFile file(home, unfinished, "the store's limits");
  write_all(file.descriptor(), as_bytes(text_of(kept)), file.target());
  file.complete(Sync::full);
  static_cast<void>(file.rename_into(home, name, Existing::replace));
  sync_directory(home, file.target());
}

}  // namespace larder::internal
