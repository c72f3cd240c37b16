// What each codec makes of your own data: size, ratio and time of every codec that this build has, at three of its
// levels.
//
//   codec_table DIRECTORY FILE...     dumps each FILE's content into DIRECTORY in every way, loads it again and
//   compares
//
// The exit status is 1 where something did not come back as it went.
#include <larder/larder.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {

template <class Function>
double milliseconds(Function&& function) {
  const auto start = std::chrono::steady_clock::now();
  std::forward<Function>(function)();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// A fast one, the default, and the strongest.
std::vector<int> levels_of(const larder::CodecInfo& info) {
  if (!info.has_levels) return {info.default_level};
  std::vector<int> levels = {std::max(info.min_level, 1), info.default_level, info.max_level};
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

struct Job {
  std::string name;  // of the new file
  larder::Compress compress;
  std::string codec;
  std::string level;
};

std::vector<Job> jobs_for(const std::string& stem) {
  std::vector<Job> jobs = {{stem + ".joblib", larder::Compress::none(), "none", "-"}};
  for (const larder::Codec* codec : larder::CodecRegistry::global().list()) {
    const larder::CodecInfo& info = codec->info();
    if (!info.built || info.extensions.empty()) continue;
    for (const int level : levels_of(info)) {
      const bool plain = !info.has_levels || level == info.default_level;
      const std::string text = info.has_levels ? std::to_string(level) : "-";
      const auto compress = plain ? larder::Compress(info.name) : larder::Compress(info.name, level);
      jobs.push_back({stem + "-" + text + ".joblib" + info.extensions.front(), compress, info.name, text});
    }
  }
  return jobs;
}

bool run(const Job& job, const larder::Document& original, const larder::Path& directory,
         std::uintmax_t original_size) {
  const larder::Path path = directory / job.name;
  // Not waiting for the disk, which would hide the codec.
  const larder::DumpOptions options{.compress = job.compress, .file = {.sync = larder::Sync::none}};
  larder::Document loaded;
  const double dump_time = milliseconds([&] { larder::dump(original.root(), path, options); });
  const double load_time = milliseconds([&] { loaded = larder::load(path); });
  const auto size = std::filesystem::file_size(path);
  const bool same = larder::equal(loaded.root(), original.root());
  std::printf("  %-6s %5s %10ju %7.2f %9.2f %9.2f%s\n", job.codec.c_str(), job.level.c_str(), size,
              static_cast<double>(original_size) / static_cast<double>(size), dump_time, load_time,
              same ? "" : "   DIFFERS");
  return same;
}

// An uncompressed dump can be mapped: nothing is read before it is touched.
bool map_back(const larder::Path& path, const larder::Document& original) {
  larder::Document mapped;
  const double time = milliseconds([&] { mapped = larder::load(path, {.mmap_mode = larder::MapMode::read}); });
  const bool same = larder::equal(mapped.root(), original.root());
  const bool is_mapped = mapped.root().is(larder::ValueKind::array) && mapped.root().as_array().mapped();
  std::printf("  mapping %s took %.2f ms%s%s\n", path.c_str(), time, is_mapped ? ", its array is mapped" : "",
              same ? "" : "   DIFFERS");
  return same;
}

bool table(const larder::Path& directory, const larder::Path& file) {
  const larder::Document original = larder::load(file);
  const auto size = std::filesystem::file_size(file);
  std::printf("\n%s, %ju bytes\n  %-6s %5s %10s %7s %9s %9s\n", file.c_str(), size, "codec", "level", "bytes", "ratio",
              "dump ms", "load ms");
  bool good = true;
  const auto jobs = jobs_for(file.stem().string());
  for (const Job& job : jobs) good = run(job, original, directory, size) && good;
  return map_back(directory / jobs.front().name, original) && good;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: codec_table DIRECTORY FILE...\n");
    return 2;
  }
  try {
    bool good = true;
    for (int i = 2; i < argc; ++i) good = table(argv[1], argv[i]) && good;
    return good ? 0 : 1;
  } catch (const larder::Error& error) {
    std::fprintf(stderr, "codec_table: %s\n", error.what());
    return 3;
  }
}
