#include "content.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace larder::testing {

Content pattern(std::size_t size) {
  Content content(size);
  std::uint32_t state = 2463534242u;  // xorshift32
  for (auto& byte : content) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    byte = static_cast<std::byte>(state >> 24);
  }
  return content;
}

bool equal(Bytes a, Bytes b) { return as_text(a) == as_text(b); }

Content read_all(Reader& reader, std::size_t piece) {
  Content all;
  Content part(piece);
  while (const std::size_t size = reader.read(part)) {
    all.insert(all.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return all;
}

void put_file(const Path& path, Bytes content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const auto text = as_text(content);
  if (!file.write(text.data(), static_cast<std::streamsize>(text.size())).flush())
    throw std::runtime_error("cannot write " + path.string());
}

Content file_content(const Path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

std::size_t entries(const Path& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

}  // namespace larder::testing
