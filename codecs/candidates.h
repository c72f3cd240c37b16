// The codecs and levels among which compress="auto" chooses, and what is expected of each before anything is measured.
#pragma once

#include <string_view>
#include <vector>

#include <larder/compress.h>

namespace larder::internal {

// A plain value.
struct Candidate {
  Compression compression{};  // no codec: stored as it is
  // On typical arrays: bytes of content a second in one thread, and content per compressed byte.
  double compress = 0;
  double decompress = 0;
  double ratio = 1;
};

// Those that this build has, the preferred of equals first; of one codec alone where `filename` has its extension,
// never none at all. Errors as for `choose`.
std::vector<Candidate> candidates(const Auto& how, std::string_view filename, const CodecRegistry& registry);

}  // namespace larder::internal
