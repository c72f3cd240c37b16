// A format made of blocks, simple enough to build any stream of it by hand: for the drivers of codecs in blocks.
//
//   stream = block... sum      sum: u32, of all bytes of content
//   block  = u32 length, u8 last (0 or 1), content xor 0x55, "##"
//
// All numbers are little-endian. The content may hold "##" too, which finds false ends of blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "codecs/block_encoding.h"
#include "codecs/decoding_reader.h"
#include "samples.h"

namespace larder::testing {

// One block, and the end of a stream with that content.
Content toy_block(const Content& content, bool last);
Content toy_end(const Content& content);
// A stream whose blocks have these sizes; they sum up to the content's.
Content toy_stream(const Content& content, const std::vector<std::size_t>& sizes);

// Cuts blocks of `block_size`.
std::unique_ptr<internal::BlockEncoding> toy_encoding(std::size_t block_size);

// Reads streams; blocks are expected to have `expected` bytes and may have `most`. With `hops` their ends are computed
// from their lengths, not searched for.
internal::Decoding toy_decoding(std::size_t threads, std::size_t expected, std::size_t most, bool hops = false);

}  // namespace larder::testing
