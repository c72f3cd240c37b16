// The bytes of a limit index: one file, mapped and shared by all processes.
//
//   0                      IndexHeader, in a page of 4096 bytes
//   4096                   slots: 64 bytes each, one an item
//   behind                 buckets: u32, a slot's number + 1 (0: empty); open addressing, at most half full
//   behind                 heap: u32, slots' numbers, by priority (EvictionPolicy::cheapest only)
//   behind                 names of items, in units of 8 bytes
//
// All numbers are of the machine's own byte order: the file is a memory of the store's files on this machine, and is
// made anew from them wherever it makes no sense.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <larder/bytes.h>

#include "io/descriptor.h"
#include "store/local/clock.h"

namespace larder::internal {

inline constexpr std::uint32_t no_slot = UINT32_MAX;
inline constexpr std::size_t most_item_name = 1024;  // a key's
inline constexpr std::size_t name_unit = 8;

// An item. Those that exist form a list in the order of their last use; those that do not, another one (by `newer`).
struct IndexSlot {
  std::uint64_t hash;      // of the name
  std::uint64_t size;      // of all files of the item
  std::uint64_t sequence;  // of its last use, unique; 0: there is no such item. Written last, cleared first
  std::int64_t accessed;   // the store's time of its last use
  double priority;         // GreedyDual-Size: the least goes first
  float cost;              // seconds; NaN where nobody told
  std::uint32_t name;      // where it begins, in units
  std::uint16_t name_length;
  std::uint16_t name_room;  // in units; the slot keeps it when its item goes
  std::uint32_t older, newer;
  std::uint32_t heap_place;
};
static_assert(sizeof(IndexSlot) == 64);

// What is being done to one item. Written before it is done, and done again by whoever finds it half-done: each has the
// same result however often it is done.
struct IndexChange {
  enum class Kind : std::uint32_t { put, use, remove };
  Kind kind = Kind::put;
  std::uint32_t name_length = 0;
  std::uint64_t size = 0;      // put
  std::uint64_t sequence = 0;  // put, use
  std::int64_t accessed = 0;   // put, use
  double inflation = 0;        // the header's from now on
  ClockState clock;            // the header's from now on
  float cost = 0;              // put; NaN where nobody told
  char name[most_item_name] = {};

  std::string_view item() const noexcept { return {name, name_length}; }
};

struct IndexHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t capacity;  // slots
  std::uint32_t buckets;   // a power of two
  std::uint32_t names;     // units
  std::uint32_t busy;      // nothing but the slots is to be trusted, and `change` has to be done again
  std::uint32_t slots;     // that were ever used
  std::uint32_t names_end;
  std::uint32_t oldest, newest, free;
  std::uint32_t heap_size;
  std::uint32_t policy;
  std::uint64_t items;
  std::uint64_t bytes;
  std::uint64_t sequence;  // the last one that was given
  double inflation;        // GreedyDual-Size's L: the priority of the last item that went for its priority
  std::uint32_t limited;   // 1: bytes, 2: items, 4: age
  std::uint32_t reserved;
  std::uint64_t most_bytes;
  std::uint64_t most_items;
  std::int64_t most_age;
  ClockState clock;
  IndexChange change;
};
static_assert(sizeof(IndexHeader) <= 4096);

// Numbers that come out of the file are judged where they are used: Error `malformed` where one leads out of it. Moves;
// one thread at a time.
class IndexFile {
 public:
  // Nothing where there is no such file, or one that is no index of this version, or shorter than it says. Error `io`.
  static std::optional<IndexFile> open(const Descriptor& directory, const std::string& name);
  // A new, empty one with room for so many items and units of names; its space is taken. What has the name already is
  // removed. Error `io`.
  static IndexFile create(const Descriptor& directory, const std::string& name, std::uint64_t items,
                          std::uint64_t name_units);

  // Whether the file has still a name. Whoever makes an index anew gives the new one its name.
  bool is_linked() const;

  IndexHeader& header() const noexcept { return *header_; }
  // Those of the file's length, whatever the header says by now.
  std::uint32_t capacity() const noexcept { return capacity_; }
  std::uint32_t buckets() const noexcept { return buckets_; }
  std::uint32_t name_units() const noexcept { return names_; }

  IndexSlot& slot(std::uint32_t number) const;
  std::uint32_t& bucket(std::uint32_t number) const;
  std::uint32_t& heap(std::uint32_t place) const;
  std::string_view name_of(const IndexSlot& slot) const;
  // The units from `place` on. Error `malformed` where they are not inside.
  char* name_at(std::uint32_t place, std::uint32_t units) const;

 private:
  IndexFile(Descriptor file, Region region);

  Descriptor file_;
  Region region_;
  IndexHeader* header_;
  IndexSlot* slots_;
  std::uint32_t* table_;
  std::uint32_t* heap_;
  char* text_;
  std::uint32_t capacity_, buckets_, names_;
};

[[noreturn]] void fail_index(std::string_view what);

// Nothing before this line is written behind it, and the reverse: all that a killed process wrote is seen by others in
// the order of its program, if the compiler leaves it there.
inline void keep_order() noexcept { asm volatile("" ::: "memory"); }

}  // namespace larder::internal
