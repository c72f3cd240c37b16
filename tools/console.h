// Where the command speaks: results on standard output, one line for each problem on standard error, and the exit
// status.
#pragma once

#include <memory>
#include <string_view>

#include <larder/error.h>
#include <larder/writer.h>

namespace larder::tools {

// The command's exit status; scripts depend on the numbers.
enum class Status { fine = 0, check_failed = 1, usage = 2, input = 3, io = 4 };

// The status that an error of this kind deserves.
Status status_of(ErrorKind kind) noexcept;
// Of several files: the status of the worst.
Status worse(Status a, Status b) noexcept;

// Thrown where standard output fails. Not an Error: it is no problem of the file that is worked on, and there is no
// point in going on.
struct OutputFailed {
  Error error;
};

// Standard output, through a Writer so that a full disk is noticed, and standard error. Not thread-safe.
class Console {
 public:
  Console();

  // Results; buffered until finish() or the next message. Throws OutputFailed.
  void print(std::string_view text);

  // The line "larder: ABOUT: what is wrong" on standard error; returns the status that the error deserves.
  Status report(std::string_view about, const Error& error);
  void warn(std::string_view about, std::string_view message);
  // A line on standard error.
  void say(std::string_view line);

  // Writes what is buffered. Throws OutputFailed.
  void finish();

 private:
  std::unique_ptr<Writer> output_;
};

// Writes one line to standard error.
void write_message(std::string_view line) noexcept;

}  // namespace larder::tools
