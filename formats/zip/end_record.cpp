#include "formats/zip/end_record.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "formats/zip/layout.h"

namespace larder::internal {

namespace {

using zip::Fields;

// Where the signature stands in `tail`, from the back; each is asked for with the position of the one before.
std::optional<std::size_t> signature_before(Bytes tail, std::size_t end) noexcept {
  for (std::size_t at = std::min(end, tail.size() - std::min<std::size_t>(tail.size(), 3)); at-- > 0;) {
    if (load_le<std::uint32_t>(tail.data() + at) == zip::end_signature) return at;
  }
  return std::nullopt;
}

// How many bytes follow the comment of an end record at `at`: 0 for one that fits; nothing where it is cut.
std::optional<std::size_t> rest_behind(Bytes tail, std::size_t at) noexcept {
  if (tail.size() - at < zip::end_size) return std::nullopt;
  const std::size_t end = at + zip::end_size + load_le<std::uint16_t>(tail.data() + at + 20);
  if (end > tail.size()) return std::nullopt;
  return tail.size() - end;
}

// Finds the record in the last bytes of an archive, which are `tail`; `start` is their offset.
std::size_t find_end_record(const WholeSource& whole, Bytes tail, std::uint64_t start) {
  const auto last = signature_before(tail, tail.size());
  if (!last)
    throw Error(ErrorKind::truncated, "the archive has no end record; it was cut, or is none").at(whole.place(start));
  const auto refuse = [&](ErrorKind kind, const std::string& why) {
    throw Error(kind, join("the archive's end record ", why)).at(whole.place(start + *last));
  };
  for (auto before = signature_before(tail, *last); before; before = signature_before(tail, *before)) {
    if (rest_behind(tail, *before) == std::size_t{0})
      refuse(ErrorKind::malformed, "lies in the comment of another one");
  }
  const auto rest = rest_behind(tail, *last);
  if (!rest) refuse(ErrorKind::truncated, "is cut");
  if (*rest != 0) refuse(ErrorKind::malformed, join("is followed by ", *rest, " bytes that belong to nothing"));
  return *last;
}

// The numbers that both end records have.
struct Numbers {
  std::uint64_t disk = 0;
  std::uint64_t directory_disk = 0;
  std::uint64_t entries_here = 0;
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

// The end record and its zip64 record have them in one order, as numbers of other sizes.
template <class Disk, class Count, class Offset>
Numbers read_numbers(Bytes bytes) {
  Fields fields(bytes);
  Numbers numbers;
  numbers.disk = fields.take<Disk>();
  numbers.directory_disk = fields.take<Disk>();
  numbers.entries_here = fields.take<Count>();
  numbers.entries = fields.take<Count>();
  numbers.size = fields.take<Offset>();
  numbers.offset = fields.take<Offset>();
  return numbers;
}

bool agree(const Numbers& numbers, const Numbers& large) {
  const auto same = [](std::uint64_t number, std::uint64_t elsewhere, std::uint64_t larger) {
    return number == elsewhere || number == larger;
  };
  return same(numbers.disk, zip::in_zip64_16, large.disk) &&
         same(numbers.directory_disk, zip::in_zip64_16, large.directory_disk) &&
         same(numbers.entries_here, zip::in_zip64_16, large.entries_here) &&
         same(numbers.entries, zip::in_zip64_16, large.entries) && same(numbers.size, zip::in_zip64_32, large.size) &&
         same(numbers.offset, zip::in_zip64_32, large.offset);
}

// Where the zip64 record begins that belongs to an end record at `end`; nothing where there is none.
std::optional<std::uint64_t> find_end64(WholeSource& whole, std::uint64_t end) {
  if (end < zip::locator_size) return std::nullopt;
  const std::uint64_t at = end - zip::locator_size;
  std::byte locator[zip::locator_size];
  whole.read(at, locator, "the zip64 locator");
  Fields fields(locator);
  if (fields.u32() != zip::locator_signature) return std::nullopt;
  const std::uint32_t disk = fields.u32();
  const std::uint64_t offset = fields.u64();
  const std::uint32_t disks = fields.u32();
  if (disk != 0 || disks > 1) throw Error(ErrorKind::unsupported, "the archive has several disks").at(whole.place(at));
  if (offset > at || at - offset != zip::end64_size)
    throw Error(ErrorKind::malformed, join("the zip64 end record is said to be at byte ", offset)).at(whole.place(at));
  return offset;
}

}  // namespace

ZipEnd find_zip_end(WholeSource& whole) {
  const std::uint64_t size = whole.size();
  std::vector<std::byte> tail(static_cast<std::size_t>(std::min<std::uint64_t>(size, zip_tail)));
  const std::uint64_t start = size - tail.size();
  whole.read(start, tail, "the archive's end");
  const std::size_t at = find_end_record(whole, tail, start);
  const Bytes record = Bytes(tail).subspan(at);
  std::uint64_t end = start + at;
  Numbers numbers = read_numbers<std::uint16_t, std::uint16_t, std::uint32_t>(record.subspan(4));
  if (const auto found = find_end64(whole, end)) {
    std::byte large[zip::end64_size];
    whole.read(*found, large, "the zip64 end record");
    if (load_le<std::uint32_t>(large) != zip::end64_signature ||
        load_le<std::uint64_t>(large + 4) != zip::end64_size - 12)
      throw Error(ErrorKind::malformed, "there is no zip64 end record").at(whole.place(*found));
    const Numbers larger = read_numbers<std::uint32_t, std::uint64_t, std::uint64_t>(Bytes(large).subspan(16));
    if (!agree(numbers, larger))
      throw Error(ErrorKind::malformed, "the zip64 end record contradicts the end record").at(whole.place(*found));
    numbers = larger;
    end = *found;
  }
  if (numbers.disk != 0 || numbers.directory_disk != 0 || numbers.entries_here != numbers.entries)
    throw Error(ErrorKind::unsupported, "the archive has several disks").at(whole.place(end));
  if (numbers.size > end || numbers.offset != end - numbers.size) {
    throw Error(ErrorKind::malformed, join("the archive's directory of ", numbers.size, " bytes is said to be at byte ",
                                           numbers.offset, ", but ends at byte ", end))
        .at(whole.place(end));
  }
  return {numbers.offset, numbers.size, numbers.entries, std::string(as_text(record.subspan(zip::end_size)))};
}

bool ends_as_zip(Bytes tail, std::uint64_t size) noexcept {
  const std::uint64_t start = size - tail.size();
  for (auto at = signature_before(tail, tail.size()); at; at = signature_before(tail, *at)) {
    if (rest_behind(tail, *at) != std::size_t{0}) continue;
    if (*at >= zip::locator_size &&
        load_le<std::uint32_t>(tail.data() + *at - zip::locator_size) == zip::locator_signature)
      return true;
    // Tools look for the directory right in front of the record, whatever offset it gives.
    const std::uint64_t directory = load_le<std::uint32_t>(tail.data() + *at + 12);
    if (directory == 0 && start + *at == 0) return true;
    if (directory < zip::central_size || directory > start + *at) continue;
    const std::uint64_t first = start + *at - directory;
    if (first < start || load_le<std::uint32_t>(tail.data() + (first - start)) == zip::central_signature) return true;
  }
  return false;
}

}  // namespace larder::internal
