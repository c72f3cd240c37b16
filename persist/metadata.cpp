#include "persist/metadata.h"

#include <larder/metadata.h>

#include <array>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/checksum.h"
#include "base/literal.h"
#include "base/text.h"
#include "base/unicode.h"
#include "document/array_places.h"
#include "document/json_parse.h"
#include "formats/elements.h"
#include "persist/footer.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

constexpr std::string_view values_key = "metadata";
constexpr std::string_view arrays_key = "arrays";
constexpr std::string_view compression_key = "chosen_compression";

// Keeps nothing but the checksum of what is written.
class ChecksumWriter final : public Writer {
 public:
  std::uint64_t value() const { return checksum_.value(); }

 private:
  void do_write(Bytes bytes) override { checksum_.add(bytes); }
  void do_finish() override {}
  std::string do_name() const override { return "<checksum>"; }

  internal::Xxh3 checksum_;
};

std::uint64_t checksum_of(const Array& array) {
  ChecksumWriter writer;
  internal::write_elements(array, Order::c, writer);
  writer.finish();
  return writer.value();
}

// The same on every machine, and for every dtype.
std::string text_of(const DType& dtype) {
  const bool has_typestr = dtype.kind() < DTypeKind::structured;
  return has_typestr ? dtype.typestr() : dtype.name();
}

std::string hex_digits(std::uint64_t number) { return internal::hex(number, 16).substr(2); }

// ------ to JSON

Value describe(Document& document, const internal::ArrayPlace& place) {
  const Array& array = place.array.as_array();
  const Value entry = document.dict();
  const auto set = [&](std::string_view key, Value value) { document.insert(entry, document.str(key), value); };
  const bool printable = place.path && !internal::invalid_utf8(*place.path);  // JSON has no lone surrogates
  set("path", printable ? document.str(*place.path) : Value::none());
  set("dtype", document.str(text_of(array.dtype())));
  const Value shape = document.list();
  for (const std::uint64_t length : array.shape())
    document.append(shape, Value::integer(static_cast<std::int64_t>(length)));
  set("shape", shape);
  set("nbytes", Value::integer(static_cast<std::int64_t>(array.nbytes())));
  set("xxh3", document.str(hex_digits(checksum_of(array))));
  return entry;
}

// ------ from JSON

Value member(Value dict, std::string_view key, ValueKind kind) {
  const auto found = dict.is(ValueKind::dict) ? dict.find(key) : std::nullopt;
  if (!found || !found->is(kind))
    fail(ErrorKind::malformed, "the metadata lacks the ", name_of(kind), ' ', internal::quoted(key));
  return *found;
}

std::uint64_t length_of(Value value) {
  if (!value.is(ValueKind::integer) || !value.fits_int64() || value.as_int() < 0)
    fail(ErrorKind::malformed, "a length in the metadata is no number from 0 to 2^63 - 1");
  return static_cast<std::uint64_t>(value.as_int());
}

std::uint64_t parse_hex(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (digits.size() != 16 || error != std::errc() || end != digits.data() + digits.size())
    fail(ErrorKind::malformed, "a checksum in the metadata is not 16 hexadecimal digits: ", internal::quoted(digits));
  return number;
}

ArrayChecksum parse_checksum(Value entry) {
  ArrayChecksum checksum;
  if (const auto path = entry.is(ValueKind::dict) ? entry.find("path") : std::nullopt; path && !path->is_none())
    checksum.path = member(entry, "path", ValueKind::str).as_str();
  checksum.dtype = member(entry, "dtype", ValueKind::str).as_str();
  const Value shape = member(entry, "shape", ValueKind::list);
  for (std::size_t i = 0; i < shape.size(); ++i) checksum.shape.push_back(length_of(shape[i]));
  checksum.nbytes = length_of(member(entry, "nbytes", ValueKind::integer));
  checksum.xxh3 = parse_hex(member(entry, "xxh3", ValueKind::str).as_str());
  return checksum;
}

// ------ verification

// An array, to be taken as it is or in the other byte order.
struct Candidate {
  Value array;
  bool swapped;
};

// dtype and shape in one text.
std::string type_key(std::string_view dtype, const Shape& shape) {
  return join(dtype, ' ', internal::python_tuple(shape));
}

std::string type_key(const Candidate& candidate) {
  const Array& array = candidate.array.as_array();
  return type_key(text_of(candidate.swapped ? array.dtype().swapped() : array.dtype()), array.shape());
}

// Looks recorded arrays up in an object. Each array is read twice at most, however often the metadata names it.
class Verifier {
 public:
  explicit Verifier(Value root) : root_(root) {}

  bool has(const ArrayChecksum& wanted) {
    const std::string key = type_key(wanted.dtype, wanted.shape);
    if (!wanted.path) return pathless(key).contains(wanted.xxh3);
    const auto found = find_path(root_, *wanted.path);
    if (!found || !found->is(ValueKind::array)) return false;
    const Candidate as_it_is{*found, false};
    const Candidate swapped{*found, true};
    return (type_key(as_it_is) == key && checksum(as_it_is) == wanted.xxh3) ||
           (type_key(swapped) == key && checksum(swapped) == wanted.xxh3);
  }

 private:
  std::uint64_t checksum(const Candidate& candidate) {
    auto& known = checksums_[candidate.swapped ? 1 : 0];
    const auto found = known.find(candidate.array.identity());
    if (found != known.end()) return found->second;
    const Array& array = candidate.array.as_array();
    return known[candidate.array.identity()] = checksum_of(candidate.swapped ? array.byte_swapped() : array);
  }

  // Checksums of the arrays of that dtype and shape that no path leads to.
  const std::unordered_set<std::uint64_t>& pathless(const std::string& key) {
    if (!sorted_) sort_pathless();
    const auto known = pathless_checksums_.find(key);
    if (known != pathless_checksums_.end()) return known->second;
    auto& found = pathless_checksums_[key];
    for (const Candidate& candidate : pathless_[key]) found.insert(checksum(candidate));
    return found;
  }

  void sort_pathless() {
    sorted_ = true;
    for (const internal::ArrayPlace& place : internal::array_places(root_)) {
      if (place.path) continue;
      for (const bool swapped : {false, true}) {
        const Candidate candidate{place.array, swapped};
        pathless_[type_key(candidate)].push_back(candidate);
      }
    }
  }

  Value root_;
  std::array<std::unordered_map<const void*, std::uint64_t>, 2> checksums_;  // by identity; as they are, and swapped
  bool sorted_ = false;
  std::unordered_map<std::string, std::vector<Candidate>> pathless_;  // by type_key
  std::unordered_map<std::string, std::unordered_set<std::uint64_t>> pathless_checksums_;
};

std::string describe(const ArrayChecksum& array) {
  const std::string kind = type_key(array.dtype, array.shape);
  if (!array.path) return join("one of the arrays that no path leads to, ", kind);
  return join("the array ", array.path->empty() ? "itself" : internal::quoted(*array.path), ", ", kind);
}

}  // namespace

std::optional<Metadata> read_metadata(Reader& reader, const Limits& limits) {
  if (!internal::at_footer(reader)) return std::nullopt;
  const std::uint64_t begin = reader.position();
  const std::string json = internal::read_footer(reader, limits);
  try {
    Metadata metadata{.values = Document(limits), .arrays = {}};
    const Value root = internal::parse_json(json, metadata.values);
    metadata.values.set_root(member(root, values_key, ValueKind::dict));
    const Value arrays = member(root, arrays_key, ValueKind::list);
    for (std::size_t i = 0; i < arrays.size(); ++i) metadata.arrays.push_back(parse_checksum(arrays[i]));
    if (root.find(compression_key))
      metadata.chosen_compression = member(root, compression_key, ValueKind::str).as_str();
    return metadata;
  } catch (Error& error) {
    error.at(join("metadata at byte ", begin, " of ", reader.name()));
    throw;
  }
}

void verify_arrays(Value root, const Metadata& metadata) {
  Verifier verifier(root);
  const ArrayChecksum* first = nullptr;
  std::size_t others = 0;
  for (const ArrayChecksum& array : metadata.arrays) {
    if (verifier.has(array)) continue;
    if (first == nullptr)
      first = &array;
    else
      ++others;
  }
  if (first == nullptr) return;
  fail(ErrorKind::checksum, describe(*first), ", is not what was stored with the checksum ", hex_digits(first->xxh3),
       others == 0 ? "" : join("; nor are ", others, " other arrays"));
}

namespace internal {

std::string plain_json(Value values) {
  if (!values.is(ValueKind::dict)) fail(ErrorKind::usage, "metadata must be a dict, not a ", name_of(values.kind()));
  std::string json;
  bool plain = false;
  try {
    json = to_json(values);
    Document read_back;
    plain = equal(parse_json(json, read_back), values);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
  }
  if (!plain) {
    fail(ErrorKind::usage,
         "metadata must be plain data: None, bools, ints of 64 bits, finite floats, str, lists, and dicts whose keys "
         "are str that do not start with '$'");
  }
  return json;
}

std::string metadata_footer(Value root, Value values, std::string_view chosen_compression) {
  static_cast<void>(plain_json(values));
  Document document;
  const Value footer = document.dict();
  document.insert(footer, document.str(values_key), document.copy(values));
  const Value arrays = document.list();
  for (const ArrayPlace& place : array_places(root)) document.append(arrays, describe(document, place));
  document.insert(footer, document.str(arrays_key), arrays);
  if (!chosen_compression.empty())
    document.insert(footer, document.str(compression_key), document.str(chosen_compression));
  return make_footer(to_json(footer));
}

}  // namespace internal

}  // namespace larder
