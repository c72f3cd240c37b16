// The Python literals that text headers hold: strings, integers, True, False, None, tuples, lists, dicts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace larder::internal {

// One literal and what it contains. A plain value, at most `LiteralSyntax::most_depth` deep.
struct Literal {
  enum class Kind : std::uint8_t { none, boolean, integer, text, bytes, tuple, list, dict };

  Kind kind = Kind::none;
  bool truth = false;           // boolean
  bool negative = false;        // integer: the sign
  std::uint64_t magnitude = 0;  // integer: its absolute value
  std::size_t position = 0;     // of its first byte
  std::string text;             // text: UTF-8, lone surrogates as their three bytes; bytes: as they are
  std::vector<Literal> items;   // tuple and list: the items; dict: key, value, key, value, as often as they are written
};

struct LiteralSyntax {
  bool latin1 = false;             // bytes from 0x80 on are Latin-1; otherwise the text must be UTF-8
  bool long_suffix = true;         // Python 2's 3L
  std::size_t first_position = 0;  // of the first byte of the text, for `position` and for messages
  std::size_t most_depth = 200;    // Python's own limit of brackets in brackets
};

// Reads one literal, with blanks, line ends and comments around and within it, as Python's ast.literal_eval does.
// Nothing is looked up, called or computed. Differences, all of them refusals: floats, complex numbers, sets, \N{...},
// a sign before a parenthesis, more than one sign, and line ends within triple quotes. Error `malformed` naming the
// byte, `limit` for nesting and for integers beyond 64 bits.
Literal parse_literal(std::string_view text, const LiteralSyntax& syntax = {});

// The numbers as Python writes a tuple: "()", "(3,)", "(3, 4)".
std::string python_tuple(const std::vector<std::uint64_t>& numbers);

}  // namespace larder::internal
