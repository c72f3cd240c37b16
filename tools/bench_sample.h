// What `larder bench` measures: a sample of the content of files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <larder/bytes.h>

#include "tools/console.h"
#include "tools/objects.h"

namespace larder::tools {

// Some of the content of one file. A plain value.
struct Sample {
  std::string file;              // as the user wrote it
  std::vector<std::byte> bytes;  // the sample
  std::uint64_t total = 0;       // bytes of the whole content
  std::uint64_t arrays = 0;      // how many the content is made of; 0: it is the file's bytes, decompressed
  std::string codec;             // what the file is compressed with; empty: not at all
  std::string why_bytes;         // why the file was not read as arrays
};

// The bytes of the arrays that a file holds, one array after another; of a file that is mostly something else, or in no
// format that is read, its own bytes, decompressed. At most `most` of them, in pieces from all over the content where
// the file can be jumped in, else from its front. Memory is bounded by the sample and, for compressed files of arrays,
// by the arrays. Errors: `not_found`, `io`, those of codecs.
Sample sample_of(const std::string& file, std::uint64_t most, const ReadOptions& reading, Console& console);

// The sample of a sample.
std::vector<std::byte> smaller_sample(Bytes sample, std::uint64_t most);

}  // namespace larder::tools
