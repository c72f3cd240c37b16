// Whether bytes look like the beginning of a pickle.
#pragma once

#include <larder/bytes.h>

namespace larder::internal {

// Judges the first opcodes, as far as `head` goes: a file of another kind seldom begins with three of them. ZIP
// archives are none, though their first byte is an opcode, nor are safetensors files whose length begins with bytes
// 128 and 2. Thread-safe.
bool begins_as_pickle(Bytes head) noexcept;

}  // namespace larder::internal
