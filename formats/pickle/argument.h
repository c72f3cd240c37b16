// What follows each opcode of pickle: enough to walk through a pickle without knowing what it means.
#pragma once

#include <array>
#include <cstdint>

#include "formats/pickle/opcodes.h"

namespace larder::internal {

enum class ArgumentKind : std::uint8_t {
  unknown,  // no opcode of pickle
  fixed,    // so many bytes, 0 included
  counted,  // a length of so many bytes, and as many bytes as it says
  line,     // up to a newline
  two_lines,
};

struct Argument {
  ArgumentKind kind = ArgumentKind::unknown;
  std::uint8_t size = 0;
};

namespace argument_table {

constexpr std::array<Argument, 256> make() {
  std::array<Argument, 256> table{};
  const auto set = [&](ArgumentKind kind, std::uint8_t size, auto... opcodes) {
    ((table[static_cast<std::uint8_t>(opcodes)] = {kind, size}), ...);
  };
  using enum Opcode;
  set(ArgumentKind::fixed, 0, mark, stop, pop, pop_mark, dup, none, newtrue, newfalse, empty_tuple, tuple1, tuple2,
      tuple3, tuple, empty_list, list, append, appends, empty_dict, dict, setitem, setitems, empty_set, additems,
      frozenset, memoize, stack_global, reduce, newobj, newobj_ex, build, obj, binpersid, next_buffer, readonly_buffer);
  set(ArgumentKind::fixed, 1, proto, binint1, binput, binget, ext1);
  set(ArgumentKind::fixed, 2, binint2, ext2);
  set(ArgumentKind::fixed, 4, binint, long_binput, long_binget, ext4);
  set(ArgumentKind::fixed, 8, binfloat, frame);
  set(ArgumentKind::counted, 1, long1, short_binstring, short_binunicode, short_binbytes);
  set(ArgumentKind::counted, 4, long4, binstring, binunicode, binbytes);
  set(ArgumentKind::counted, 8, binunicode8, binbytes8, bytearray8);
  set(ArgumentKind::line, 0, persid, int_text, long_text, float_text, string_text, unicode_text, put, get);
  set(ArgumentKind::two_lines, 0, Opcode::global, inst);
  return table;
}

}  // namespace argument_table

inline constexpr std::array<Argument, 256> arguments_of_opcodes = argument_table::make();

constexpr Argument argument_of(Opcode opcode) noexcept {
  return arguments_of_opcodes[static_cast<std::uint8_t>(opcode)];
}

}  // namespace larder::internal
