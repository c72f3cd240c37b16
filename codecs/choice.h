// How compress="auto" chooses, with what it measures by given from outside, so that tests can do without a clock.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <larder/choice.h>

#include "codecs/candidates.h"
#include "codecs/content.h"

namespace larder::internal {

// Compresses and decompresses a sample in this thread and says what came of it, in seconds of processor time.
using TryOut = std::function<Trial(const Compression&, Bytes sample)>;
Trial try_out(const Compression& compression, Bytes sample);

// What `choose` does. `candidates` are not empty.
Choice choose_among(std::span<const Candidate> candidates, const Content& content, const Budget& budget, int threads,
                    const TryOut& try_out);
Choice choose(const Content& content, const Auto& how, std::string_view filename, int threads,
              const CodecRegistry& registry = CodecRegistry::global());

}  // namespace larder::internal
