// Which codecs, levels and numbers of threads `larder bench` tries.
#pragma once

#include <string>
#include <vector>

#include <larder/measure.h>

namespace larder::tools {

// codecs: as in the compress argument, "zstd", "zstd:19" or "none"; none given: all of this build, and no compression.
// levels: for codecs that are named without one; none given: a few that make a difference. threads: 0 is one for each
// processor; none given: 1 and 0. Each setting once. Errors `usage`, naming what is possible, `not_built`.
std::vector<Setting> settings_of(const std::vector<std::string>& codecs, const std::vector<int>& levels,
                                 const std::vector<int>& threads);

}  // namespace larder::tools
