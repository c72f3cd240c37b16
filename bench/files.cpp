// Dump and load of one large uncompressed array, and the same bytes through the system's calls alone.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include <larder/dump.h>
#include <larder/load.h>

#include "benchmarks.h"
#include "plain_read.h"
#include "sample.h"
#include "scratch.h"
#include "timing.h"

namespace larder::bench {

namespace {

const Array& large_array() {
  static const Array array = [] {
    const std::uint64_t size = setting("LARDER_BENCH_ARRAY_MIB", 1024) * mebibyte;
    Array made = Array::allocate(DType::of<double>(), {size / sizeof(double)});
    const MutableBytes bytes = made.mutable_bytes();
    for (std::size_t at = 0; at < bytes.size(); at += sample().size())
      std::memcpy(bytes.data() + at, sample().data(), std::min(sample().size(), bytes.size() - at));
    return made;
  }();
  return array;
}

// `measure`, with the array's size: what is measured takes as much memory again.
template <class Prepare, class Work>
void measure_array(benchmark::State& state, Prepare prepare, Work work) {
  measure(state, 2 * large_array().nbytes(), prepare, work);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(large_array().nbytes()));
}

// What publishing a file takes, in the system's calls: written beside it, synced, renamed, directory synced.
std::size_t write_and_publish(const Path& path, Bytes bytes) {
  const Path temporary = path.native() + ".part";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  require(file >= 0, "open");
  for (Bytes left = bytes; !left.empty();) {
    const ssize_t size = ::write(file, left.data(), left.size());
    require(size > 0, "write");
    left = left.subspan(static_cast<std::size_t>(size));
  }
  require(::fsync(file) == 0 && ::close(file) == 0, "fsync");
  require(::rename(temporary.c_str(), path.c_str()) == 0, "rename");
  const int directory = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require(directory >= 0 && ::fsync(directory) == 0 && ::close(directory) == 0, "fsync of the directory");
  return bytes.size();
}

void add(const std::string& name, std::function<void(benchmark::State&, const Path&)> run) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [run](benchmark::State& state) {
                                 const Scratch scratch;
                                 run(state, scratch.path());
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

void add_dump(const std::string& name, const std::string& format, Sync sync) {
  add("dump/" + format + "/" + name, [format, sync](benchmark::State& state, const Path& folder) {
    const Path path = folder / ("array." + format);
    static_cast<void>(large_array());
    measure_array(
        state, [&] { std::filesystem::remove(path); },
        [&] { return dump(large_array(), path, {.file = {.sync = sync}}).size(); });
  });
}

void add_larder(const std::string& format) {
  add_dump("larder", format, Sync::full);
  add_dump("larder_without_fsync", format, Sync::none);
  add("load/" + format + "/larder", [format](benchmark::State& state, const Path& folder) {
    const Path path = folder / ("array." + format);
    dump(large_array(), path, {.file = {.sync = Sync::none}});
    measure_array(
        state, [] {}, [&] { return load(path); });
  });
}

}  // namespace

void register_files() {
  add_larder("joblib");
  add_larder("npy");
  add("dump/file/write", [](benchmark::State& state, const Path& folder) {
    const Path path = folder / "array.raw";
    static_cast<void>(large_array());
    measure_array(
        state, [&] { std::filesystem::remove(path); }, [&] { return write_and_publish(path, large_array().bytes()); });
  });
  const auto add_read = [](const std::string& name, Memory (*allocate)(std::size_t)) {
    add("load/file/" + name, [allocate](benchmark::State& state, const Path& folder) {
      const Path path = folder / "array.raw";
      const auto file = create_file(path, {.sync = Sync::none});
      file->write(large_array().bytes());
      file->finish();
      measure_array(
          state, [] {}, [&] { return read_into(allocate, path); });
    });
  };
  add_read("read", huge_pages);
  add_read("read_small_pages", small_pages);
}

}  // namespace larder::bench
