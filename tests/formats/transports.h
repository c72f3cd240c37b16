// The same bytes from every kind of source: a format must give the same answer from each.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/codec.h>
#include <larder/error.h>
#include <larder/plugin/format.h>

namespace larder::testing {

// What reading one object gave: a document or an error, and where the reader stood after a success.
struct Outcome {
  std::optional<Document> document;
  std::optional<ErrorKind> error;
  std::string message;
  std::uint64_t position = 0;

  Value root() const { return document->root(); }
};

// Contents by name.
using Files = std::map<std::string, std::string, std::less<>>;

// What is read, and how.
struct Reading {
  Limits limits{};
  PickleReading pickle{};
  Path file{};  // beside which other files of the object lie; empty: there are none
  MapMode map_mode = MapMode::none;
  bool native_byte_order = true;
  std::vector<std::string> only{};
  bool verify = false;
  const Codec* codec = nullptr;  // under which the bytes are compressed
  // Where there is no `file`: the name of what is read, and the files beside it.
  std::string name{};
  Files beside{};
};

Outcome read_object(const Format& format, Reader& reader, const Reading& reading);
Outcome read_object(const Format& format, Reader& reader, const Limits& limits = {}, const PickleReading& pickle = {});
Outcome read_memory(const Format& format, std::string_view bytes, const Reading& reading);
Outcome read_memory(const Format& format, std::string_view bytes, const Limits& limits = {},
                    const PickleReading& pickle = {});

// Reads the bytes from a file, a pipe, memory, a mapping and a function that gives one byte at a time, and checks that
// all five agree on the kind of error or on the value and the position. Returns the outcome from memory.
Outcome read_everywhere(const Format& format, std::string_view bytes, const Reading& reading);
Outcome read_everywhere(const Format& format, std::string_view bytes, const Limits& limits = {},
                        const PickleReading& pickle = {});

// From a file of its own that is mapped: `reading` says how.
Outcome read_mapped(const Format& format, std::string_view bytes, const Reading& reading);

// The bytes that a format writes of a value.
std::string written(const Format& format, Value value);

// "truncated", "malformed"...; "a value" for a success.
std::string kind_of(const Outcome& outcome);

// A file of tests/formats/data.
Path golden_path(const std::string& name);
std::string golden(const std::string& name);
// The format for a golden file's name: that which its folder is called after, else that of its extension.
const Format& format_of(const std::string& name);
// All of them, "protocol4.joblib" and "npz/stored.npz": in a folder those whose extension is the format's, for others
// lie beside them; all, where it has none.
const std::vector<std::string>& golden_names();

}  // namespace larder::testing
