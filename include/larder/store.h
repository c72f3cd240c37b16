// Store: keys to bytes. A directory, memory, a file-like object, S3, or your own; all behave alike.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/export.h>
#include <larder/reader.h>
#include <larder/writer.h>

namespace larder {

class StoreRecords;  // <larder/store_report.h>
namespace internal {
class KeyQueue;
}

// What a store can do. Positive flags only: what is not promised is false, and asking for it is Error `unsupported`,
// never something weaker. A plain value, the same for the life of a store.
struct Capabilities {
  bool reads = false;               // get and stat
  bool writes = false;              // put
  bool many = false;                // more than one key
  bool replaces = false;            // a key that exists can be put again
  bool snapshots = false;           // who has a value open keeps it when it is replaced or removed; false: its Reader
                                    // may be Error `conflict` from then on, and never gives bytes of another value
  bool discards = false;            // a Writer that is dropped leaves nothing; false: what was passed on stays
  bool removes = false;             // remove
  bool lists = false;               // list
  bool nests = false;               // "a" and "a/b" can both be keys; a directory can hold one of them
  bool mappable = false;            // values can be mapped into memory
  bool puts_if_absent = false;      // Condition::absent has exactly one winner among all processes
  bool puts_if_match = false;       // Condition::match is decided and done in one step
  bool renames_atomically = false;  // move: no reader sees both keys, or none; false: a copy, then a removal
  bool touches = false;             // keeps the order of accesses: touch and Stat::accessed
  bool keeps_metadata = false;      // PutOptions::metadata
  bool checksums = false;           // Stat::xxh3 of what was put; GetOptions::verify
  bool sets_aside = false;          // a damaged value is kept apart, where nobody reads it by accident
  bool leases = false;              // get_or_compute computes once among all processes, not only in this one
  bool durable = false;             // a put that finished survives a power cut

  bool operator==(const Capabilities&) const = default;
};

// Small texts about a value, kept with it: at most 2048 bytes in all. Names are of a-z, 0-9, '-', '_' and '.'; values
// are UTF-8 without control characters. (What S3 keeps as x-amz-meta-*. JSON of any size goes beside a value:
// <larder/item.h>.)
using UserMetadata = std::map<std::string, std::string>;

using StoreTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// The size of a value that only reading tells: what a StreamStore has of a pipe.
inline constexpr std::uint64_t unknown_size = UINT64_MAX;

// What is known about a value without reading it. A plain value.
struct Stat {
  std::uint64_t size = 0;               // or unknown_size
  StoreTime modified{};                 // when it was put
  std::optional<StoreTime> accessed{};  // last put, get or touch, where the store keeps that
  std::string etag{};                   // another one after each put, whatever the bytes; opaque
  std::optional<std::uint64_t> xxh3{};  // XXH3 (64 bits) of the bytes, where the store was told or computed it
  // CRC-32 (that of gzip) of the bytes, where the store has this one instead: S3 of what was put in parts
  std::optional<std::uint32_t> crc32{};
  std::optional<double> cost{};  // PutOptions::cost
  UserMetadata metadata{};
};

// When a put takes effect. Decided at Writer::finish().
enum class Condition {
  always,
  absent,  // only where there is no such key: Error `conflict` otherwise
  match,  // only where PutOptions::etag is that of the present value: Error `conflict` otherwise, also where it is gone
};

struct PutOptions {
  UserMetadata metadata{};
  Condition condition = Condition::always;
  std::string etag{};                   // for Condition::match, from Stat::etag
  std::optional<double> cost{};         // seconds that it took to compute: cost-aware eviction keeps what is dear
  std::optional<std::uint64_t> size{};  // how many bytes will come, where that is known; a hint, never a promise
  Stat* published = nullptr;            // filled when finish() returns; borrowed until then
};

// `size` bytes from `offset`; what lies behind the value's end is not there. An offset behind the end is Error `usage`.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t size = UINT64_MAX;

  bool operator==(const ByteRange&) const = default;
};

// What of the range lies inside a value of `size` bytes; Error `usage`, naming the value, where it begins behind the
// end.
LARDER_API ByteRange range_within(const ByteRange& range, std::uint64_t size, std::string_view name);

struct GetOptions {
  ByteRange range{};
  // Whether all bytes of the value are compared with its checksum before the first one is handed out. A damaged value
  // is Error `checksum`, naming the key, and set aside; from then on the key is absent. Error `unsupported` where the
  // store has no checksums; a value that was put by another tool has none and passes.
  bool verify = false;
  // Whether damage that is found sets the value aside; false leaves it where it is. Nothing is set aside by a store
  // without `sets_aside`.
  bool set_aside = true;
  // Whether this counts as an access.
  bool touch = true;
  // Whether only some of its bytes will be read: a cached_store then does not fetch all of them.
  bool sparse = false;
};

// A value that is there. The Reader keeps the value as it is now, whatever happens to its key (where `snapshots`), and
// may outlive the store.
struct Found {
  Stat stat;
  std::unique_ptr<Reader> reader;
};

// A key that was listed.
struct Entry {
  std::string key;
  std::optional<Stat> stat{};  // where ListOptions::details asks for it, and it can be read
};

struct ListOptions {
  std::string prefix{};  // a text that keys begin with, not a directory: "a/b" finds "a/b", "a/bc" and "a/b/c"
  bool details = false;
  // With details: size, modified and accessed are enough. Stores that must ask for each value to know the rest (S3)
  // leave it out.
  bool only_sizes = false;
};

// Keys, page by page, in memory that does not depend on their number. What is put or removed meanwhile may or may not
// be seen; everything else is seen exactly once. The order is the store's own. One thread at a time; may outlive the
// store.
class LARDER_API Listing {
 public:
  Listing() = default;
  virtual ~Listing();
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;

  // Up to `most` further keys (at least 1, else Error `usage`); an empty page is the end. Error `io`.
  std::vector<Entry> next(std::size_t most = 1000);

 private:
  virtual std::vector<Entry> do_next(std::size_t most) = 0;
};

// Held by whoever computes a value; destroying it lets the next one in. A process that dies lets go.
class LARDER_API Lease {
 public:
  Lease() = default;
  virtual ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
};

// Keys to bytes.
//
// Keys are '/'-separated UTF-8, such as "models/2024/forest.joblib": at most 1024 bytes, each part at most 255, no
// empty part, no "." or "..", no control character, not absolute, and the first part does not begin with ".larder" or
// ".gitignore". Anything else is Error `usage`, in every store alike, before it is touched. Nothing that a stored value
// says ever becomes a key or a path.
//
// Values never change in place. A value appears under its key whole and at once when its Writer's finish() returns; who
// reads or maps the value that it replaces keeps that one, where `snapshots`, else learns of it as Error `conflict`.
//
// Thread-safe: all functions may be called from any thread. The Readers, Writers and Listings that they return belong
// to one thread at a time; Writers must not outlive the store. Errors of all functions, beside those that are named:
// `io` (with the errno), `usage` (keys and options), `unsupported` (a capability that is false).
//
// A store of your own: derive, name what it can do, write the five pure `do_` functions
// (<larder/plugin/store_conformance.h> tries it, examples/own_store.cpp is one). The others have defaults that are
// made of these five. Arguments are checked before a `do_` function is called: keys are valid, and what is asked for is
// among the capabilities.
class LARDER_API Store {
 public:
  virtual ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const Capabilities& capabilities() const noexcept { return capabilities_; }

  // What the store is, for messages: "file:///var/cache", "memory:".
  std::string name() const;
  // What the value of `key` is, for messages: "file:///var/cache/a/b", "memory:a/b".
  std::string name(std::string_view key) const;

  // The value of `key`, or nothing where there is none. Errors: `checksum` where the value's length is not the one that
  // was put, or GetOptions::verify finds damage; `unsafe_reference` where something else than a value (a link, a FIFO)
  // stands there.
  std::optional<Found> find(std::string_view key, const GetOptions& options = {});
  // The same; Error `not_found` naming the key where there is none.
  std::unique_ptr<Reader> get(std::string_view key, const GetOptions& options = {});
  // All its bytes (of the range): mapped where the store can and there are 64 KiB or more, else in memory. The Region
  // outlives key and store. Error `not_found`.
  Region read(std::string_view key, const GetOptions& options = {});

  // A Writer whose finish() publishes the value, and which leaves everything as it was when it is dropped or fails
  // (where `discards`).
  // Errors of finish(): `conflict` as Condition says; `io`: nothing was published; `limit`:
  // the value alone is over the store's limit; `unknown_outcome`: it is in place,
  // or may be, and whether it survives is not known.
  std::unique_ptr<Writer> put(std::string_view key, const PutOptions& options = {});
  // Puts `bytes` and returns what is now known of them. Errors of `put` and `finish`.
  Stat put(std::string_view key, Bytes bytes, PutOptions options = {});

  // put with a condition. Of those with bytes: nothing where the condition does not hold, instead of Error `conflict`.
  std::unique_ptr<Writer> put_if_absent(std::string_view key, PutOptions options = {});
  std::unique_ptr<Writer> put_if_match(std::string_view key, std::string_view etag, PutOptions options = {});
  std::optional<Stat> put_if_absent(std::string_view key, Bytes bytes, PutOptions options = {});
  std::optional<Stat> put_if_match(std::string_view key, std::string_view etag, Bytes bytes, PutOptions options = {});

  // Nothing where there is no such key. Not an access.
  std::optional<Stat> stat(std::string_view key);
  bool exists(std::string_view key);

  // Whether there was such a key. Who reads or maps the value keeps it.
  bool remove(std::string_view key);

  // Gives the value of `from` the key `to`, replacing what stands there; etag and metadata stay where
  // renames_atomically, else the etag is new. Whether there was a `from`. A key moved to itself stays as it is.
  bool move(std::string_view from, std::string_view to);

  // Counts as an access of `key`. Whether there is such a key.
  bool touch(std::string_view key);

  // All keys that begin with a text. Error `usage` for a prefix that no key can have.
  std::unique_ptr<Listing> list(const ListOptions& options = {});

  // The value of `key`; where there is none, `compute` writes it (without finishing the Writer), it is published, and
  // found. Among all who ask for the key at once (all processes where `leases`, else all threads of this Store) one
  // computes and the others wait and get its value. Where the one who computes throws, this reaches its own caller
  // and one of the others computes; where its process is killed, likewise. A value that is found damaged
  // is set aside and computed anew. Errors: what `compute` throws; `usage` where `compute` asks
  // for the same key again; those of `find` and `put`.
  Found get_or_compute(std::string_view key, const std::function<void(Writer&)>& compute, const GetOptions& get = {},
                       const PutOptions& put = {});

  // Waits until nobody else holds the lease of `key`, and holds it: what get_or_compute is made of. `patience`: how
  // long at most; nothing afterwards. A lease keeps nobody from reading or putting the key. Error `usage` where this
  // thread holds it.
  std::unique_ptr<Lease> lease(std::string_view key, std::optional<std::chrono::milliseconds> patience = std::nullopt);

  // Takes the value with this etag out of sight and keeps it for inspection; the key is absent afterwards. `why` is
  // kept with it. False where another value stands there by now.
  bool set_aside(std::string_view key, std::string_view etag, std::string_view why);

  // What the store remembers of keys that are gone (<larder/store_report.h>); null where it remembers nothing. Lives as
  // long as the store.
  StoreRecords* records();

 protected:
  explicit Store(const Capabilities& capabilities);

  // The five. Thread-safe.

  // The value, its Reader giving range_within(options.range, ...), and the Stat of the whole; nothing where there is
  // none. Counts as an access where options.touch, and the store keeps accesses. options.verify is the caller's matter.
  virtual std::optional<Found> do_get(const std::string& key, const GetOptions& options) = 0;
  // Publishes in finish() and fills options.published; discards when dropped. Where the capabilities allow it,
  // options.condition is decided in the same step as the publishing.
  virtual std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) = 0;
  virtual std::optional<Stat> do_stat(const std::string& key) = 0;
  virtual bool do_remove(const std::string& key) = 0;
  virtual std::unique_ptr<Listing> do_list(const ListOptions& options) = 0;

  // What can be done better than with the five. Each is only called where its capability is true, but for do_move.

  // Default: copies, then removes. Called with different keys.
  virtual bool do_move(const std::string& from, const std::string& to);
  virtual bool do_touch(const std::string& key);
  virtual std::unique_ptr<Lease> do_lease(const std::string& key, std::optional<std::chrono::milliseconds> patience);
  virtual bool do_set_aside(const std::string& key, const std::string& etag, std::string_view why);
  virtual StoreRecords* do_records();
  virtual std::string do_name() const;

 private:
  std::optional<Found> find_verified(const std::string& key, const GetOptions& options);

  Capabilities capabilities_;
  std::shared_ptr<internal::KeyQueue> waiting_;  // the threads of this process that compute or wait, by key
};

// Whether `key` can be a key; Error `usage` that says what is wrong with it.
LARDER_API void require_key(std::string_view key);

// A Listing of entries that are already there: what a small store's do_list returns.
LARDER_API std::unique_ptr<Listing> listing_of(std::vector<Entry> entries);

// Settings by name, as they stand in an URL or on a command line: "sync" = "none".
using StoreSettings = std::map<std::string, std::string>;

// Opens a store: "file:///a/directory" or a path (which contains no "scheme:"), made where it is missing;
// "memory:" (a new, empty one); "s3://bucket/prefix" (<larder/s3_store.h>, S3Options by the same names; with
// "cache=/a/directory" and "cache_bytes=10G" behind a cached_store). Settings may stand behind '?' as well:
// "file:///d?sync=none&bytes=10G"; given in both places is Error `usage`, as is one that the scheme does not know. Of
// file: <larder/local_store.h>, LocalOptions by the same names. Errors: `usage` (an unknown scheme; lists the known),
// `io`, `unsupported`, `not_built`.
LARDER_API std::unique_ptr<Store> open_store(std::string_view url, const StoreSettings& settings = {});

// In memory, of this process. All capabilities but `mappable` and `durable`, and `checksums` where the build lacks
// xxhash.
LARDER_API std::unique_ptr<Store> memory_store();

// One file-like object as a store of the one key `key`.
//
// Of a Reader: reads; one `get` (any number where the Reader can seek: one at a time, Error `conflict` while a Reader
// from before lives). Of a Writer: writes; one `put`, whose bytes pass through at once (`discards` is
// false); finish() finishes the Writer. A second put is Error `conflict`. Any other key is
// absent, and Error `usage` to put. Lists its one key.
LARDER_API std::unique_ptr<Store> stream_store(std::unique_ptr<Reader> reader, std::string key = "value");
LARDER_API std::unique_ptr<Store> stream_store(std::unique_ptr<Writer> writer, std::string key = "value");

}  // namespace larder
