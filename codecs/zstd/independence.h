// Whether blocks of a zstd frame can be decoded without the blocks before them.
//
// A sequence may copy from one of the three offsets that were used last, whichever these are. All else that refers to
// what came before (offsets that reach too far back, tables that are to be used again) is an error to a decoder that
// begins there; this alone goes unnoticed. Source: RFC 8878, 3.1.1.3.2 to 3.1.1.5 and 4.1. Needs no library.
#pragma once

#include <larder/bytes.h>

namespace larder::internal::zstd {

// Whether no sequence of the blocks uses an offset that was in use before the first of them. False where they are
// damaged, or begin with tables of others, as far as they were looked at: up to where the three last offsets are their
// own.
bool uses_own_offsets(Bytes blocks);

}  // namespace larder::internal::zstd
