#include "io/directory.h"

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "base/text.h"
#include "io/retried.h"

namespace larder::internal {

namespace {

Descriptor open_directory_of(const Path& file) {
  const Path parent = file.parent_path();
  // O_PATH asks for no permission but that to pass through, which opening the file needed as well.
  return open_descriptor(parent.empty() ? Path(".") : parent, O_PATH | O_DIRECTORY);
}

}  // namespace

bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

Directory::Directory(const Path& file) : file_(file), directory_(open_directory_of(file)) {}

std::unique_ptr<Reader> Directory::open(std::string_view name) const {
  const auto refuse = [&](std::string_view why) {
    fail(ErrorKind::unsafe_reference, file_.native(), " names the file ", quoted(name), ", which ", why);
  };
  if (!is_plain_name(name)) refuse("is no plain name of a file beside it");
  if (name == file_.filename().native()) refuse("is this file itself");
  // The name has one component, so that O_NOFOLLOW stops every link. O_NONBLOCK: a FIFO would wait for its writer.
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const std::string path(name);
  const int number = retried([&] { return ::openat(directory_.number(), path.c_str(), flags); });
  if (number < 0) {
    if (errno == ELOOP) refuse("is a link");
    if (errno == ENXIO || errno == ENODEV) refuse("is no regular file");
    if (errno == ENOENT) fail(ErrorKind::not_found, file_.native(), " needs ", quoted(name), " beside it");
    fail_os(errno, "open", join(quoted(name), " beside ", file_.native()));
  }
  Descriptor descriptor(number);
  const std::string shown = join(quoted(name), " beside ", file_.native());
  const struct stat status = status_of(number, shown);
  if (!S_ISREG(status.st_mode)) refuse("is no regular file");
  if (status.st_nlink > 1) refuse("has another name elsewhere");
  return owning_reader(std::move(descriptor), shown);
}

}  // namespace larder::internal
