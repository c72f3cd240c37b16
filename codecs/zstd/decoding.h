// How larder reads zstd on several threads: frames of marked sections (frame.h), also from the middle, and short frames
// one after another, as pzstd writes them.
#pragma once

#include <memory>
#include <optional>

#include <larder/limits.h>
#include <larder/reader.h>

#include "codecs/block_decoding.h"

namespace larder::internal::zstd {

std::unique_ptr<BlockDecoding> decoding(const Limits& limits);

// The sections of frames that are all made of them.
std::optional<BlockIndex> index(Reader& below, const Limits& limits);
std::unique_ptr<BlockDecoding> decoding_at(const BlockPlace& place, const Limits& limits);

}  // namespace larder::internal::zstd
