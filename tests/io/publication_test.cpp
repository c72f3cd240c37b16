// A file appears whole and at once, or what stood there stays.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <thread>

#include <larder/reader.h>
#include <larder/writer.h>

#include "child.h"
#include "content.h"
#include "ends.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

struct stat status_of(const Path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

void write_file(const Path& path, Bytes content) {
  const auto writer = create_file(path);
  writer->write(content);
  writer->finish();
}

TEST_CASE("a dropped file writer leaves the target untouched and nothing else behind") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(100));
  const auto before = status_of(directory / "x");
  {
    const auto writer = create_file(directory / "x");
    writer->write(pattern(200'000));
    writer->flush();
    CHECK(entries(directory.path()) == 2);
    CHECK(file_content(directory / "x") == pattern(100));
  }
  CHECK(entries(directory.path()) == 1);
  CHECK(file_content(directory / "x") == pattern(100));
  const auto after = status_of(directory / "x");
  CHECK(after.st_ino == before.st_ino);
  CHECK(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);

  create_file(directory / "new");
  CHECK_FALSE(std::filesystem::exists(directory / "new"));
}

TEST_CASE("a file appears only when its writer finishes") {
  const TemporaryDirectory directory;
  for (const Sync sync : {Sync::full, Sync::data, Sync::none}) {
    const auto writer = create_file(directory / "x", {.sync = sync});
    writer->write(pattern(200'000));
    writer->flush();
    CHECK_FALSE(std::filesystem::exists(directory / "x"));
    writer->finish();
    CHECK(file_content(directory / "x") == pattern(200'000));
    CHECK(entries(directory.path()) == 1);
    std::filesystem::remove(directory / "x");
  }
}

TEST_CASE("a writer that is killed leaves the old content") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(100));
  CHECK_FALSE(true_in_child([&] {
    const auto writer = create_file(directory / "x");
    writer->write(pattern(200'000));
    writer->flush();
    ::raise(SIGKILL);
    return true;
  }));
  CHECK(file_content(directory / "x") == pattern(100));
  CHECK(entries(directory.path()) == 2);  // the temporary file was on its way
}

TEST_CASE("who has the old file open keeps it") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(300'000));
  const auto reader = open_file(directory / "x");
  write_file(directory / "x", pattern(10));
  CHECK(read_all(*reader) == pattern(300'000));
  CHECK(file_content(directory / "x") == pattern(10));
}

TEST_CASE("the mode of an existing file is kept, a new one obeys the umask") {
  const TemporaryDirectory directory;
  for (const mode_t mode : {0600u, 0644u, 0666u, 0751u, 0400u}) {
    put_file(directory / "x", pattern(1));
    REQUIRE(::chmod((directory / "x").c_str(), mode) == 0);
    write_file(directory / "x", pattern(2));
    CHECK((status_of(directory / "x").st_mode & 07777) == mode);
    std::filesystem::remove(directory / "x");
  }
  const mode_t old = ::umask(027);
  write_file(directory / "new", pattern(2));
  ::umask(old);
  CHECK((status_of(directory / "new").st_mode & 07777) == 0640);
}

TEST_CASE("links are followed to the file, whether it exists or not") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "there");
  for (const bool exists : {true, false}) {
    const Path file = directory / "there" / (exists ? "old" : "new");
    if (exists) put_file(file, pattern(100));
    const Path near = directory / (exists ? "near-old" : "near-new");
    const Path far = directory / (exists ? "far-old" : "far-new");
    std::filesystem::create_symlink(Path("there") / file.filename(), near);
    std::filesystem::create_symlink(near, far);
    write_file(far, pattern(50));
    CHECK(std::filesystem::is_symlink(far));
    CHECK(std::filesystem::is_symlink(near));
    CHECK(S_ISREG(status_of(file).st_mode));
    CHECK(file_content(file) == pattern(50));
  }
  CHECK(entries(directory / "there") == 2);
  std::filesystem::create_symlink("circle", directory / "circle");
  CHECK_ERROR(create_file(directory / "circle"), io);
}

TEST_CASE("a name as long as names can be") {
  const TemporaryDirectory directory;
  const Path path = directory / std::string(255, 'x');
  write_file(path, pattern(5));
  CHECK(file_content(path) == pattern(5));
}

TEST_CASE("a file in the working directory needs no directory in its path") {
  const TemporaryDirectory directory;
  CHECK(true_in_child([&] {
    if (::chdir(directory.path().c_str()) != 0) return false;
    write_file("x", pattern(5));
    return file_content("x") == pattern(5) && entries(".") == 1;
  }));
}

TEST_CASE("places where no file can be are refused at once") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(1));
  CHECK_ERROR(create_file(directory / "absent" / "x"), not_found);
  CHECK_ERROR(create_file(directory.path()), usage);
  CHECK_ERROR(create_file(directory / "new/"), usage);
  CHECK_ERROR(create_file(""), usage);
  CHECK_ERROR(create_file(directory / "x" / "y"), io);
  CHECK_ERROR(create_file(directory / std::string(256, 'x')), io);
  CHECK_ERROR(open_file(directory / "absent"), not_found);
  CHECK_ERROR(open_file(directory.path()), usage);
  CHECK_ERROR(open_file(""), not_found);
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("a directory that may not be written is io") {
  const TemporaryDirectory directory;
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0555));
  CHECK(true_for_nobody([&] {
    try {
      create_file(directory / "x");
    } catch (const Error& error) {
      return error.kind() == ErrorKind::io;
    }
    return false;
  }));
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
}

TEST_CASE("a write that fails half-way keeps the old value and removes the temporary file") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(100));
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{500'000}}) {
    CHECK(true_in_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{200'000, 200'000};
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
      const auto writer = create_file(directory / "x");
      try {
        for (std::size_t done = 0; done < 500'000; done += piece) writer->write(pattern(piece));
        writer->finish();
      } catch (const Error& error) {
        return error.kind() == ErrorKind::io && error.os_error() == EFBIG;
      }
      return false;
    }));
    // The child left by _exit, so its writer was destroyed only if the stack was unwound: it was, by the return above.
    CHECK(entries(directory.path()) == 1);
    CHECK(file_content(directory / "x") == pattern(100));
  }
}

TEST_CASE("a target that vanishes or is replaced meanwhile is no obstacle, a directory in its place is") {
  const TemporaryDirectory directory;
  put_file(directory / "x", pattern(100));
  {
    const auto writer = create_file(directory / "x");
    writer->write(pattern(10));
    std::filesystem::remove(directory / "x");
    writer->finish();
    CHECK(file_content(directory / "x") == pattern(10));
  }
  {
    const auto writer = create_file(directory / "x");
    writer->write(pattern(20));
    std::filesystem::remove(directory / "x");
    std::filesystem::create_directory(directory / "x");
    CHECK_ERROR(writer->finish(), io);
  }
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("devices, FIFOs and sockets are written where they are") {
  const TemporaryDirectory directory;
  CHECK(true_for_nobody([] {
    write_file("/dev/null", pattern(100'000));
    try {
      write_file("/dev/full", pattern(100'000));
    } catch (const Error& error) {
      return error.os_error() == ENOSPC;
    }
    return false;
  }));

  REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
  std::thread writer([&] { write_file(directory / "fifo", pattern(200'000)); });
  CHECK(read_all(*open_file(directory / "fifo")) == pattern(200'000));
  writer.join();

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (directory / "socket").c_str());
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  write_file(directory / "socket", pattern(1000));
  const int connection = ::accept(listener, nullptr, nullptr);
  CHECK(read_all(*fd_reader(connection)) == pattern(1000));
  ::close(connection);
  ::close(listener);
}

TEST_CASE("many writers of one file: one of them wins, whole") {
  const TemporaryDirectory directory;
  std::vector<std::thread> threads;
  for (std::size_t size = 1; size <= 8; ++size) {
    threads.emplace_back([&directory, size] { write_file(directory / "x", pattern(size * 10'000)); });
  }
  for (auto& thread : threads) thread.join();
  const Content content = file_content(directory / "x");
  CHECK(content.size() % 10'000 == 0);
  CHECK(content == pattern(content.size()));
  CHECK(entries(directory.path()) == 1);
}

}  // namespace
}  // namespace larder::testing
