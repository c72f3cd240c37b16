#include "transports.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "io/directory.h"
#include "tests/support/temporary.h"

namespace larder::testing {

namespace {

std::unique_ptr<Reader> beside(const Reading& reading, std::string_view name) {
  const auto found = reading.beside.find(name);
  if (found == reading.beside.end()) throw Error(ErrorKind::not_found, std::string(name));
  return memory_reader(as_bytes(found->second));
}

Outcome read_compressed(const Format& format, Reader& below, const Reading& reading) {
  const auto reader = reading.codec->reader(below, {.level = {}, .limits = reading.limits});
  Reading content = reading;
  content.codec = nullptr;
  Outcome outcome = read_object(format, *reader, content);
  if (!outcome.document) return outcome;
  CHECK(reader->finish() == 0);
  CHECK(below.peek(1).empty());
  return outcome;
}

}  // namespace

Outcome read_object(const Format& format, Reader& reader, const Reading& reading) {
  if (reading.codec != nullptr) return read_compressed(format, reader, reading);
  Outcome outcome;
  try {
    Document document(reading.limits);
    std::optional<internal::Directory> directory;
    if (!reading.file.empty()) directory.emplace(reading.file);
    const std::optional<Region> mapped =
        reading.map_mode == MapMode::none ? std::nullopt : reader.map(reading.map_mode);
    const std::string name = reading.file.empty() ? reading.name : reading.file.filename().string();
    ReadSource source{.reader = reader,
                      .limits = reading.limits,
                      .native_byte_order = reading.native_byte_order,
                      .mapped_file = mapped ? &*mapped : nullptr,
                      .warn = [](auto) {},
                      .pickle = reading.pickle,
                      .map_mode = reading.map_mode,
                      .name = name,
                      .only = reading.only,
                      .verify = reading.verify};
    if (directory) source.open_sibling = [&](std::string_view sibling) { return directory->open(sibling); };
    if (!reading.beside.empty())
      source.open_sibling = [&](std::string_view sibling) { return beside(reading, sibling); };
    format.read(source, document);
    outcome.position = reader.position();
    outcome.document = std::move(document);
  } catch (const Error& error) {
    outcome.error = error.kind();
    outcome.message = error.what();
  }
  return outcome;
}

Outcome read_object(const Format& format, Reader& reader, const Limits& limits, const PickleReading& pickle) {
  return read_object(format, reader, {.limits = limits, .pickle = pickle});
}

Outcome read_memory(const Format& format, std::string_view bytes, const Reading& reading) {
  return read_object(format, *memory_reader(as_bytes(bytes)), reading);
}

Outcome read_memory(const Format& format, std::string_view bytes, const Limits& limits, const PickleReading& pickle) {
  return read_memory(format, bytes, {.limits = limits, .pickle = pickle});
}

Outcome read_mapped(const Format& format, std::string_view bytes, const Reading& reading) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "file", std::ios::binary) << bytes;
  return read_object(format, *open_file(directory / "file"), reading);
}

std::string written(const Format& format, Value value) {
  MemoryWriter writer;
  format.write(value, writer, {});
  writer.finish();
  return std::string(as_text(writer.bytes()));
}

std::string kind_of(const Outcome& outcome) { return outcome.error ? std::string(name_of(*outcome.error)) : "a value"; }

namespace {

Outcome from_pipe(const Format& format, std::string_view bytes, const Reading& reading) {
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
  Outcome outcome = read_object(format, *fd_reader(ends[0]), reading);
  char unread[4096];
  while (::read(ends[0], unread, sizeof unread) > 0) {
  }
  feeder.join();
  ::close(ends[0]);
  return outcome;
}

Outcome byte_by_byte(const Format& format, std::string_view bytes, const Reading& reading) {
  const auto reader = callback_reader([rest = bytes](MutableBytes out) mutable -> std::size_t {
    if (rest.empty()) return 0;
    out[0] = static_cast<std::byte>(rest.front());
    rest.remove_prefix(1);
    return 1;
  });
  return read_object(format, *reader, reading);
}

void check_same(const Outcome& wanted, const Outcome& found, const char* transport) {
  INFO("from " << transport << ": " << found.message << "; from memory: " << wanted.message);
  CHECK(kind_of(found) == kind_of(wanted));
  if (!found.document || !wanted.document) return;
  CHECK(found.position == wanted.position);
  CHECK(equal(found.root(), wanted.root()));
}

}  // namespace

Outcome read_everywhere(const Format& format, std::string_view bytes, const Reading& reading) {
  const TemporaryDirectory directory;
  const Path path = directory / "file";
  std::ofstream(path, std::ios::binary) << bytes;
  Outcome memory = read_memory(format, bytes, reading);
  check_same(memory, read_object(format, *open_file(path), reading), "a file");
  check_same(memory, read_object(format, *memory_reader(map_file(path, MapMode::read)), reading), "a mapping");
  check_same(memory, from_pipe(format, bytes, reading), "a pipe");
  check_same(memory, byte_by_byte(format, bytes, reading), "single bytes");
  return memory;
}

Outcome read_everywhere(const Format& format, std::string_view bytes, const Limits& limits,
                        const PickleReading& pickle) {
  return read_everywhere(format, bytes, {.limits = limits, .pickle = pickle});
}

Path golden_path(const std::string& name) { return Path(LARDER_SOURCE_DIR) / "tests/formats/data" / name; }

std::string golden(const std::string& name) {
  std::ifstream file(golden_path(name), std::ios::binary);
  if (!file) throw std::runtime_error("no golden file " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

const Format& format_of(const std::string& name) {
  const std::size_t slash = name.find('/');
  const Format* const format =
      slash == std::string::npos ? find_format_by_extension(name) : find_format(name.substr(0, slash));
  if (format == nullptr) throw std::runtime_error("no format for the golden file " + name);
  return *format;
}

namespace {

bool is_golden(const Path& file) {
  const Path folder = file.parent_path().filename();
  if (folder == "data") return find_format_by_extension(file.filename().string()) != nullptr;
  const Format* const format = find_format(folder.string());
  if (format == nullptr || !format->info().built) return false;
  const auto& extensions = format->info().extensions;
  return extensions.empty() || std::ranges::any_of(extensions, [&](const std::string& extension) {
           return file.string().ends_with(extension);
         });
}

}  // namespace

const std::vector<std::string>& golden_names() {
  static const std::vector<std::string> names = [] {
    const Path data = golden_path("");
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
      if (entry.is_regular_file() && is_golden(entry.path()))
        found.push_back(std::filesystem::relative(entry.path(), data).string());
    }
    std::ranges::sort(found);
    return found;
  }();
  return names;
}

}  // namespace larder::testing
