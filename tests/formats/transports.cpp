#include "transports.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/temporary.h"

namespace larder::testing {

Outcome read_object(const Format& format, Reader& reader, const Limits& limits, const PickleReading& pickle) {
  Outcome outcome;
  try {
    Document document(limits);
    format.read({.reader = reader,
                 .limits = limits,
                 .native_byte_order = true,
                 .mapped_file = nullptr,
                 .warn = [](auto) {},
                 .pickle = pickle},
                document);
    outcome.position = reader.position();
    outcome.document = std::move(document);
  } catch (const Error& error) {
    outcome.error = error.kind();
    outcome.message = error.what();
  }
  return outcome;
}

Outcome read_memory(const Format& format, std::string_view bytes, const Limits& limits, const PickleReading& pickle) {
  return read_object(format, *memory_reader(as_bytes(bytes)), limits, pickle);
}

std::string kind_of(const Outcome& outcome) { return outcome.error ? std::string(name_of(*outcome.error)) : "a value"; }

namespace {

Outcome from_pipe(const Format& format, std::string_view bytes, const Limits& limits, const PickleReading& pickle) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe failed");
  // A reader that gives up early must not stop the feeder for ever: the pipe is emptied before it is joined.
  std::thread feeder([&, rest = bytes]() mutable {
    while (!rest.empty()) {
      const ssize_t written = ::write(ends[1], rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    ::close(ends[1]);
  });
  Outcome outcome = read_object(format, *fd_reader(ends[0]), limits, pickle);
  char unread[4096];
  while (::read(ends[0], unread, sizeof unread) > 0) {
  }
  feeder.join();
  ::close(ends[0]);
  return outcome;
}

Outcome byte_by_byte(const Format& format, std::string_view bytes, const Limits& limits, const PickleReading& pickle) {
  const auto reader = callback_reader([rest = bytes](MutableBytes out) mutable -> std::size_t {
    if (rest.empty()) return 0;
    out[0] = static_cast<std::byte>(rest.front());
    rest.remove_prefix(1);
    return 1;
  });
  return read_object(format, *reader, limits, pickle);
}

void check_same(const Outcome& wanted, const Outcome& found, const char* transport) {
  INFO("from " << transport << ": " << found.message << "; from memory: " << wanted.message);
  CHECK(kind_of(found) == kind_of(wanted));
  if (!found.document || !wanted.document) return;
  CHECK(found.position == wanted.position);
  CHECK(equal(found.root(), wanted.root()));
}

}  // namespace

Outcome read_everywhere(const Format& format, std::string_view bytes, const Limits& limits,
                        const PickleReading& pickle) {
  const TemporaryDirectory directory;
  const Path path = directory / "file";
  std::ofstream(path, std::ios::binary) << bytes;
  Outcome memory = read_memory(format, bytes, limits, pickle);
  check_same(memory, read_object(format, *open_file(path), limits, pickle), "a file");
  check_same(memory, read_object(format, *memory_reader(map_file(path, MapMode::read)), limits, pickle), "a mapping");
  check_same(memory, from_pipe(format, bytes, limits, pickle), "a pipe");
  check_same(memory, byte_by_byte(format, bytes, limits, pickle), "single bytes");
  return memory;
}

std::string golden(const std::string& name) {
  std::ifstream file(std::string(LARDER_SOURCE_DIR) + "/tests/formats/data/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no golden file " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

const Format& format_of(const std::string& name) { return *find_format_by_extension(name); }

const std::vector<std::string>& golden_names() {
  static const std::vector<std::string> names = {"protocol4.joblib", "protocol2.joblib", "plain0.pkl",
                                                 "plain1.pkl",       "plain5.pkl",       "numbers.npy",
                                                 "structure.npy",    "objects.npy"};
  return names;
}

}  // namespace larder::testing
