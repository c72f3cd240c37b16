// deflate_probe LEVEL... <input: for each of these levels of zlib, a line "LEVEL BLOCKS WHOLE": how many bytes standard
// input becomes with the effort that is chosen for its first block, in blocks and as one piece. For the tests in
// Python.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <larder/reader.h>

#include "codecs/deflate_effort.h"
#include "codecs/deflate_encoding.h"

namespace {

using namespace larder;
using namespace larder::internal;

std::vector<std::byte> read_all() {
  const auto input = fd_reader(0, "<stdin>");
  std::vector<std::byte> all;
  std::vector<std::byte> piece(1 << 20);
  while (const std::size_t size = input->read(piece))
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size));
  return all;
}

void measure(int level, Bytes content) {
  const std::size_t block_size = deflate_encoding(Wrapper::zlib, level)->block_size();
  std::vector<std::byte> out(content.size() * 2 + 1000);
  const DeflateEffort effort =
      DeflateChoice(level).effort_for(content.first(std::min(block_size, content.size())), out);
  const std::size_t whole = effort.library->deflate(effort.level, content, true, out);
  std::size_t blocks = 0;
  while (!content.empty()) {
    const Bytes block = content.first(std::min(block_size, content.size()));
    content = content.subspan(block.size());
    blocks += effort.library->deflate(effort.level, block, content.empty(), out);
  }
  std::printf("%d %zu %zu\n", level, blocks, whole);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::byte> content = read_all();
  for (int at = 1; at < count; ++at) measure(std::atoi(arguments[at]), content);
}
