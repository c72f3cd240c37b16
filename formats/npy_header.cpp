#include "formats/npy_header.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "arrays/dtype_parse.h"
#include "base/byte_order.h"
#include "base/literal.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder::internal {
namespace {

using Kind = Literal::Kind;

constexpr std::size_t magic_size = 8;  // with the version
// Data starts at a multiple of this.
constexpr std::size_t alignment = 64;
// The digits that numpy leaves room for in the length of the axis along which a file can grow.
constexpr std::size_t growth_digits = 21;

struct Version {
  int major;
  std::size_t length_size;  // bytes of the header's length
  bool latin1;              // else UTF-8
};
constexpr std::array<Version, 3> versions = {{{1, 2, true}, {2, 4, true}, {3, 4, false}}};

template <class... Parts>
[[noreturn]] void refuse(std::size_t position, const Parts&... parts) {
  throw Error(ErrorKind::malformed, join(parts...)).at(join("byte ", position));
}

Version read_version(Reader& reader) {
  std::array<std::byte, magic_size> start{};
  reader.read_exactly(start, "the magic string and version of a .npy file");
  if (as_text(start).substr(0, npy_magic.size()) != npy_magic) refuse(0, "this is not a .npy file");
  const int major = std::to_integer<int>(start[6]);
  const int minor = std::to_integer<int>(start[7]);
  const auto* known =
      std::find_if(versions.begin(), versions.end(), [&](const Version& version) { return version.major == major; });
  if (known == versions.end() || minor != 0) {
    fail(ErrorKind::unsupported, "version ", major, '.', minor, " of .npy is not known; 1.0, 2.0 and 3.0 are");
  }
  return *known;
}

std::string read_text(Reader& reader, const Version& version, std::size_t most) {
  std::array<std::byte, 4> bytes{};
  reader.read_exactly(std::span(bytes).first(version.length_size), "the length of a .npy header");
  const std::uint32_t length = load_le<std::uint32_t>(bytes.data());
  // The limit counts characters, of which UTF-8 has up to 4 bytes.
  const std::uint64_t most_bytes = version.latin1 ? most : std::uint64_t{most} * 4;
  std::string text;
  if (length <= most_bytes) {
    text.resize(length);
    reader.read_exactly(std::as_writable_bytes(std::span(text)), "a .npy header");
  }
  const auto characters = std::count_if(text.begin(), text.end(), [&](char c) {
    return version.latin1 || (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
  if (length > most_bytes || static_cast<std::uint64_t>(characters) > most) {
    fail(ErrorKind::limit, "a .npy header of ", length, " bytes is longer than Limits::npy_header = ", most,
         " characters");
  }
  return text;
}

// The value of `key` in a dict that was read; each key must be there once.
const Literal& entry(const Literal& dict, std::string_view key) {
  const Literal* found = nullptr;
  for (std::size_t i = 0; i < dict.items.size(); i += 2) {
    if (dict.items[i].kind != Kind::text || dict.items[i].text != key) continue;
    if (found != nullptr) refuse(dict.items[i].position, "the key ", quoted(key), " stands twice in a .npy header");
    found = &dict.items[i + 1];
  }
  if (found == nullptr) refuse(dict.position, "the key ", quoted(key), " is missing in a .npy header");
  return *found;
}

Shape read_shape(const Literal& literal) {
  if (literal.kind != Kind::tuple) refuse(literal.position, "'shape' in a .npy header must be a tuple of integers");
  Shape shape;
  for (const Literal& item : literal.items) {
    if (item.kind != Kind::integer || item.negative) {
      refuse(item.position, "a length in 'shape' must be an integer that is not negative");
    }
    shape.push_back(item.magnitude);
  }
  return shape;
}

NpyHeader header_from(const Literal& dict) {
  if (dict.kind != Kind::dict) refuse(dict.position, "a .npy header must be a dict");
  const Literal& descr = entry(dict, "descr");
  const Literal& order = entry(dict, "fortran_order");
  const Literal& shape = entry(dict, "shape");
  if (dict.items.size() != 6) {
    refuse(dict.position, "a .npy header must have the keys 'descr', 'fortran_order' and 'shape' only");
  }
  if (order.kind != Kind::boolean) refuse(order.position, "'fortran_order' in a .npy header must be True or False");
  NpyHeader header{dtype_from_literal(descr), read_shape(shape), order.truth ? Order::fortran : Order::c};
  static_cast<void>(checked_nbytes(header.shape, header.dtype.itemsize()));
  return header;
}

// Adds the file's name to the errors of `work`.
template <class Work>
auto named(const Reader& reader, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    if (error.kind() != ErrorKind::truncated && error.kind() != ErrorKind::io) error.at(reader.name());
    throw;
  }
}

// The text in Latin-1; nothing where a letter has no place there.
std::optional<std::string> to_latin1(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    const std::uint32_t code = take_utf8(utf8);
    if (code > 0xff) return std::nullopt;
    out.push_back(static_cast<char>(code));
  }
  return out;
}

// The whole header, or nothing where its length does not fit the version.
std::optional<std::string> wrapped(std::string_view text, const Version& version) {
  const std::size_t before = magic_size + version.length_size;
  const std::size_t padding = alignment - (before + text.size() + 1) % alignment;
  const std::size_t length = text.size() + padding + 1;
  if (length > (version.length_size == 2 ? 0xffff : 0xffff'ffff)) return std::nullopt;
  std::array<std::byte, 4> length_bytes{};
  store_le(length_bytes.data(), static_cast<std::uint32_t>(length));
  std::string out(npy_magic);
  out.append({static_cast<char>(version.major), '\0'});
  out.append(as_text(std::span(length_bytes).first(version.length_size)));
  out.append(text).append(padding, ' ').append("\n");
  return out;
}

}  // namespace

NpyHeader read_npy_header(Reader& reader, const Limits& limits) {
  return named(reader, [&] {
    const Version version = read_version(reader);
    const std::string text = read_text(reader, version, limits.npy_header);
    const LiteralSyntax syntax{
        .latin1 = version.latin1, .long_suffix = version.latin1, .first_position = magic_size + version.length_size};
    return header_from(parse_literal(text, syntax));
  });
}

std::string npy_header(const DType& dtype, const Shape& shape, Order order) {
  std::string text = join("{'descr': ", dtype.descr(), ", 'fortran_order': ", order == Order::c ? "False" : "True",
                          ", 'shape': ", python_tuple(shape), ", }");
  if (!shape.empty()) {
    const std::size_t digits = std::to_string(order == Order::c ? shape.front() : shape.back()).size();
    text.append(growth_digits - std::min(digits, growth_digits), ' ');
  }
  if (const auto latin1 = to_latin1(text)) {
    for (const Version& version : {versions[0], versions[1]}) {
      if (auto header = wrapped(*latin1, version)) return *header;
    }
  }
  if (auto header = wrapped(text, versions[2])) return *header;
  fail(ErrorKind::limit, "a .npy header of ", text.size(), " bytes is too long for the format");
}

}  // namespace larder::internal
