#include "formats/pickle/joblib_merge.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/pickle/argument.h"
#include "formats/pickle/array_writer.h"
#include "formats/pickle/text_arguments.h"

namespace larder::internal {

namespace {

constexpr std::uint64_t wrapper_index = 0;
constexpr std::uint64_t alignment_index = 1;
constexpr std::uint64_t given_entries = 2;

constexpr std::string_view wrapper_module = "joblib.numpy_pickle";
constexpr std::string_view wrapper_name = "NumpyArrayWrapper";

constexpr std::uint64_t largest_in_frame = 64 * 1024;  // what is longer stands outside frames, as CPython writes it

bool is_get(Opcode opcode) {
  return opcode == Opcode::binget || opcode == Opcode::long_binget || opcode == Opcode::get;
}

bool is_put(Opcode opcode) {
  return opcode == Opcode::memoize || opcode == Opcode::binput || opcode == Opcode::long_binput ||
         opcode == Opcode::put;
}

[[noreturn]] void unexpected(std::string_view what) {
  fail(ErrorKind::malformed, "no pickler with larder's memo wrote this: ", what);
}

}  // namespace

std::uint64_t JoblibMerge::index_argument(Opcode opcode) {
  switch (opcode) {
    case Opcode::binget:
    case Opcode::binput:
      return input_.byte();
    case Opcode::long_binget:
    case Opcode::long_binput:
      return input_.number<std::uint32_t>();
    default:
      return parse_index(input_.line());
  }
}

// GET 0 was read: the empty tuple and REDUCE follow.
void JoblibMerge::begin_array() {
  auto opcode = static_cast<Opcode>(input_.opcode());
  if (opcode == Opcode::mark) opcode = static_cast<Opcode>(input_.opcode());
  const bool is_empty_tuple = opcode == Opcode::empty_tuple || opcode == Opcode::tuple;
  if (!is_empty_tuple || static_cast<Opcode>(input_.opcode()) != Opcode::reduce) unexpected("a wrapper is not made");
  begun_.push_back({arrays_++, memo_});
}

// GET 1 was read: the end of the state and BUILD follow.
void JoblibMerge::expect_end() {
  const auto opcode = static_cast<Opcode>(input_.opcode());
  const bool ends = opcode == Opcode::setitems || opcode == Opcode::setitem;
  if (begun_.empty() || !ends || static_cast<Opcode>(input_.opcode()) != Opcode::build)
    unexpected("a wrapper does not end");
}

std::vector<bool> JoblibMerge::find_shared(std::size_t count) && {
  std::vector<bool> used;
  std::vector<std::uint64_t> places;
  for (Opcode opcode{}; opcode != Opcode::stop;) {
    opcode = static_cast<Opcode>(input_.opcode());
    if (is_put(opcode)) {
      if (opcode != Opcode::memoize) static_cast<void>(index_argument(opcode));
      ++memo_;
    } else if (is_get(opcode)) {
      const std::uint64_t index = index_argument(opcode);
      if (index >= memo_) unexpected("a reference to what is not there yet");
      if (used.size() <= index) used.resize(static_cast<std::size_t>(memo_));
      used[static_cast<std::size_t>(index)] = true;
      if (index != wrapper_index) continue;
      begin_array();
      places.push_back(memo_);
    } else {
      pass_argument(opcode);
    }
  }
  input_.release();
  if (places.size() != count) unexpected(join(places.size(), " arrays, ", count, " were given"));
  std::vector<bool> shared;
  for (const std::uint64_t place : places)
    shared.push_back(place < used.size() && used[static_cast<std::size_t>(place)]);
  return shared;
}

void JoblibMerge::pass_argument(Opcode opcode) {
  const Argument argument = argument_of(opcode);
  switch (argument.kind) {
    case ArgumentKind::fixed:
      static_cast<void>(input_.take(argument.size));
      return;
    case ArgumentKind::counted: {
      const std::uint64_t size = argument.size == 1   ? input_.byte()
                                 : argument.size == 4 ? input_.number<std::uint32_t>()
                                                      : input_.number<std::uint64_t>();
      if (size <= largest_in_frame)
        static_cast<void>(input_.take(static_cast<std::size_t>(size)));
      else
        input_.skip(size, "a text of the pickle");
      return;
    }
    case ArgumentKind::two_lines:
      static_cast<void>(input_.line());
      [[fallthrough]];
    case ArgumentKind::line:
      static_cast<void>(input_.line());
      return;
    case ArgumentKind::unknown:
      fail(ErrorKind::malformed, "there is no opcode ", hex(static_cast<std::uint8_t>(opcode)));
  }
}

void JoblibMerge::write(std::span<const Array> arrays, const std::vector<bool>& shared, Writer& writer) && {
  PickleOutput output(writer, protocol_ >= 4);
  output_ = &output;
  for (Opcode opcode{}; opcode != Opcode::stop;) {
    opcode = static_cast<Opcode>(input_.opcode());
    if (is_put(opcode)) {
      put(opcode);
    } else if (is_get(opcode)) {
      get(index_argument(opcode), arrays, shared);
    } else if (opcode == Opcode::frame) {
      static_cast<void>(input_.number<std::uint64_t>());
      output.close_frame();
    } else {
      copy(opcode);
    }
  }
  output.close_frame();
  output_ = nullptr;
  input_.release();
  if (arrays_ != arrays.size() || !begun_.empty()) unexpected(join(arrays_, " arrays, ", arrays.size(), " were given"));
}

void JoblibMerge::copy(Opcode opcode) {
  const Argument argument = argument_of(opcode);
  switch (argument.kind) {
    case ArgumentKind::fixed:
      output_->opcode(opcode);
      output_->text(as_text(input_.take(argument.size)));
      if (opcode == Opcode::proto) output_->close_frame();
      return;
    case ArgumentKind::counted:
      return copy_counted(opcode, argument.size);
    case ArgumentKind::line:
    case ArgumentKind::two_lines:
      output_->opcode(opcode);
      for (int lines = argument.kind == ArgumentKind::line ? 1 : 2; lines > 0; --lines) {
        output_->text(input_.line());
        output_->text("\n");
      }
      return;
    case ArgumentKind::unknown:
      fail(ErrorKind::malformed, "there is no opcode ", hex(static_cast<std::uint8_t>(opcode)));
  }
}

void JoblibMerge::copy_counted(Opcode opcode, std::size_t length_size) {
  std::array<std::byte, 8> length{};
  std::ranges::copy(input_.take(length_size), length.begin());
  const std::uint64_t size = load_le<std::uint64_t>(length.data());
  if (size >= largest_in_frame) return copy_content(opcode, std::span(length).first(length_size), size);
  output_->opcode(opcode);
  output_->text(as_text(std::span(length).first(length_size)));
  output_->text(as_text(input_.take(static_cast<std::size_t>(size))));
}

void JoblibMerge::copy_content(Opcode opcode, Bytes length, std::uint64_t size) {
  output_->close_frame();
  const std::byte code = static_cast<std::byte>(opcode);
  Writer& writer = output_->writer();
  writer.write({&code, 1});
  writer.write(length);
  Reader& reader = input_.release();
  while (size > 0) {
    const Bytes ahead = reader.peek();
    if (ahead.empty()) fail(ErrorKind::truncated, "the pickle ends inside a text");
    const Bytes piece = ahead.first(static_cast<std::size_t>(std::min<std::uint64_t>(size, ahead.size())));
    writer.write(piece);
    size -= piece.size();
    reader.consume(piece.size());
  }
}

void JoblibMerge::put(Opcode opcode) {
  if (opcode != Opcode::memoize && index_argument(opcode) != memo_) unexpected("an index out of order");
  write_put(renumbered(memo_));
  ++memo_;
}

void JoblibMerge::get(std::uint64_t index, std::span<const Array> arrays, const std::vector<bool>& shared) {
  if (index >= memo_) unexpected("a reference to what is not there yet");
  if (index == wrapper_index) {
    write_class();
    begin_array();
    begun_.back().memo = renumbered(memo_);
    output_->opcode(protocol_ == 0 ? Opcode::mark : Opcode::empty_tuple);
    if (protocol_ == 0) output_->opcode(Opcode::tuple);
    output_->opcode(Opcode::newobj);
    return;
  }
  if (index != alignment_index) return write_get(renumbered(index));
  output_->opcode(Opcode::binint1);
  output_->number(std::uint8_t{ArrayWriter::alignment});
  expect_end();
  output_->opcode(protocol_ == 0 ? Opcode::setitem : Opcode::setitems);
  output_->opcode(Opcode::build);
  const Begun ended = begun_.back();
  begun_.pop_back();
  if (ended.array >= arrays.size()) unexpected("more arrays than were given");
  output_->close_frame();
  ArrayWriter::write_elements(arrays[ended.array], output_->writer());
  if (!shared[ended.array]) return;
  write_index(Opcode::put, Opcode::binput, Opcode::long_binput, ended.memo);
}

// The class itself, or a reference to it.
void JoblibMerge::write_class() {
  if (class_at_ <= memo_) return write_get(class_index_);
  const std::uint64_t next = memo_ - given_entries;
  class_at_ = memo_;
  if (protocol_ < 4) {
    output_->opcode(Opcode::global);
    output_->text(join(wrapper_module, '\n', wrapper_name, '\n'));
    class_index_ = next;
    return write_put(class_index_);
  }
  for (const std::string_view text : {wrapper_module, wrapper_name}) {
    output_->opcode(Opcode::short_binunicode);
    output_->number(static_cast<std::uint8_t>(text.size()));
    output_->text(text);
    output_->opcode(Opcode::memoize);
  }
  output_->opcode(Opcode::stack_global);
  class_index_ = next + 2;
  write_put(class_index_);
}

void JoblibMerge::write_put(std::uint64_t index) {
  if (protocol_ >= 4) return output_->opcode(Opcode::memoize);
  write_index(Opcode::put, Opcode::binput, Opcode::long_binput, index);
}

void JoblibMerge::write_get(std::uint64_t index) {
  write_index(Opcode::get, Opcode::binget, Opcode::long_binget, index);
}

void JoblibMerge::write_index(Opcode text, Opcode small, Opcode large, std::uint64_t index) {
  if (protocol_ == 0) {
    output_->opcode(text);
    output_->text(join(index, '\n'));
  } else if (index < 256) {
    output_->opcode(small);
    output_->number(static_cast<std::uint8_t>(index));
  } else {
    output_->opcode(large);
    output_->number(static_cast<std::uint32_t>(index));
  }
}

// Where the pickler's entry `index` is in the memo of the file: the given entries are not there, the class is.
std::uint64_t JoblibMerge::renumbered(std::uint64_t index) const {
  const std::uint64_t entries_of_class = protocol_ >= 4 ? 3 : 1;
  return index - given_entries + (index >= class_at_ ? entries_of_class : 0);
}

}  // namespace larder::internal
