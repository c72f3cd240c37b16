// codec_tool compress|decompress NAME[:LEVEL] <input >output: one codec between standard input and output, for the
// tests with real tools. Exit status 3 and one line on standard error for an Error.
#include <cstdio>
#include <string_view>
#include <vector>

#include <larder/compress.h>
#include <larder/error.h>

namespace {

void copy(larder::Reader& from, larder::Writer& to) {
  std::vector<std::byte> piece(100'000);
  while (const std::size_t size = from.read(piece)) to.write(larder::Bytes(piece).first(size));
  to.finish();
}

void run(std::string_view direction, std::string_view argument) {
  const auto input = larder::fd_reader(0, "<stdin>");
  const auto output = larder::fd_writer(1, "<stdout>");
  const larder::Compress wanted = larder::Compress::parse(argument);
  const larder::Codec& codec = larder::CodecRegistry::global().get(wanted.codec().value());
  if (direction == "compress") {
    const auto encoder = codec.writer(*output, {.level = wanted.level()});
    copy(*input, *encoder);
    output->finish();
  } else {
    copy(*codec.reader(*input), *output);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  try {
    run(arguments[1], arguments[2]);
    return 0;
  } catch (const larder::Error& error) {
    std::fprintf(stderr, "%s: %s\n", larder::name_of(error.kind()).data(), error.what());
    return 3;
  }
}
