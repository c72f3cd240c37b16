#include "store/local/opening.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/text.h"
#include "io/retried.h"
#include "io/temporary_file.h"

namespace larder::internal {

namespace {

// File systems that another machine, or a program, answers for. Those without a name in linux/magic.h:
// https://man7.org/linux/man-pages/man2/statfs.2.html, and Ceph's and Lustre's own headers.
constexpr std::array<unsigned long, 9> of_others = {NFS_SUPER_MAGIC,  V9FS_MAGIC,       FUSE_SUPER_MAGIC,
                                                    CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, AFS_SUPER_MAGIC,
                                                    CODA_SUPER_MAGIC, CEPH_SUPER_MAGIC, 0x0bd00bd0 /* Lustre */};

// An absolute path without a '/' at its end.
Path whole(const Path& root) {
  if (root.empty()) fail(ErrorKind::usage, "a store's directory has an empty path");
  Path path = std::filesystem::absolute(root);
  while (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path;
}

void make_root(const Path& root, Sync sync) {
  std::vector<Path> missing;
  for (Path path = root; ::access(path.c_str(), F_OK) != 0 && errno == ENOENT; path = path.parent_path()) {
    missing.push_back(path);
  }
  for (; !missing.empty(); missing.pop_back()) {
    const Path& path = missing.back();
    if (retried([&] { return ::mkdir(path.c_str(), 0777); }) != 0 && errno != EEXIST)
      fail_os(errno, "make the directory", path.native());
    if (sync == Sync::full) {
      sync_directory(open_descriptor(path.parent_path(), O_RDONLY | O_DIRECTORY), path.native());
    }
  }
}

void require_own_file_system(const Descriptor& root, const std::string& name) {
  struct statfs status;
  if (retried([&] { return ::fstatfs(root.number(), &status); }) != 0)
    fail_os(errno, "inspect the file system of", name);
  const auto type = static_cast<unsigned long>(static_cast<unsigned int>(status.f_type));
  if (std::find(of_others.begin(), of_others.end(), type) == of_others.end()) return;
  fail(ErrorKind::unsupported, name, ": its file system (NFS, 9p, FUSE...: ", hex(type),
       ") keeps neither locks nor syncs for certain; trust_network=true uses it all the same");
}

}  // namespace

Directories open_root(const Path& root, const LocalOptions& options) {
  const Path path = whole(root);
  const std::string name = "file://" + path.native();
  if (options.create && !options.read_only) make_root(path, options.sync);
  Descriptor directory = open_descriptor(path, O_RDONLY | O_DIRECTORY);
  if (!options.read_only && !options.trust_network) require_own_file_system(directory, name);
  return Directories(std::move(directory), name);
}

void put_gitignore(const Path& root) {
  const Path path = whole(root);
  const Path file = (path.filename() == "joblib" ? path.parent_path() : path) / ".gitignore";
  if (std::filesystem::exists(std::filesystem::symlink_status(file))) return;
  const auto writer = create_file(file);
  writer->write(as_bytes("# Created by joblib automatically.\n*\n"));
  writer->finish();
}

}  // namespace larder::internal
