#include "formats/pickle/head.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "formats/pickle/argument.h"

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

// What follows an argument that begins with its length, in `size` bytes.
std::string_view behind_counted(std::string_view text, std::size_t size) noexcept {
  if (text.size() < size) return {};
  std::uint64_t length = 0;
  for (std::size_t i = size; i-- > 0;) length = length << 8 | static_cast<unsigned char>(text[i]);
  return behind(text.substr(size), length);
}

bool has_control_bytes(std::string_view line) noexcept {
  line = line.substr(0, line.find('\n'));
  return std::ranges::any_of(line, [](char letter) { return static_cast<unsigned char>(letter) < ' '; });
}

// What follows the argument of `opcode`, at which `text` begins; nothing where that is no opcode, or none with such an
// argument.
std::optional<std::string_view> behind_argument(Opcode opcode, std::string_view text) noexcept {
  // A ZIP archive, or the length of a safetensors header.
  if (opcode == Opcode::persid && has_control_bytes(text)) return std::nullopt;
  const Argument argument = argument_of(opcode);
  switch (argument.kind) {
    case ArgumentKind::fixed:
      return behind(text, argument.size);
    case ArgumentKind::counted:
      return behind_counted(text, argument.size);
    case ArgumentKind::line:
      return behind_line(text);
    case ArgumentKind::two_lines:
      if (has_control_bytes(text) || has_control_bytes(behind_line(text))) return std::nullopt;
      return behind_line(behind_line(text));
    case ArgumentKind::unknown:
      break;
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
