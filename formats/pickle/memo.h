// The memo of a pickle that is read: values by index.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <larder/document.h>

#include "document/records.h"

namespace larder::internal {

// Dense where pickles are dense, sparse where a file names wild indices. Not thread-safe.
class Memo {
 public:
  // most: bytes of memory that it may take (Error `limit` beyond).
  explicit Memo(std::uint64_t most) : memory_(most) {}

  // At the index that MEMOIZE uses: the number of entries.
  void push(Value value) {
    if (entries_ != dense_ || (dense_ & (chunk_size - 1)) == 0) return put(entries_, value);
    chunks_.back()[dense_++ & (chunk_size - 1)] = value;
    ++entries_;
  }
  void put(std::uint64_t index, Value value);

  // Error `malformed` where nothing was put. An object that turned out to be an array is that array.
  Value get(std::uint64_t index) const {
    if (index >= dense_) return get_sparse(index);
    return current(index, chunks_[static_cast<std::size_t>(index / chunk_size)][index & (chunk_size - 1)]);
  }

 private:
  static constexpr std::uint64_t chunk_size = 1 << 10;

  static Value current(std::uint64_t index, Value value);
  Value get_sparse(std::uint64_t index) const;

  Arena memory_;
  std::vector<Value*> chunks_;
  std::uint64_t dense_ = 0;                // slots of chunks_ that are in use, or are holes
  std::uint64_t entries_ = 0;              // holes not counted
  std::map<std::uint64_t, Value> sparse_;  // ordered: indices chosen by the file cannot collide
};

}  // namespace larder::internal
