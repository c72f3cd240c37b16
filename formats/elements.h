// The elements of an array in a file: what .npy and joblib files have in common.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include <larder/array.h>
#include <larder/plugin/format.h>

namespace larder::internal {

// What the arrays of one file may still hold of Limits::bytes, all of them together.
class ArrayBudget {
 public:
  explicit ArrayBudget(const Limits& limits) : left_(limits) {}
  // The limits for the next array.
  const Limits& left() const noexcept { return left_; }
  void take(std::uint64_t bytes) noexcept { left_.bytes -= std::min(left_.bytes, bytes); }

 private:
  Limits left_;
};

// Reads `size` bytes into memory, but never more than Limits::bytes. Error `truncated`, naming `what`, where the source
// is shorter, else `limit`: the same answer from every source, whether it knows its size or not.
Region read_within(Reader& reader, std::uint64_t size, const Limits& limits, std::string_view what);

// The array of the elements that start at the reader's position, which is then behind them, where `source.choice` does
// not want them read; else nothing. Error `truncated` where the source is shorter.
std::optional<Array> pass_over(const ReadSource& source, const DType& dtype, const Shape& shape, Order order);

// Reads the elements that start at the reader's position, in `order`, maps them where source.mapped_file is set, or
// passes over them, and leaves the reader behind them. What is read into memory is taken from `budget`, and in native
// byte order if the source asks for it. `dtype` has no object part.
Array read_elements(const ReadSource& source, ArrayBudget& budget, const DType& dtype, const Shape& shape, Order order);

// An array of elements that were read into memory, whose bytes are swapped to native order in place.
Array native_array(const DType& dtype, const Shape& shape, Order order, Region elements);

// Whether all elements are where the machine wants elements of that dtype. What is read into memory is; what is mapped
// is where the file has it.
bool is_aligned(const Array& array) noexcept;

// Writes the elements in `order`, in bounded memory.
void write_elements(const Array& array, Order order, Writer& writer);

}  // namespace larder::internal
