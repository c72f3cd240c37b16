// What killed and unlucky processes do to a store, and what must hold afterwards.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <larder/bytes.h>
#include <larder/store.h>

namespace larder::testing {

// A value that proves itself: key, writer, number, length and a checksum in front of words made from them. A reader
// that gets anything else has found a torn or a foreign value.
std::vector<std::byte> self_describing(const std::string& key, std::uint32_t writer, std::uint64_t number,
                                       std::size_t size);
struct Described {
  std::uint32_t writer;
  std::uint64_t number;
};
// Throws std::runtime_error that says what is torn.
Described describe(const std::string& key, Bytes value);

// Puts, replaces, moves, removes and gets a few keys for ever, in a process that somebody will kill. Each step is
// announced before it and acknowledged behind it, in memory shared with the parent, so that it knows what was promised.
struct Oath {
  // per key: the highest number announced, and the highest acknowledged
  std::uint64_t announced = 0;
  std::uint64_t acknowledged = 0;
};
void work_until_killed(Store& store, std::uint32_t writer, Oath* oaths, std::size_t keys);

// 0 lost: what is there is at least as new as what was acknowledged. 0 torn: every value describes itself. 0 orphans:
// after one more opening .larder/tmp, trash and sessions hold nothing of the dead. One line each of what does not hold.
std::vector<std::string> broken_promises(const Path& root, const Oath* oaths, std::size_t keys, std::size_t writers);

}  // namespace larder::testing
