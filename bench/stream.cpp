// Compresses or decompresses one file to standard output, as `gzip -c`, `xz -c` and the others do: what bench/peers
// runs beside them.
//
//   larder_stream compress CODEC[:LEVEL] THREADS IN
//   larder_stream decompress CODEC THREADS IN
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include <larder/compress.h>
#include <larder/error.h>

namespace {

void compress(const larder::Path& in, larder::Writer& out, const larder::Compress& wanted, int threads) {
  const larder::Codec& codec = larder::CodecRegistry::global().get(wanted.codec().value());
  const auto encoder = codec.writer(out, {.level = wanted.level(), .threads = threads});
  const larder::Region content = larder::map_file(in, larder::MapMode::read);
  encoder->write(content.bytes());
  encoder->finish();
}

void decompress(const larder::Path& in, larder::Writer& out, const larder::Compress& wanted, int threads) {
  constexpr std::uint64_t piece = std::uint64_t{1} << 20;
  const auto file = larder::open_file(in);
  const auto reader = larder::CodecRegistry::global().get(wanted.codec().value()).reader(*file, {.threads = threads});
  const larder::Region memory = larder::Region::allocate(piece);
  while (const std::size_t size = reader->read(memory.mutable_bytes())) out.write(memory.bytes().first(size));
  reader->finish();
}

void run(std::string_view direction, std::string_view codec, int threads, const char* in) {
  const auto wanted = larder::Compress::parse(codec);
  const auto writer = larder::fd_writer(STDOUT_FILENO, "<standard output>");
  (direction == "compress" ? compress : decompress)(in, *writer, wanted, threads);
  writer->finish();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: larder_stream compress|decompress CODEC[:LEVEL] THREADS IN\n", stderr);
    return 2;
  }
  try {
    run(arguments[1], arguments[2], std::stoi(arguments[3]), arguments[4]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "larder_stream: %s\n", error.what());
    return 3;
  }
}
