#include "tools/console.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include <unistd.h>

#include "base/text.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// The error's line without the file's name where that would only repeat what stands before it: "cannot open x.npy: ..."
// for x.npy.
std::string without_name(std::string line, std::string_view name) {
  const std::string repeated = internal::join(' ', name, ':');
  if (const auto at = line.find(repeated); at != std::string::npos) line.erase(at, repeated.size() - 1);
  return line;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

template <class Action>
void guard(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    throw OutputFailed{error};
  }
}

}  // namespace

Status status_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::usage:
      return Status::usage;
    case ErrorKind::io:
    case ErrorKind::not_found:
    case ErrorKind::conflict:
    case ErrorKind::unknown_outcome:
      return Status::io;
    case ErrorKind::truncated:
    case ErrorKind::malformed:
    case ErrorKind::limit:
    case ErrorKind::unsupported:
    case ErrorKind::not_built:
    case ErrorKind::unsafe_reference:
    case ErrorKind::checksum:
      break;
  }
  return Status::input;
}

Status worse(Status a, Status b) noexcept { return std::max(a, b); }

void write_message(std::string_view line) noexcept {
  // Nobody is left to be told that standard error failed.
  static_cast<void>(std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()));
}

Console::Console() : output_(fd_writer(STDOUT_FILENO, "<stdout>")) {}

void Console::print(std::string_view text) {
  guard([&] { output_->write(as_bytes(text)); });
}

Status Console::report(std::string_view about, const Error& error) {
  say(internal::join("larder: ", printable(about), ": ", one_line(without_name(error.what(), about))));
  return status_of(error.kind());
}

void Console::warn(std::string_view about, std::string_view message) {
  say(internal::join("larder: ", printable(about), ": warning: ", one_line(std::string(message))));
}

void Console::say(std::string_view line) {
  guard([&] { output_->flush(); });
  write_message(line);
}

void Console::finish() {
  guard([&] { output_->finish(); });
}

}  // namespace larder::tools
