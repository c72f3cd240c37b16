// Values to dump, and bytes on disk.
#pragma once

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <larder/larder.h>

namespace larder::testing {

// The numbers 0, 1, ... as an array.
template <class T>
Array counting(const Shape& shape, Order order = Order::c) {
  Array array = Array::allocate(DType::of<T>(), shape, order);
  T next = 0;
  for (T& element : array.mutable_data<T>()) element = next++;
  return array;
}

// {"text": ..., "x": array, "list": [1, None]}
inline Document mixed() {
  Document document;
  const Value root = document.dict();
  document.insert(root, document.str("text"), document.str(std::string(5000, 't')));
  document.insert(root, document.str("x"), document.array(counting<double>({100, 7})));
  const Value members[] = {Value::integer(1), Value::none()};
  document.insert(root, document.str("list"), document.list(members));
  document.set_root(root);
  return document;
}

inline std::string content(const Path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put(const Path& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// What a dump to memory gives.
inline std::string dumped(Value value, const DumpOptions& options = {}) {
  MemoryWriter writer;
  dump(value, writer, options);
  return std::string(as_text(writer.bytes()));
}

// Without the wait for the disk.
inline DumpOptions quick(Compress compress = {}, std::string format = {}) {
  DumpOptions options;
  options.compress = std::move(compress);
  options.format = std::move(format);
  options.file.sync = Sync::none;
  return options;
}

// Codecs that this build has, "raw" among them.
inline std::vector<const Codec*> built_codecs() {
  std::vector<const Codec*> found;
  for (const Codec* const codec : CodecRegistry::global().list()) {
    if (codec->info().built) found.push_back(codec);
  }
  REQUIRE(!found.empty());
  return found;
}

// Options that keep warnings in `lines`.
inline LoadOptions warning_into(std::vector<std::string>& lines, MapMode mode = MapMode::none) {
  LoadOptions options;
  options.mmap_mode = mode;
  options.warn = [&lines](std::string_view line) { lines.emplace_back(line); };
  return options;
}

}  // namespace larder::testing
