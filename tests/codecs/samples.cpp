#include "samples.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>

#include "fakes.h"

namespace larder::testing {
namespace {

CodecRegistry& registry() {
  static CodecRegistry with_user_codec;
  static const bool added = (with_user_codec.add(std::make_unique<XorCodec>()), true);
  static_cast<void>(added);
  return with_user_codec;
}

std::uint64_t status_field(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1)) * 1024;
  }
  throw std::runtime_error("no " + name + " in /proc/self/status");
}

}  // namespace

Content noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Content result(size);
  for (auto& byte : result) byte = static_cast<std::byte>(random() >> 56);
  return result;
}

Content words(std::size_t size) {
  std::mt19937_64 random(noise_seed);
  Content result;
  while (result.size() < size) {
    const Content word = content_of("word" + std::to_string(random() % 500) + ' ');
    result.insert(result.end(), word.begin(), word.end());
  }
  result.resize(size);
  return result;
}

Content mixture(std::size_t size) {
  Content result;
  for (std::uint64_t piece = 0; result.size() < size; ++piece) {
    result = std::move(result) + words(100 + piece * 7 % 3000) + noise(50 + piece * 13 % 1000, piece);
  }
  result.resize(size);
  return result;
}

Content content_of(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

Content content_of(const Region& region) { return {region.data(), region.data() + region.size()}; }

Content operator+(Content left, const Content& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Content from_hex(std::string_view digits) {
  Content result;
  std::string text(digits);
  std::erase(text, ' ');
  for (std::size_t at = 0; at < text.size(); at += 2) {
    result.push_back(static_cast<std::byte>(std::stoi(text.substr(at, 2), nullptr, 16)));
  }
  return result;
}

std::vector<const Codec*> all_codecs() {
  auto result = registry().list();
  std::erase_if(result, [](const Codec* one) { return !one->info().built; });
  return result;
}

std::vector<const Codec*> codecs_with_streams() {
  auto result = all_codecs();
  std::erase_if(result, [](const Codec* one) { return one->info().name == "raw"; });
  return result;
}

const Codec& codec(std::string_view name) { return registry().get(name); }

Content packed(const Codec& codec, Bytes content, std::optional<int> level) {
  return content_of(codec.compress(content, {.level = level}));
}

Content unpacked(const Codec& codec, Bytes compressed, const Limits& limits) {
  return content_of(codec.decompress(compressed, {.limits = limits}));
}

Content packed_in_pieces(const Codec& codec, Bytes content, std::size_t piece) {
  MemoryWriter memory;
  const auto writer = codec.writer(memory);
  while (!content.empty()) {
    const std::size_t size = std::min(piece, content.size());
    writer->write(content.first(size));
    content = content.subspan(size);
  }
  writer->finish();
  return memory.take();
}

std::unique_ptr<Reader> trickle(Bytes content, std::size_t piece) {
  return callback_reader([content, piece](MutableBytes out) mutable {
    const std::size_t size = std::min({content.size(), piece, out.size()});
    std::copy_n(content.begin(), size, out.begin());
    content = content.subspan(size);
    return size;
  });
}

Content read_to_end(Reader& reader, std::size_t piece) {
  Content result;
  Content buffer(piece);
  while (const std::size_t size = reader.read(buffer)) {
    result.insert(result.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return result;
}

Content unpacked_in_pieces(const Codec& codec, Bytes compressed, std::size_t piece, std::size_t piece_below,
                           const Limits& limits) {
  const auto below = trickle(compressed, piece_below);
  return read_to_end(*codec.reader(*below, {.limits = limits}), piece);
}

void reset_peak_memory() {
  std::ofstream file("/proc/self/clear_refs");
  if (!(file << "5" << std::flush)) throw std::runtime_error("cannot reset the peak of the memory in use");
}
std::uint64_t peak_memory() { return status_field("VmHWM"); }
std::uint64_t current_memory() { return status_field("VmRSS"); }

std::uint32_t crc32(Bytes bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

}  // namespace larder::testing
