// Errors: what went wrong, of which kind, and where.
//
// larder reports every failure by throwing `Error`. The set of kinds is closed, so that a caller can decide by kind and
// show the message. Absence that a caller may expect (no such codec, no such key) is `std::optional`, not an error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <larder/export.h>

namespace larder {

// Why an operation failed. The values are stable: they never change their meaning or their number.
enum class ErrorKind {
  truncated = 1,         // the input ends before what it announced
  malformed = 2,         // the input breaks the rules of its format
  limit = 3,             // the input asks for more than `Limits` allow
  unsupported = 4,       // valid, but larder does not do this
  not_built = 5,         // larder does this, but this build lacks the library for it
  unsafe_reference = 6,  // a file names another place that it must not name
  checksum = 7,          // the stored checksum disagrees with the data
  io = 8,                // the operating system refused or failed
  conflict = 9,          // somebody else changed or holds the target
  not_found = 10,        // the named file, key or value does not exist
  usage = 11,            // the caller passed a wrong argument or called in a wrong state
  unknown_outcome = 12,  // it cannot be known whether the operation took effect
};

// The kind's name as written above, such as "truncated". Thread-safe.
LARDER_API std::string_view name_of(ErrorKind kind) noexcept;

// The one exception type of larder.
//
// Each layer that an error passes on its way out may add where it was (`at`), from the inside out; `what()` is one
// line: the message, then these places in parentheses. A value type; distinct objects may be used from distinct
// threads.
class LARDER_API Error : public std::runtime_error {
 public:
  // `message` says in one line what is wrong, without a trailing full stop.
  Error(ErrorKind kind, const std::string& message);

  ErrorKind kind() const noexcept { return kind_; }

  // The message without the places.
  const std::string& message() const noexcept { return message_; }

  // The errno of a failed system call, 0 where there was none.
  int os_error() const noexcept { return os_error_; }
  Error& set_os_error(int code) noexcept;

  // Whether a place was added.
  bool has_place() const noexcept { return has_place_; }

  // Adds one place, such as "byte 17 of model.joblib". Returns *this, so that it can be used before `throw;`.
  Error& at(std::string_view place);

  // The whole line; valid until the object is changed or destroyed.
  const char* what() const noexcept override { return line_.c_str(); }

 private:
  ErrorKind kind_;
  int os_error_ = 0;
  bool has_place_ = false;
  std::string message_;
  std::string line_;
};

}  // namespace larder
