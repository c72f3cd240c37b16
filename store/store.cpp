// What every store does the same: arguments are checked, and the small functions are made of the few.
#include <larder/store.h>

#include <algorithm>
#include <cmath>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "base/text.h"
#include "io/region_of.h"
#include "store/key.h"
#include "store/user_metadata.h"
#include "store/verifying.h"
#include "store/waiting.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

constexpr std::size_t copy_size = 256 * 1024;

void require(const Store& store, bool can, std::string_view what) {
  if (!can) fail(ErrorKind::unsupported, store.name(), ": this store cannot ", what);
}

[[noreturn]] void fail_absent(const Store& store, std::string_view key) {
  fail(ErrorKind::not_found, store.name(key), ": there is no such key");
}

void check_put(const Store& store, std::string_view key, const PutOptions& options) {
  internal::check_key(key);
  const Capabilities& can = store.capabilities();
  require(store, can.writes, "be written");
  if (!options.metadata.empty()) {
    internal::check_metadata(options.metadata);
    require(store, can.keeps_metadata, "keep metadata");
  }
  if (options.cost && !(std::isfinite(*options.cost) && *options.cost >= 0))
    fail(ErrorKind::usage, "a cost is a number of seconds, at least 0");
  if (options.condition == Condition::absent) require(store, can.puts_if_absent, "put where a key is absent only");
  if (options.condition == Condition::match) require(store, can.puts_if_match, "put where an etag matches only");
  if ((options.condition == Condition::match) == options.etag.empty())
    fail(ErrorKind::usage, "an etag is given with Condition::match, and only with it");
}

// What `reader` has from its position on; nobody knows how much that is.
Region read_to_end(Reader& reader) {
  std::vector<std::byte> bytes;
  for (std::size_t held = 0;;) {
    bytes.resize(std::max(copy_size, held * 2));
    while (held < bytes.size()) {
      const std::size_t count = reader.read(MutableBytes(bytes).subspan(held));
      if (count == 0) {
        bytes.resize(held);
        return internal::region_of(std::move(bytes));
      }
      held += count;
    }
  }
}

// The bytes of a value that can be mapped, mapped where that is worth it.
Region map_or_read(const Found& found, const ByteRange& part) {
  Reader& reader = *found.reader;
  if (part.size >= smallest_mapping) {
    if (const auto mapped = reader.map(MapMode::read)) {
      if (mapped->size() != found.stat.size)
        fail(ErrorKind::checksum, reader.name(), ": ", mapped->size(), " bytes are there, ", found.stat.size,
             " were put");
      return mapped->slice(static_cast<std::size_t>(part.offset), static_cast<std::size_t>(part.size));
    }
  }
  reader.skip(part.offset, "the value");
  return reader.read_region(part.size, "the value");
}

// The Region of a Reader that has its bytes in memory, else what it reads.
Region read_all(Reader& reader) {
  if (auto region = reader.region()) return std::move(*region);
  const auto size = reader.size();
  return size ? reader.read_region(*size, "the value") : read_to_end(reader);
}

}  // namespace

Lease::~Lease() = default;
StoreRecords::~StoreRecords() = default;

ByteRange range_within(const ByteRange& range, std::uint64_t size, std::string_view name) {
  if (range.offset > size)
    fail(ErrorKind::usage, name, ": a range begins at byte ", range.offset, ", the value has ", size, " bytes");
  return {range.offset, std::min(range.size, size - range.offset)};
}

Store::Store(const Capabilities& capabilities)
    : capabilities_(capabilities), waiting_(std::make_shared<internal::KeyQueue>()) {}
Store::~Store() = default;

std::string Store::name() const { return do_name(); }

std::string Store::name(std::string_view key) const {
  const std::string own = name();
  return join(own, own.ends_with(':') || own.ends_with('/') ? "" : "/", key);
}

std::optional<Found> Store::find(std::string_view key, const GetOptions& options) {
  internal::check_key(key);
  require(*this, capabilities_.reads, "be read");
  if (!options.verify) return do_get(std::string(key), options);
  require(*this, capabilities_.checksums, "verify a value: it has no checksums");
  return find_verified(std::string(key), options);
}

std::optional<Found> Store::find_verified(const std::string& key, const GetOptions& options) {
  GetOptions whole{.verify = true, .set_aside = options.set_aside, .touch = options.touch};
  for (;; whole.touch = false) {
    auto found = do_get(key, whole);
    if (!found) return std::nullopt;
    const ByteRange part = range_within(options.range, found->stat.size, name(key));
    if (const std::string damage = internal::damage_of(*found->reader, found->stat); !damage.empty()) {
      const bool is_aside =
          options.set_aside && capabilities_.sets_aside && do_set_aside(key, found->stat.etag, damage);
      fail(ErrorKind::checksum, name(key), ": ", damage, is_aside ? "; the value was set aside" : "");
    }
    if (found->reader->can_seek()) {
      found->reader->seek(0);
      if (part.size != found->stat.size) found->reader = slice_reader(std::move(found->reader), part.offset, part.size);
      return found;
    }
    // What was verified cannot be read again: the value is asked for once more, and must be the same.
    auto again = do_get(key, {.range = part, .touch = false});
    if (again && again->stat.etag == found->stat.etag) return again;
  }
}

std::unique_ptr<Reader> Store::get(std::string_view key, const GetOptions& options) {
  auto found = find(key, options);
  if (!found) fail_absent(*this, key);
  return std::move(found->reader);
}

Region Store::read(std::string_view key, const GetOptions& options) {
  GetOptions asked = options;
  if (capabilities_.mappable) {
    asked.range = {};  // a mapping is of the whole value
    asked.sparse = asked.sparse || options.range != ByteRange{};
  }
  const auto found = find(key, asked);
  if (!found) fail_absent(*this, key);
  if (!capabilities_.mappable) return read_all(*found->reader);
  return map_or_read(*found, range_within(options.range, found->stat.size, name(key)));
}

std::unique_ptr<Writer> Store::put(std::string_view key, const PutOptions& options) {
  check_put(*this, key, options);
  return do_put(std::string(key), options);
}

Stat Store::put(std::string_view key, Bytes bytes, PutOptions options) {
  Stat published;
  Stat* const wanted = std::exchange(options.published, &published);
  options.size = bytes.size();
  const auto writer = put(key, options);
  writer->write(bytes);
  writer->finish();
  if (wanted != nullptr) *wanted = published;
  return published;
}

std::unique_ptr<Writer> Store::put_if_absent(std::string_view key, PutOptions options) {
  options.condition = Condition::absent;
  return put(key, options);
}

std::unique_ptr<Writer> Store::put_if_match(std::string_view key, std::string_view etag, PutOptions options) {
  options.condition = Condition::match;
  options.etag = etag;
  return put(key, options);
}

std::optional<Stat> Store::put_if_absent(std::string_view key, Bytes bytes, PutOptions options) {
  options.condition = Condition::absent;
  for (int attempts_left = 16;; --attempts_left) {
    try {
      return put(key, bytes, options);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::conflict) throw;
      if (capabilities_.nests || exists(key)) return std::nullopt;
      // The key that was there is gone again, or another key ("a" of "a/b") is in the way.
      if (attempts_left == 0) throw;
    }
  }
}

std::optional<Stat> Store::put_if_match(std::string_view key, std::string_view etag, Bytes bytes, PutOptions options) {
  options.condition = Condition::match;
  options.etag = etag;
  try {
    return put(key, bytes, options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict) throw;
    return std::nullopt;
  }
}

std::optional<Stat> Store::stat(std::string_view key) {
  internal::check_key(key);
  require(*this, capabilities_.reads, "be read");
  return do_stat(std::string(key));
}

bool Store::exists(std::string_view key) { return stat(key).has_value(); }

bool Store::remove(std::string_view key) {
  internal::check_key(key);
  require(*this, capabilities_.removes, "remove a key");
  return do_remove(std::string(key));
}

bool Store::move(std::string_view from, std::string_view to) {
  internal::check_key(from);
  internal::check_key(to);
  require(*this, capabilities_.reads && capabilities_.writes && capabilities_.removes, "move a key");
  return from == to ? exists(from) : do_move(std::string(from), std::string(to));
}

bool Store::touch(std::string_view key) {
  internal::check_key(key);
  require(*this, capabilities_.touches, "keep the order of accesses");
  return do_touch(std::string(key));
}

std::unique_ptr<Listing> Store::list(const ListOptions& options) {
  internal::check_prefix(options.prefix);
  require(*this, capabilities_.lists, "list its keys");
  return do_list(options);
}

bool Store::set_aside(std::string_view key, std::string_view etag, std::string_view why) {
  internal::check_key(key);
  require(*this, capabilities_.sets_aside, "set a value aside");
  return do_set_aside(std::string(key), std::string(etag), why);
}

StoreRecords* Store::records() { return do_records(); }

bool Store::do_move(const std::string& from, const std::string& to) {
  const auto found = do_get(from, {.touch = false});
  if (!found) return false;
  PutOptions options{.metadata = found->stat.metadata, .cost = found->stat.cost, .size = found->stat.size};
  const auto writer = do_put(to, options);
  std::vector<std::byte> buffer(copy_size);
  while (const std::size_t count = found->reader->read(buffer)) writer->write(Bytes(buffer).first(count));
  writer->finish();
  return do_remove(from);
}

// A store that claims the capability overrides these.
bool Store::do_touch(const std::string&) { fail(ErrorKind::unsupported, name(), ": do_touch is missing"); }
std::unique_ptr<Lease> Store::do_lease(const std::string&, std::optional<std::chrono::milliseconds>) {
  fail(ErrorKind::unsupported, name(), ": do_lease is missing");
}
bool Store::do_set_aside(const std::string&, const std::string&, std::string_view) {
  fail(ErrorKind::unsupported, name(), ": do_set_aside is missing");
}

StoreRecords* Store::do_records() { return nullptr; }
std::string Store::do_name() const { return "<store>"; }

}  // namespace larder
