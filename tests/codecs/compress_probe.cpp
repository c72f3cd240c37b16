// compress_probe: what larder makes of a compress argument and a file name, for the comparison with joblib.
// Each line of standard input is KIND, two values and a file name, separated by tabs; each line of standard output says
// "CODEC LEVEL", "none" or "refused KIND MESSAGE".
//   default - -          Compress()
//   bool 1 -             Compress(true)
//   level 3 -            Compress(3)
//   name zlib -          Compress("zlib")
//   pair zlib 3          Compress("zlib", 3)
//   flag zlib 1          Compress("zlib", true)
//   text zstd:19 -       Compress::parse("zstd:19")
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include <larder/compress.h>
#include <larder/error.h>

namespace {

larder::Compress argument(const std::string& kind, const std::string& first, const std::string& second) {
  if (kind == "default") return {};
  if (kind == "bool") return {first == "1"};
  if (kind == "level") return {std::stoi(first)};
  if (kind == "name") return {first};
  if (kind == "pair") return {first, std::stoi(second)};
  if (kind == "flag") return {first, second == "1"};
  if (kind == "text") return larder::Compress::parse(first);
  throw std::runtime_error("unknown kind " + kind);
}

std::string answer(const std::string& line) {
  std::istringstream fields(line);
  std::string kind, first, second, filename;
  std::getline(fields, kind, '\t');
  std::getline(fields, first, '\t');
  std::getline(fields, second, '\t');
  std::getline(fields, filename);
  try {
    const larder::Compression chosen = larder::resolve(argument(kind, first, second), filename);
    if (chosen.codec == nullptr) return "none";
    return chosen.codec->info().name + " " + std::to_string(chosen.level);
  } catch (const larder::Error& error) {
    return "refused " + std::string(larder::name_of(error.kind())) + " " + error.what();
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << '\n';
  return std::cout.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
