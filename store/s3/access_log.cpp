#include "store/s3/access_log.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include <larder/bytes.h>

#include "base/text.h"
#include "store/percent.h"
#include "store/s3/every_object.h"
#include "store/s3/mark.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view first_line = "larder accesses 1\n";
constexpr std::size_t most_gathered = 4096;
constexpr std::chrono::seconds longest_gathered{60};
constexpr std::size_t most_objects = 64;
constexpr std::uint64_t most_object_bytes = 1 << 30;
// What the times of the server's objects, which are whole seconds, and its clock as larder knows it are apart at most.
constexpr std::chrono::seconds granularity{2};

std::string hex16(StoreTime time) {
  const std::string digits = hex(static_cast<std::uint64_t>(time.time_since_epoch().count()), 16);
  return digits.substr(2);  // "0x"
}

std::optional<StoreTime> parse_time(std::string_view digits) {
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), count, 16);
  if (digits.size() != 16 || problem != std::errc() || end != digits.data() + digits.size() || count < 0)
    return std::nullopt;
  return StoreTime(std::chrono::nanoseconds(count));
}

void add_latest(Accesses& accesses, const std::string& key, StoreTime time) {
  const auto [at, is_new] = accesses.emplace(key, time);
  if (!is_new) at->second = std::max(at->second, time);
}

void add_latest(Accesses& accesses, const Accesses& more) {
  for (const auto& [key, time] : more) add_latest(accesses, key, time);
}

// Nothing where it is gone: somebody merged it.
std::optional<Accesses> read_object(Bucket& bucket, const ListedKey& listed) {
  try {
    if (listed.size == 0) fail(ErrorKind::malformed, "there is nothing");
    if (listed.size > most_object_bytes) fail(ErrorKind::limit, "there are ", listed.size, " bytes");
    std::string text(static_cast<std::size_t>(listed.size), '\0');
    std::uint64_t filled = 0;
    const auto head = bucket.get_first(listed.key, std::as_writable_bytes(std::span(text)), filled);
    if (!head) return std::nullopt;
    text.resize(static_cast<std::size_t>(filled));
    return parse_accesses(text);
  } catch (Error& error) {
    error.at(bucket.name(listed.key));
    throw;
  }
}

}  // namespace

std::string format_accesses(const Accesses& accesses) {
  std::string text(first_line);
  for (const auto& [key, time] : accesses) text += join(hex16(time), " ", escape_blanks(key), "\n");
  return text;
}

Accesses parse_accesses(std::string_view text) {
  if (!text.starts_with(first_line)) fail(ErrorKind::malformed, "line 1 is not ", internal::quoted(first_line));
  text.remove_prefix(first_line.size());
  Accesses accesses;
  for (std::size_t number = 2; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const auto time = parse_time(line.substr(0, line.find(' ')));
    const auto key = line.size() > 17 ? unescape(line.substr(17)) : std::nullopt;
    if (end == std::string_view::npos || !time || !key)
      fail(ErrorKind::malformed, "line ", number, " is not a time and a key");
    add_latest(accesses, *key, *time);
    text.remove_prefix(end + 1);
  }
  return accesses;
}

struct AccessLog::State {
  const std::shared_ptr<Bucket> bucket;

  mutable std::mutex mutex{};  // of what follows; never held while requests are made
  Accesses known{};
  Accesses gathered{};  // used by this process and not written yet
  StoreTime write_at = StoreTime::max();
  StoreTime latest{};  // that now() gave

  std::mutex refreshing{};  // one thread at a time; of what follows
  std::set<std::string, std::less<>> read{};
};

AccessLog::AccessLog(std::shared_ptr<Bucket> bucket) : state_(new State{.bucket = std::move(bucket)}) {}

AccessLog::~AccessLog() {
  try {
    write();
  } catch (...) {
    // The uses of the last minute are not known to others: items may go a little early.
  }
}

StoreTime AccessLog::now() {
  const auto time = std::chrono::time_point_cast<std::chrono::nanoseconds>(state_->bucket->client().now());
  const std::lock_guard lock(state_->mutex);
  state_->latest = std::max<StoreTime>(time, state_->latest + std::chrono::nanoseconds(1));
  return state_->latest;
}

void AccessLog::used(std::string_view key) {
  const StoreTime time = now();
  bool is_time_to_write = false;
  {
    const std::lock_guard lock(state_->mutex);
    add_latest(state_->known, std::string(key), time);
    if (state_->bucket->client().options().read_only) return;
    add_latest(state_->gathered, std::string(key), time);
    if (state_->write_at == StoreTime::max()) state_->write_at = time + longest_gathered;
    is_time_to_write = state_->gathered.size() >= most_gathered || time >= state_->write_at;
    if (is_time_to_write) state_->write_at = time + longest_gathered;  // for other threads, and where it fails
  }
  if (!is_time_to_write) return;
  try {
    write();
  } catch (const Error&) {
    // It stays gathered, as the header says.
  }
}

void AccessLog::forget(std::string_view key) {
  const std::lock_guard lock(state_->mutex);
  for (Accesses* accesses : {&state_->known, &state_->gathered}) {
    if (const auto at = accesses->find(key); at != accesses->end()) accesses->erase(at);
  }
}

StoreTime AccessLog::last(std::string_view key, StoreTime modified) const {
  const std::lock_guard lock(state_->mutex);
  const auto at = state_->known.find(key);
  return at == state_->known.end() || at->second + granularity < modified ? modified : at->second;
}

void AccessLog::write() {
  Accesses gathered;
  {
    const std::lock_guard lock(state_->mutex);
    gathered.swap(state_->gathered);
    state_->write_at = StoreTime::max();
  }
  if (gathered.empty()) return;
  try {
    const std::string name = join(accesses_folder, "a-", hex16(now()), "-", new_mark().put);
    state_->bucket->put(name, as_bytes(format_accesses(gathered)), {}, std::nullopt);
  } catch (...) {
    const std::lock_guard lock(state_->mutex);
    add_latest(state_->gathered, gathered);
    state_->write_at = std::min(state_->write_at, state_->latest + longest_gathered);
    throw;
  }
}

// Whether some object was gone when it was to be read: what it said stands in another by now.
bool AccessLog::read_new() {
  bool is_complete = true;
  std::set<std::string, std::less<>> present;
  for_each_object(*state_->bucket, std::string(accesses_folder), [&](const ListedKey& listed) {
    if (!state_->read.contains(listed.key)) {
      const auto accesses = read_object(*state_->bucket, listed);
      if (!accesses) {
        is_complete = false;
        return;
      }
      const std::lock_guard lock(state_->mutex);
      add_latest(state_->known, *accesses);
    }
    present.insert(listed.key);
  });
  state_->read = std::move(present);
  return is_complete;
}

// Of keys that are there by now, so that the log does not grow for ever: a key that is put while this goes on is in an
// object that is not read yet.
void AccessLog::merge() {
  Accesses before;
  {
    const std::lock_guard lock(state_->mutex);
    before = state_->known;
  }
  Accesses merged;
  for_each_object(*state_->bucket, "", [&](const ListedKey& listed) {
    if (auto one = before.extract(listed.key)) merged.insert(std::move(one));
  });
  const std::string name = join(accesses_folder, "s-", hex16(now()), "-", new_mark().put);
  state_->bucket->put(name, as_bytes(format_accesses(merged)), {}, std::nullopt);
  for (const std::string& old : state_->read) state_->bucket->remove(old);
  state_->read = {name};
  const std::lock_guard lock(state_->mutex);
  for (const auto& [key, time] : before) {  // what is left are keys that are gone, unless they were used since
    if (const auto at = state_->known.find(key); at != state_->known.end() && at->second == time)
      state_->known.erase(at);
  }
}

void AccessLog::refresh() {
  const std::lock_guard lock(state_->refreshing);
  write();
  constexpr int most_rounds = 8;
  for (int round = 0; !read_new() && round < most_rounds; ++round) {
  }
  if (state_->read.size() > most_objects && !state_->bucket->client().options().read_only) merge();
}

}  // namespace larder::internal::s3
