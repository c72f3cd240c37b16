// Sends several objects through one pipe, one after another and compressed, and loads each as it arrives.
#include <larder/larder.h>

#include <cstdio>
#include <future>
#include <vector>

#include <unistd.h>

namespace {

constexpr int objects = 3;

larder::Array numbers(int count) {
  return larder::Array::copy_of<int>(std::vector<int>(static_cast<std::size_t>(count), count),
                                     {static_cast<std::uint64_t>(count)});
}

void send(int pipe) {
  const auto out = larder::fd_writer(pipe);
  const auto compressor = larder::CodecRegistry::global().get("zstd").writer(*out);
  for (int i = 1; i <= objects; ++i) larder::dump(numbers(i * 100'000), *compressor);
  compressor->finish();  // ends the zstd stream
  out->finish();         // passes on the rest
  ::close(pipe);         // the pipe is ours, not larder's
}

int receive(int pipe) {
  const auto in = larder::fd_reader(pipe);
  const auto decompressor = larder::CodecRegistry::global().get("zstd").reader(*in);
  int received = 0;
  while (!decompressor->peek().empty()) {  // until the end of the stream
    const larder::Document document = larder::load(*decompressor);
    const larder::Array& array = document.root().as_array();
    if (!array.identical(numbers(++received * 100'000))) return -1;
    std::printf("object %d: %llu elements\n", received, static_cast<unsigned long long>(array.size()));
  }
  return received;
}

}  // namespace

int main() {
  int ends[2];
  if (::pipe(ends) != 0) {
    std::perror("pipe");
    return 1;
  }
  auto sender = std::async(std::launch::async, send, ends[1]);
  const int received = receive(ends[0]);
  sender.get();  // rethrows what went wrong there
  ::close(ends[0]);
  return received == objects ? 0 : 1;
}
