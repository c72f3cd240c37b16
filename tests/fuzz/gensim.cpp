// Reads the parts of any input, between the separators, as an object that gensim saved and the files beside it, in the
// order in which they are opened; writes what it read to files, reads these again, and writes the same files again. The
// first byte says whether the name is that of a compressed file.
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <larder/plugin/format.h>

#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

namespace {

constexpr std::string_view separator = "\n--\n";

using Open = std::function<std::unique_ptr<Reader>(std::string_view name)>;

struct Loaded {
  Document document{small_limits()};
  std::optional<ErrorKind> failure;
};

Loaded load_from(Bytes main, std::string_view name, const Open& open) {
  Loaded loaded;
  const Limits limits = small_limits();
  const auto reader = memory_reader(main);
  loaded.failure = kind_of_failure([&] {
    find_format("gensim")->read({.reader = *reader,
                                 .limits = limits,
                                 .native_byte_order = true,
                                 .mapped_file = nullptr,
                                 .warn = [](std::string_view) {},
                                 .open_sibling = open,
                                 .name = name},
                                loaded.document);
  });
  return loaded;
}

std::vector<std::string_view> parts_of(std::string_view input) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = input.find(separator);
    parts.push_back(input.substr(0, end));
    if (end != std::string_view::npos) input.remove_prefix(end + separator.size());
  }
  return parts;
}

// Files by name, the main one under the empty name.
using Files = std::map<std::string, MemoryWriter, std::less<>>;

Files written(Value value, std::string_view name) {
  Files files;
  const auto failure = kind_of_failure([&] {
    find_format("gensim")->write(value, files[""],
                                 {.name = name, .create_sibling = [&](std::string_view sibling) -> Writer& {
                                    if (files.contains(sibling)) throw Error(ErrorKind::unsupported, "a name is taken");
                                    return files[std::string(sibling)];
                                  }});
  });
  require(
      !failure || failure == ErrorKind::unsupported || failure == ErrorKind::limit || failure == ErrorKind::malformed,
      "what was loaded can be written, or is unsupported");
  if (failure) files.clear();
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view name = (data[0] & 1) == 1 ? "fuzzed.gz" : "fuzzed";
  const std::vector<std::string_view> parts = parts_of(as_text(as_input(data + 1, size - 1)));
  std::size_t next = 1;
  const Loaded first = load_from(as_bytes(parts[0]), name, [&](std::string_view) {
    if (next == parts.size()) throw Error(ErrorKind::not_found, "there are no more files");
    return memory_reader(as_bytes(parts[next++]));
  });
  if (first.failure) return 0;
  const Files files = written(first.document.root(), name);
  if (files.empty()) return 0;
  const Loaded again = load_from(files.find("")->second.bytes(), name, [&](std::string_view sibling) {
    const auto found = files.find(sibling);
    if (found == files.end()) throw Error(ErrorKind::not_found, "there is no such file");
    return memory_reader(found->second.bytes());
  });
  if (again.failure == ErrorKind::limit) return 0;  // budgets are near: the second copy need not fit
  require(!again.failure, "what larder writes can be loaded");
  const Files same = written(again.document.root(), name);
  require(std::ranges::equal(files, same, {}, &Files::value_type::first, &Files::value_type::first),
          "what was read again is written to the same files");
  return 0;
}
