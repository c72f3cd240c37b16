// Which library, at which of its levels, compresses a block for zlib and gzip.
#pragma once

#include <string>
#include <vector>

#include <larder/codec.h>

#include "codecs/deflate.h"

namespace larder::internal {

// The choice at one level of the codecs. It depends on the level, the block, and the libraries that this build has.
//
// Blocks of numbers often become as small with the fastest effort as with far dearer ones, text hardly ever: samples
// of each block are compressed with the dearest effort of the level and then with the others, the cheapest first, until
// one comes as close to the best so far as the level demands. The levels are set so that arrays and texts become no
// larger in total than with zlib at its level of the same number. Immutable; thread-safe.
class DeflateChoice {
 public:
  explicit DeflateChoice(int level);

  // `scratch`: as many bytes as the block has, at least; they are overwritten.
  DeflateEffort effort_for(Bytes block, MutableBytes scratch) const;

  // "ISA-L 2, libdeflate 1": what may be chosen, the cheapest first.
  std::string description() const;

 private:
  struct Candidate {
    DeflateEffort effort;
    double slack = 0;  // how much larger than the best one its samples may be
  };

  std::vector<Candidate> candidates_;  // the cheapest first; the last one is always good enough
  DeflateEffort for_short_blocks_;
  std::size_t largest_sample_ = 0;
};

// What serves which level of zlib and gzip, for people.
std::vector<LevelEngine> deflate_levels();

}  // namespace larder::internal
