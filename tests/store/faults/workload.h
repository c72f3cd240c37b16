// What writers do to a store until they are killed, what they were promised, and what must hold afterwards.
//
// Promises live in memory that parent and children share. Every operation draws a ticket from one counter before it
// begins and another one when it was acknowledged; so whoever judges later knows which operations were over before
// others began, whatever the clocks say.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <larder/bytes.h>
#include <larder/store.h>

namespace larder::testing {

// A value that proves itself: writer, number, length, key and a checksum stand in front of bytes made from them.
// Whoever gets anything else has found a torn or a foreign value. At least 64 bytes, and those of the key.
std::vector<std::byte> self_describing(const std::string& key, std::uint32_t writer, std::uint64_t number,
                                       std::size_t size);
struct Described {
  std::uint32_t writer = 0;
  std::uint64_t number = 0;
};
// Throws std::runtime_error that says what is torn.
Described describe_value(const std::string& key, Bytes value);

// One operation on one key by one writer.
struct Promise {
  enum class Kind : std::uint32_t { nothing, put, removal };
  std::atomic<Kind> kind{Kind::nothing};
  std::atomic<std::uint64_t> number{0};  // of a put: what its value says
  std::atomic<std::uint64_t> began{0};
  std::atomic<std::uint64_t> ended{0};  // 0: not yet; of a writer that died: its death
  std::atomic<bool> acknowledged{false};
};

inline constexpr std::uint32_t most_writers = 32;
inline constexpr std::size_t shared_keys = 4;
inline constexpr std::size_t kept_promises = 64;  // the last ones of a writer on a key

// What one writer did; it survives the writer, and its successor goes on with it.
struct WriterRecord {
  Promise promises[shared_keys][kept_promises];
  std::atomic<std::uint64_t> made[shared_keys]{};  // promises so far
  std::atomic<std::uint64_t> number{0};            // of the last value that was begun
  // Its own pair of keys: one value that moves between them.
  std::atomic<std::uint64_t> pair_begun{0};
  std::atomic<std::uint64_t> pair_done{0};
  std::atomic<std::uint64_t> operations{0};
  char complaint[400]{};  // why it stopped, where it stopped by itself
};

struct Oaths {
  std::atomic<std::uint64_t> tickets{0};
  WriterRecord writers[most_writers];
};

// In memory that is shared with all children; of this process for ever.
Oaths& shared_oaths();

// Puts, replaces, removes, moves and gets, for ever (or so many operations): four keys that all writers share, and two
// of its own. Returns when it met something that cannot be, and says so in its record.
struct Work {
  bool mapped = false;         // reads are mapped and looked at again after the next operations
  bool limited = false;        // the store evicts: any key may be gone
  bool failing = false;        // Errors are no complaint: the disk is being pulled away
  std::size_t largest = 6000;  // bytes of a value
  std::uint64_t operations = UINT64_MAX;
};
void work(Store& store, std::uint32_t writer, Oaths& oaths, std::uint64_t seed, const Work& how);

// The writer is dead: what it had begun came to an end, this way or that.
void bury(Oaths& oaths, std::uint32_t writer);

// All writers are dead; the store is opened anew. 0 lost: what is there is not older than what was acknowledged before
// it. 0 torn: every value describes itself, and passes verification. 0 orphans: .larder/tmp, trash, sessions and
// flights hold nothing. Nothing was set aside; an index agrees with the files. One line each of what does not hold.
std::vector<std::string> broken_promises(const Path& root, Oaths& oaths, bool limited);
// The orphans alone, in a store with any keys.
std::vector<std::string> left_behind(const Path& root);

}  // namespace larder::testing
