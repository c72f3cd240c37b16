// The sorted table that is the index of a TensorFlow checkpoint: LevelDB's, of blocks.
//
// Source: https://github.com/google/leveldb/blob/main/doc/table_format.md; docs/formats/tf-checkpoint.md.
#pragma once

#include <string>
#include <vector>

#include "formats/whole.h"

namespace larder::internal {

struct TableEntry {
  std::string key;
  std::string value;
};

// All entries, in the order of their keys. Checksums of blocks are verified. Errors `truncated`, `malformed`,
// `checksum`, `limit`, `unsupported` (a block compressed otherwise than by Snappy).
std::vector<TableEntry> read_table(WholeSource& whole);

}  // namespace larder::internal
