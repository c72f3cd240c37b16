#include "formats/pickle/head.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/byte_order.h"
#include "formats/pickle/opcodes.h"

namespace larder::internal {

namespace {

constexpr int opcodes_judged = 3;

// What follows the line that `text` begins with; nothing left where it does not end here.
std::string_view behind_line(std::string_view text) noexcept {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
}

std::string_view behind(std::string_view text, std::uint64_t size) noexcept {
  return size < text.size() ? text.substr(static_cast<std::size_t>(size)) : std::string_view();
}

// What follows an argument that begins with its length.
template <class Length>
std::string_view behind_counted(std::string_view text) noexcept {
  if (text.size() < sizeof(Length)) return {};
  return behind(text.substr(sizeof(Length)), load_le<Length>(reinterpret_cast<const std::byte*>(text.data())));
}

bool has_control_bytes(std::string_view line) noexcept {
  line = line.substr(0, line.find('\n'));
  return std::ranges::any_of(line, [](char letter) { return static_cast<unsigned char>(letter) < ' '; });
}

// What follows the argument of `opcode`, at which `text` begins; nothing where that is no opcode, or none with such an
// argument.
std::optional<std::string_view> behind_argument(Opcode opcode, std::string_view text) noexcept {
  switch (opcode) {
    case Opcode::persid:
      if (text.starts_with("K\3\4") || text.starts_with("K\5\6")) return std::nullopt;  // a ZIP archive
      return behind_line(text);
    case Opcode::global:
    case Opcode::inst:
      if (has_control_bytes(text) || has_control_bytes(behind_line(text))) return std::nullopt;
      return behind_line(behind_line(text));
    case Opcode::int_text:
    case Opcode::long_text:
    case Opcode::float_text:
    case Opcode::string_text:
    case Opcode::unicode_text:
    case Opcode::put:
    case Opcode::get:
      return behind_line(text);
    case Opcode::proto:
    case Opcode::binint1:
    case Opcode::binput:
    case Opcode::binget:
    case Opcode::ext1:
      return behind(text, 1);
    case Opcode::binint2:
    case Opcode::ext2:
      return behind(text, 2);
    case Opcode::binint:
    case Opcode::long_binput:
    case Opcode::long_binget:
    case Opcode::ext4:
      return behind(text, 4);
    case Opcode::binfloat:
    case Opcode::frame:
      return behind(text, 8);
    case Opcode::long1:
    case Opcode::short_binstring:
    case Opcode::short_binunicode:
    case Opcode::short_binbytes:
      return behind_counted<std::uint8_t>(text);
    case Opcode::long4:
    case Opcode::binstring:
    case Opcode::binunicode:
    case Opcode::binbytes:
      return behind_counted<std::uint32_t>(text);
    case Opcode::binunicode8:
    case Opcode::binbytes8:
    case Opcode::bytearray8:
      return behind_counted<std::uint64_t>(text);
    case Opcode::mark:
    case Opcode::stop:
    case Opcode::pop:
    case Opcode::pop_mark:
    case Opcode::dup:
    case Opcode::none:
    case Opcode::newtrue:
    case Opcode::newfalse:
    case Opcode::empty_tuple:
    case Opcode::tuple1:
    case Opcode::tuple2:
    case Opcode::tuple3:
    case Opcode::tuple:
    case Opcode::empty_list:
    case Opcode::list:
    case Opcode::append:
    case Opcode::appends:
    case Opcode::empty_dict:
    case Opcode::dict:
    case Opcode::setitem:
    case Opcode::setitems:
    case Opcode::empty_set:
    case Opcode::additems:
    case Opcode::frozenset:
    case Opcode::memoize:
    case Opcode::stack_global:
    case Opcode::reduce:
    case Opcode::newobj:
    case Opcode::newobj_ex:
    case Opcode::build:
    case Opcode::obj:
    case Opcode::binpersid:
    case Opcode::next_buffer:
    case Opcode::readonly_buffer:
      return text;
  }
  return std::nullopt;
}

}  // namespace

bool begins_as_pickle(Bytes head) noexcept {
  // Protocols 0 and 1 have no header: one of the opcodes that a pickle can start with, all of which push something.
  constexpr std::string_view first_opcodes = "\x80(]})NIJKLMFGSTUVXcP";
  std::string_view rest(reinterpret_cast<const char*>(head.data()), head.size());
  if (rest.empty() || first_opcodes.find(rest.front()) == std::string_view::npos) return false;
  if (rest.front() == '\x80' && rest.size() > 1 && static_cast<unsigned char>(rest[1]) > highest_protocol) return false;
  for (int i = 0; i < opcodes_judged && !rest.empty(); ++i) {
    const auto opcode = static_cast<Opcode>(rest.front());
    if (i > 0 && opcode == Opcode::stop) return true;
    const auto next = behind_argument(opcode, rest.substr(1));
    if (!next) return false;
    rest = *next;
  }
  return true;
}

}  // namespace larder::internal
