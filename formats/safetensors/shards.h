// Tensors in several safetensors files, and the index that tells which is where.
//
// Source: the files of Hugging Face's transformers, "NAME.safetensors.index.json".
#pragma once

#include "formats/safetensors/tensors.h"

namespace larder::internal {

inline constexpr std::string_view safetensors_index_suffix = ".safetensors.index.json";
inline constexpr std::uint64_t largest_safetensors_shard = 5'000'000'000;

// The tensors that an index names, in its order, read from the files beside it. Errors: `malformed`, also for a tensor
// that is not where the index says; `unsupported` where nothing lies beside; those of the files.
SafetensorsContent read_safetensors_shards(WholeSource& index, Document& document);

// Writes the files beside (WriteOptions::create_sibling), each of at most `largest` bytes of elements unless one tensor
// has more, and the index to `writer`. Error `unsupported` where nothing can lie beside, or the name
// (WriteOptions::name) is not that of an index.
void write_safetensors_shards(SafetensorsTensors content, Writer& writer, const WriteOptions& options,
                              std::uint64_t largest = largest_safetensors_shard);

}  // namespace larder::internal
