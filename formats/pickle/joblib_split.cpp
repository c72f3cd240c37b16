#include "formats/pickle/joblib_split.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/pickle/argument.h"
#include "formats/pickle/text_arguments.h"

namespace larder::internal {

namespace {

constexpr std::size_t piece_size = 64 * 1024;

void append(std::vector<std::byte>& piece, Bytes bytes) { piece.insert(piece.end(), bytes.begin(), bytes.end()); }
void append(std::vector<std::byte>& piece, Opcode opcode) { piece.push_back(static_cast<std::byte>(opcode)); }

// Of joblib, old and new.
bool is_wrapper_name(std::string_view name) {
  return name == "NumpyArrayWrapper" || name == "NDArrayWrapper" || name == "ZNDArrayWrapper";
}

}  // namespace

JoblibSplit::End JoblibSplit::next(std::vector<std::byte>& piece) {
  piece.clear();
  try {
    return cut(piece);
  } catch (Error& error) {
    if (!error.has_place()) error.at(join("the opcode at byte ", input_.opcode_position(), " of ", input_.name()));
    throw;
  }
}

JoblibSplit::End JoblibSplit::cut(std::vector<std::byte>& piece) {
  if (replaces_) {
    append(piece, Opcode::binpersid);
    replace(1, Kind::other);
    replaces_ = false;
  }
  while (piece.size() < piece_size) {
    const auto opcode = static_cast<Opcode>(input_.opcode());
    if (opcode == Opcode::frame) {
      input_.enter_frame(input_.number<std::uint64_t>());
      continue;
    }
    append(piece, opcode);
    argument_ = Kind::other;
    const bool is_whole = take_argument(opcode, piece);
    const bool is_built = follow(opcode);
    if (opcode == Opcode::stop) {
      input_.leave_frame();
      input_.release();
      return End::stop;
    }
    if (!is_whole) return End::content;
    if (is_built) {
      input_.leave_frame();
      input_.release();
      return End::wrapper;
    }
  }
  return End::more;
}

// Whether the argument is in the piece; else only its length is.
bool JoblibSplit::take_argument(Opcode opcode, std::vector<std::byte>& piece) {
  const Argument argument = argument_of(opcode);
  switch (argument.kind) {
    case ArgumentKind::fixed: {
      if (argument.size == 0) return true;
      const Bytes bytes = input_.take(argument.size);
      append(piece, bytes);
      std::array<std::byte, 8> number{};
      std::copy(bytes.begin(), bytes.end(), number.begin());
      index_ = load_le<std::uint64_t>(number.data());
      return true;
    }
    case ArgumentKind::counted: {
      std::array<std::byte, 8> length{};
      const Bytes bytes = input_.take(argument.size);
      std::copy(bytes.begin(), bytes.end(), length.begin());
      append(piece, bytes);
      content_size_ = load_le<std::uint64_t>(length.data());
      if (content_size_ >= smallest_content) {
        input_.release();
        return false;
      }
      const Bytes text = input_.take(static_cast<std::size_t>(content_size_));
      append(piece, text);
      take_text(opcode, text);
      return true;
    }
    case ArgumentKind::line:
    case ArgumentKind::two_lines:
      take_lines(opcode, piece);
      return true;
    case ArgumentKind::unknown:
      break;
  }
  fail(ErrorKind::malformed, "there is no opcode ", hex(static_cast<std::uint8_t>(opcode)));
}

void JoblibSplit::take_text(Opcode opcode, Bytes text) {
  const bool is_text = opcode == Opcode::short_binunicode || opcode == Opcode::binunicode;
  if (is_text && text.size() >= 14 && text.size() <= 17 && is_wrapper_name(as_text(text))) argument_ = Kind::name;
}

void JoblibSplit::take_lines(Opcode opcode, std::vector<std::byte>& piece) {
  std::string_view line;
  for (int lines = argument_of(opcode).kind == ArgumentKind::line ? 1 : 2; lines > 0; --lines) {
    line = input_.line();
    append(piece, as_bytes(line));
    append(piece, as_bytes("\n"));
  }
  if (opcode == Opcode::put || opcode == Opcode::get) index_ = parse_index(line);
  if (!is_wrapper_name(line)) return;
  if (opcode == Opcode::global || opcode == Opcode::inst) argument_ = Kind::wrapper_class;
  if (opcode == Opcode::unicode_text) argument_ = Kind::name;
}

void JoblibSplit::need(std::size_t count) const {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() - floor < count) fail(ErrorKind::malformed, "the stack holds fewer than ", count, " values");
}

void JoblibSplit::replace(std::size_t count, Kind kind) {
  need(count);
  stack_.resize(stack_.size() - count);
  push(kind);
}

void JoblibSplit::drop_to_mark() {
  if (marks_.empty()) fail(ErrorKind::malformed, "there is no mark on the stack");
  stack_.resize(marks_.back());
  marks_.pop_back();
}

void JoblibSplit::put(std::uint64_t index) {
  need(1);
  if (index == memo_size_)
    ++memo_size_;
  else if (index > memo_size_)
    memo_beyond_.insert(index);
  if (stack_.back() != Kind::other)
    memo_[index] = stack_.back();
  else if (!memo_.empty())
    memo_.erase(index);
}

JoblibSplit::Kind JoblibSplit::memoized(std::uint64_t index) const {
  if (memo_.empty()) return Kind::other;
  const auto found = memo_.find(index);
  return found == memo_.end() ? Kind::other : found->second;
}

// Whether a wrapper was built.
bool JoblibSplit::follow(Opcode opcode) {
  switch (opcode) {
    case Opcode::proto:
    case Opcode::frame:
      return false;
    case Opcode::stop:
    case Opcode::readonly_buffer:
      need(1);
      return false;
    case Opcode::mark:
      marks_.push_back(stack_.size());
      return false;
    case Opcode::pop:
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        drop_to_mark();
      } else {
        need(1);
        stack_.pop_back();
      }
      return false;
    case Opcode::dup:
      need(1);
      push(stack_.back());
      return false;
    case Opcode::memoize:
    case Opcode::binput:
    case Opcode::long_binput:
    case Opcode::put:
    case Opcode::binget:
    case Opcode::long_binget:
    case Opcode::get:
      follow_memo(opcode);
      return false;
    case Opcode::tuple1:
    case Opcode::tuple2:
    case Opcode::tuple3: {
      const std::size_t count = static_cast<std::size_t>(opcode) - static_cast<std::size_t>(Opcode::tuple1) + 1;
      need(count);
      const bool begins_with_class = stack_[stack_.size() - count] == Kind::wrapper_class;
      replace(count, begins_with_class ? Kind::class_in_tuple : Kind::other);
      return false;
    }
    case Opcode::stack_global:
      need(2);
      replace(2, stack_.back() == Kind::name ? Kind::wrapper_class : Kind::other);
      return false;
    case Opcode::reduce:
    case Opcode::newobj: {
      need(2);
      const bool makes = stack_[stack_.size() - 2] == Kind::wrapper_class || stack_.back() == Kind::class_in_tuple;
      replace(2, makes ? Kind::wrapper : Kind::other);
      return false;
    }
    case Opcode::newobj_ex:
      need(3);
      replace(3, stack_[stack_.size() - 3] == Kind::wrapper_class ? Kind::wrapper : Kind::other);
      return false;
    case Opcode::build:
      need(2);
      stack_.pop_back();
      return stack_.back() == Kind::wrapper;
    case Opcode::append:
      need(2);
      stack_.pop_back();
      return false;
    case Opcode::setitem:
      need(3);
      stack_.resize(stack_.size() - 2);
      return false;
    case Opcode::binpersid:
      replace(1, Kind::other);
      return false;
    case Opcode::tuple:
    case Opcode::list:
    case Opcode::dict:
    case Opcode::frozenset:
    case Opcode::obj:
    case Opcode::inst:
    case Opcode::appends:
    case Opcode::setitems:
    case Opcode::additems:
    case Opcode::pop_mark:
      follow_marked(opcode);
      return false;
    default:
      push(argument_);
      return false;
  }
}

void JoblibSplit::follow_memo(Opcode opcode) {
  switch (opcode) {
    case Opcode::memoize:
      return put(memo_size_ + memo_beyond_.size());
    case Opcode::binput:
    case Opcode::long_binput:
    case Opcode::put:
      return put(index_);
    default:
      return push(memoized(index_));
  }
}

// Opcodes that take all above the mark.
void JoblibSplit::follow_marked(Opcode opcode) {
  const bool has_first = !marks_.empty() && stack_.size() > marks_.back();
  const Kind first = has_first ? stack_[marks_.back()] : Kind::other;
  drop_to_mark();
  switch (opcode) {
    case Opcode::tuple:
      return push(first == Kind::wrapper_class ? Kind::class_in_tuple : Kind::other);
    case Opcode::obj:
      return push(first == Kind::wrapper_class ? Kind::wrapper : Kind::other);
    case Opcode::inst:
      return push(argument_ == Kind::wrapper_class ? Kind::wrapper : Kind::other);
    case Opcode::list:
    case Opcode::dict:
    case Opcode::frozenset:
      return push(Kind::other);
    case Opcode::pop_mark:
      return;
    default:
      return need(1);
  }
}

}  // namespace larder::internal
