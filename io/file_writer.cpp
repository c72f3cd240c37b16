#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include <larder/writer.h>

#include "base/text.h"
#include "io/publication.h"

namespace larder {

using internal::Descriptor;

namespace {

class FileWriter final : public Writer {
 public:
  FileWriter(internal::Target target, const FileOptions& options)
      : publication_(std::move(target)), options_(options) {}

 private:
  void do_write(Bytes bytes) override { internal::write_all(publication_.descriptor(), bytes, publication_.name()); }
  void do_finish() override { publication_.publish(options_.sync); }
  std::string do_name() const override { return publication_.name(); }

  internal::Publication publication_;
  FileOptions options_;
};

Descriptor connect_to(const Path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) internal::fail_os(ENAMETOOLONG, "connect to", path.native());
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.number() < 0) internal::fail_os(errno, "make a socket for", path.native());
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    internal::fail_os(errno, "connect to", path.native());
  }
  return socket;
}

}  // namespace

std::unique_ptr<Writer> create_file(const Path& path, const FileOptions& options) {
  internal::Target target = internal::find_target(path);
  if (!target.direct) return std::make_unique<FileWriter>(std::move(target), options);
  Descriptor direct = std::filesystem::is_socket(path) ? connect_to(path) : internal::open_descriptor(path, O_WRONLY);
  return internal::owning_writer(std::move(direct), path.string());
}

}  // namespace larder
