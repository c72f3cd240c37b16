// How good the choices of compress="auto" are: each file's bytes are given to `choose`, then what it chose, zstd:3 and
// others are measured on all of them, and compared by the budget. All of it is done in one thread and counts its
// processor time, so that what else the machine does changes little.
//
//   larder_auto [-b BUDGET] [-m MIB] FILE...      each file is repeated until there are MIB mebibytes
//                                                 (which flatters codecs that see the file twice)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include <larder/bytes.h>
#include <larder/choice.h>
#include <larder/measure.h>

namespace {

using namespace larder;

std::vector<std::byte> repeated(Bytes content, std::size_t size) {
  std::vector<std::byte> result(content.begin(), content.end());
  while (!content.empty() && result.size() < size) result.insert(result.end(), content.begin(), content.end());
  return result;
}

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Judged {
  std::string choice;
  std::string best;
  double against_zstd_3 = 1;  // cost, as a multiple; below 1 is better
  double against_best = 1;
  double share_of_writing = 0;  // of trying, in percent
};

Judged judge(Bytes content, std::string_view how) {
  const Auto wanted = Compress(how).automatic().value();
  const Choice choice = choose(content, wanted, "", 1);
  std::vector<Setting> settings = {{choice.compression, 1}, {resolve("zstd", ""), 1}};
  for (const char* other :
       {"zstd:1", "lz4:1", "zlib:1", "zlib:3", "zlib:6", "zstd:6", "zstd:9", "bz2:9", "xz:1", "none"})
    settings.push_back({resolve(Compress::parse(other), ""), 1});
  MeasureOptions options;
  options.repeats = 3;
  options.seconds = 5;
  options.clock = processor_seconds;
  const auto measured = measure({&content, 1}, settings, options);
  const auto cost = [&](std::size_t which) { return cost_of(measured[which].trial, wanted.budget).amount; };
  const Advice advice = advise(measured, wanted.budget);
  return {.choice = text_of(choice),
          .best = measured[advice.best].setting.name(),
          .against_zstd_3 = cost(0) / cost(1),
          .against_best = cost(0) / cost(advice.best),
          .share_of_writing = 100 * choice.seconds / seconds_to_write(measured[0].trial, wanted.budget)};
}

int run(int count, char** arguments) {
  std::string how = "auto";
  std::size_t size = 0;
  int first = 1;
  for (; first + 1 < count && arguments[first][0] == '-'; first += 2) {
    if (std::strcmp(arguments[first], "-b") == 0) how += std::string(":") + arguments[first + 1];
    if (std::strcmp(arguments[first], "-m") == 0) size = std::strtoul(arguments[first + 1], nullptr, 10) << 20;
  }
  std::printf("%-24s %9s %8s %8s %8s  %-8s %s\n", "file", "MB", "/zstd:3", "/best", "trying", "best", "choice");
  double worst = 0;
  for (; first < count; ++first) {
    const Path path = arguments[first];
    const auto content = repeated(map_file(path, MapMode::read).bytes(), size);
    const Judged judged = judge(content, how);
    worst = std::max(worst, judged.against_zstd_3);
    std::printf("%-24s %9.1f %8.2f %8.2f %7.2f%%  %-8s %s\n", path.filename().c_str(),
                static_cast<double>(content.size()) / 1e6, judged.against_zstd_3, judged.against_best,
                judged.share_of_writing, judged.best.c_str(), judged.choice.c_str());
  }
  std::printf("%s: at most %.2f times the cost of zstd:3\n", how.c_str(), worst);
  return worst <= 1.05 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "larder_auto: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
