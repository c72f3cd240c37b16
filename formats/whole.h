// Formats whose objects are read from any place: a directory at the end, tensors in any order.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include <larder/array.h>
#include <larder/plugin/format.h>

#include "formats/elements.h"

namespace larder::internal {

// The rest of a source, from where its reader stands to its end, with offsets from there. A file is read where it lies
// (nothing ahead of what is asked for) or mapped; a pipe or a decompressor is first read whole, within Limits::bytes,
// and its arrays are then slices of that. Borrows the ReadSource. Not thread-safe: it moves the reader.
class WholeSource {
 public:
  // Errors: the reader's, and `limit`.
  explicit WholeSource(const ReadSource& source) : WholeSource(source, nullptr) {}
  // One of several sources of one object, which all take from one budget, borrowed.
  WholeSource(const ReadSource& source, ArrayBudget& shared) : WholeSource(source, &shared) {}
  WholeSource(const WholeSource&) = delete;
  WholeSource& operator=(const WholeSource&) = delete;

  std::uint64_t size() const noexcept { return size_; }
  const ReadSource& source() const noexcept { return source_; }

  // Whether arrays are slices of the mapped file, or of what was read whole; neither: they are read one by one.
  bool is_mapped() const noexcept { return source_.mapped_file != nullptr && !content_; }
  bool is_in_memory() const noexcept { return content_.has_value(); }

  // Whether ReadSource::only asks for the array of that name.
  bool wants(std::string_view array) const;

  // "byte 17 of model.npz", for Error::at.
  std::string place(std::uint64_t offset) const;

  // What may still be read into memory; formats that read with `reader` or `inside` take from it what they keep.
  ArrayBudget& budget() noexcept { return *budget_; }

  // Fills `out` from `offset`. Error `truncated`, naming `what`, behind the end.
  void read(std::uint64_t offset, MutableBytes out, std::string_view what);

  // `size` bytes: a slice of the mapped file or of what was read whole, else read into memory (which counts for
  // Limits::bytes, all calls together). Errors `truncated`, `limit`.
  Region bytes(std::uint64_t offset, std::uint64_t size, std::string_view what);

  // The elements of an array, likewise, as read_elements (formats/elements.h): in native byte order where the source
  // asks for it, aligned where they are not mapped. `dtype` has no object part.
  Array elements(std::uint64_t offset, const DType& dtype, const Shape& shape, Order order);

  // A Reader of `size` bytes from `offset`, with positions from there: for other formats, the pickle machine, the npy
  // header, a decoder. Other calls may come between its own. Error `truncated` where the range is not inside.
  std::unique_ptr<Reader> reader(std::uint64_t offset, std::uint64_t size);

  // What those bytes are as a source of their own, for a format inside this one; elements are mapped where the source
  // is. `reader` is what `this->reader` gave for the same range. Lives as long as this object.
  ReadSource inside(Reader& reader, std::uint64_t offset, std::uint64_t size);

  // Notes that the part of the source that begins at `offset` agrees with its checksum (formats/zip/).
  void note_verified(std::uint64_t offset) { verified_.insert(offset); }
  bool is_verified(std::uint64_t offset) const { return verified_.contains(offset); }

  // Tells who asked (ReadSource::checksums) that all that a checksum covers agreed with it, or that some content has
  // none.
  void tell_verified(std::string_view checksum);
  void tell_unchecked();

  // Moves the source's reader behind the last byte: the last call of each `Format::read`.
  void finish();

 private:
  WholeSource(const ReadSource& source, ArrayBudget* shared);
  void require_inside(std::uint64_t offset, std::uint64_t size, std::string_view what) const;
  Region slice_of_mapping(std::uint64_t offset, std::uint64_t size) const;

  const ReadSource& source_;
  ArrayBudget own_budget_;
  ArrayBudget* budget_;
  std::uint64_t begin_ = 0;
  std::uint64_t size_ = 0;
  std::optional<Region> content_;  // of a source that cannot seek
  std::deque<Region> insides_;     // what `inside` hands out as mapped files
  std::unordered_set<std::uint64_t> verified_;
};

}  // namespace larder::internal
