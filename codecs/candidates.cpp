#include "codecs/candidates.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace larder::internal {

namespace {

constexpr double megabyte = 1e6;

// One level of a codec. `general`: offered whatever the file is called; another codec is as good, or better, at the
// same size, where it is not.
struct Row {
  std::string_view codec;
  int level;
  bool general;
  double compress;  // MB/s
  double decompress;
  double ratio;
};

// lz4's level 1 is its level 0, which in a compress argument would mean no compression.
constexpr std::array rows = {
    Row{"zstd", 1, true, 380, 950, 2.4},   Row{"zstd", 3, true, 180, 800, 2.6},  Row{"lz4", 1, true, 380, 1200, 1.8},
    Row{"lz4", 9, false, 30, 1200, 2.1},   Row{"zlib", 1, true, 300, 600, 2.2},  Row{"zlib", 3, true, 150, 600, 2.35},
    Row{"zlib", 6, true, 60, 600, 2.45},   Row{"zlib", 9, true, 20, 600, 2.5},   Row{"gzip", 1, false, 300, 600, 2.2},
    Row{"gzip", 3, false, 150, 600, 2.35}, Row{"gzip", 6, false, 60, 600, 2.45}, Row{"gzip", 9, false, 20, 600, 2.5},
    Row{"zstd", 6, true, 75, 800, 2.75},   Row{"zstd", 9, true, 40, 800, 2.85},  Row{"zstd", 19, true, 3, 700, 3.2},
    Row{"bz2", 9, true, 12, 30, 3.1},      Row{"bz2", 1, false, 14, 40, 2.8},    Row{"xz", 1, true, 12, 60, 3.1},
    Row{"xz", 6, true, 3, 60, 3.4},        Row{"xz", 9, true, 2.5, 60, 3.5},     Row{"lzma", 1, false, 12, 60, 3.1},
    Row{"lzma", 6, false, 3, 60, 3.4},     Row{"lzma", 9, false, 2.5, 60, 3.5},
};

constexpr std::array<std::string_view, 6> codecs_of_joblib = {"zlib", "gzip", "bz2", "xz", "lzma", "lz4"};

bool joblib_reads(std::string_view codec) {
  return std::ranges::find(codecs_of_joblib, codec) != codecs_of_joblib.end();
}

Candidate candidate(const Codec& codec, const Row& row) {
  return {{&codec, row.level}, row.compress * megabyte, row.decompress * megabyte, row.ratio};
}

// Those of the codec that the file name asks for; of a codec of the user, of which nothing is known, its default.
std::vector<Candidate> levels_of(const Codec& codec) {
  const CodecInfo& info = codec.info();
  std::vector<Candidate> found;
  for (const Row& row : rows) {
    if (row.codec == info.name && row.level >= info.min_level && row.level <= info.max_level)
      found.push_back(candidate(codec, row));
  }
  if (found.empty()) found.push_back({{&codec, info.default_level}, 100 * megabyte, 100 * megabyte, 2});
  return found;
}

}  // namespace

std::vector<Candidate> candidates(const Auto& how, std::string_view filename, const CodecRegistry& registry) {
  if (const Codec* const named = registry.find_by_extension(filename)) {
    if (how.joblib && !joblib_reads(named->info().name))
      fail(ErrorKind::usage, "auto:joblib contradicts the extension of ", quoted(filename), ": joblib does not read ",
           named->info().name);
    return levels_of(registry.get(named->info().name));
  }
  std::vector<Candidate> found;
  for (const Row& row : rows) {
    const Codec* const codec = registry.find(row.codec);
    if (codec != nullptr && codec->info().built && row.general && (!how.joblib || joblib_reads(row.codec)))
      found.push_back(candidate(*codec, row));
  }
  constexpr double copying = 5000 * megabyte;
  found.push_back({{}, copying, copying, 1});
  return found;
}

}  // namespace larder::internal
