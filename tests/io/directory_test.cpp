// Names that a file gives for what lies beside it: reliability row P21.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/directory.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

using internal::Directory;

void put(const Path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::string text_of(Reader& reader) { return std::string(as_text(reader.peek(100))); }

TEST_CASE("a regular file beside a file is opened, and can be mapped for writing") {
  const TemporaryDirectory folder;
  put(folder / "main", "main");
  put(folder / "a b\xc3\xa9.npy", "content");
  const Directory directory(folder / "main");
  const auto reader = directory.open("a b\xc3\xa9.npy");
  CHECK(text_of(*reader) == "content");
  CHECK(reader->can_seek());
  auto region = reader->map(MapMode::read_write);
  REQUIRE(region);
  region->mutable_bytes()[0] = std::byte{'C'};
  CHECK(text_of(*directory.open("a b\xc3\xa9.npy")) == "Content");
}

TEST_CASE("the directory stays the same one when its name leads elsewhere, and needs no permission to be listed") {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder / "old");
  put(folder / "old/main", "main");
  put(folder / "old/beside", "right");
  std::filesystem::permissions(folder / "old", std::filesystem::perms::owner_exec);
  const Directory directory(folder / "old/main");
  std::filesystem::permissions(folder / "old", std::filesystem::perms::owner_all);
  std::filesystem::rename(folder / "old", folder / "new");
  std::filesystem::create_directory(folder / "old");
  put(folder / "old/beside", "wrong");
  CHECK(text_of(*directory.open("beside")) == "right");
}

TEST_CASE("a relative path without a directory is in the current one") {
  const TemporaryDirectory folder;
  put(folder / "beside", "content");
  const Path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const Directory directory("main");
  std::filesystem::current_path(before);
  CHECK(text_of(*directory.open("beside")) == "content");
}

TEST_CASE("names that lead elsewhere are unsafe references") {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder / "inner");
  put(folder / "inner/main", "main");
  put(folder / "x.npy", "secret");
  put(folder / "inner/a\\b", "there");
  const Directory directory(folder / "inner/main");
  const std::string nul("a\0b", 3);
  for (const std::string& name :
       {std::string("../x.npy"), (folder / "x.npy").string(), std::string("/etc/passwd"), std::string("a/../../b"), nul,
        std::string(), std::string("."), std::string(".."), std::string("./main"), std::string("main/"),
        std::string("/dev/zero"), std::string("a\\b"), std::string("..\\x.npy"), std::string("/"), std::string(1, '\0'),
        std::string("main")}) {
    INFO(name);
    CHECK_ERROR(directory.open(name), unsafe_reference);
  }
}

TEST_CASE("what is no regular file is an unsafe reference, and nothing waits for it") {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder / "inner");
  put(folder / "main", "main");
  put(folder / "real", "real");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  std::filesystem::create_symlink("real", folder / "link");
  std::filesystem::create_symlink("main", folder / "link_to_main");
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  std::filesystem::create_symlink("loop", folder / "loop");
  std::filesystem::create_directory_symlink("inner", folder / "link_to_inner");
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string place = (folder / "socket").string();
  REQUIRE(place.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, place.c_str(), place.size());
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const Directory directory(folder / "main");
  for (const std::string name :
       {"inner", "fifo", "link", "link_to_main", "dangling", "loop", "link_to_inner", "socket"}) {
    INFO(name);
    CHECK_ERROR(directory.open(name), unsafe_reference);
  }
  ::close(listener);
  const Directory devices("/dev/null");
  for (const std::string name : {"zero", "full", "stdin", "fd", "shm"}) {
    INFO(name);
    CHECK_ERROR(devices.open(name), unsafe_reference);
  }
  const Directory descriptors("/proc/self/fd/0");
  CHECK_ERROR(descriptors.open("1"), unsafe_reference);
}

TEST_CASE("a hard link may be a file of somewhere else") {
  const TemporaryDirectory folder;
  put(folder / "main", "main");
  put(folder / "real", "content");
  std::filesystem::create_hard_link(folder / "real", folder / "other");
  CHECK_ERROR(Directory(folder / "main").open("other"), unsafe_reference);
  std::filesystem::remove(folder / "real");
  CHECK(text_of(*Directory(folder / "main").open("other")) == "content");
}

TEST_CASE("what is missing is not_found, and both names are told in one line") {
  const TemporaryDirectory folder;
  put(folder / "main", "main");
  const Directory directory(folder / "main");
  CHECK_ERROR(directory.open("absent"), not_found);
  CHECK_ERROR(directory.open(std::string(10'000, 'x')), io);
  CHECK_ERROR(Directory(folder / "no/main"), not_found);
  try {
    static_cast<void>(directory.open("abs\nent"));
    FAIL("it is not there");
  } catch (const Error& error) {
    const std::string line = error.what();
    CHECK(line.find((folder / "main").string()) != std::string::npos);
    CHECK(line.find("'abs\\x0aent'") != std::string::npos);
    CHECK(line.find('\n') == std::string::npos);
  }
}

}  // namespace
}  // namespace larder::testing
