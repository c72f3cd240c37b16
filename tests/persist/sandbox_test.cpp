// Loading does nothing but read: hostile files are loaded, audited, printed and written again (to memory) in a process
// that the kernel kills when it starts a program, opens a socket or a file for writing, or changes a directory.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <vector>

#include <larder/larder.h>

#include "hostile_pickles.h"

namespace larder::testing {
namespace {

// Calls that are forbidden whatever their arguments are.
constexpr long forbidden[] = {
    SYS_execve,   SYS_execveat,  SYS_clone,    SYS_clone3,    SYS_socket,  SYS_connect,      SYS_bind,
    SYS_kill,     SYS_ptrace,    SYS_unlinkat, SYS_renameat2, SYS_mkdirat, SYS_symlinkat,    SYS_linkat,
    SYS_truncate, SYS_ftruncate, SYS_fchmodat, SYS_fchownat,  SYS_openat2, SYS_memfd_create,
#ifdef SYS_fork
    SYS_fork,     SYS_vfork,     SYS_open,     SYS_creat,     SYS_unlink,  SYS_rename,       SYS_mkdir,
    SYS_rmdir,    SYS_symlink,   SYS_link,     SYS_chmod,     SYS_chown,   SYS_renameat,
#endif
};

std::vector<sock_filter> filter() {
  std::vector<sock_filter> program;
  const auto load = [&](std::size_t offset) {
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  };
  const auto kill = [&] { program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)); };
  load(offsetof(seccomp_data, nr));
  for (const long number : forbidden) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    kill();
  }
  // openat: only for reading.
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3));
  load(offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1));
  kill();
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  return program;
}

bool enter_sandbox() {
  auto program = filter();
  const sock_fprog whole{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) == 0;
}

// How a process ended that did `work` in the sandbox: "exit 0", "signal 31"...
std::string ending_of(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(enter_sandbox() ? work() : 99);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit " + std::to_string(WEXITSTATUS(status));
}

const std::string killed = "signal " + std::to_string(SIGSYS);

LoadOptions quiet() {
  LoadOptions options;
  options.limits.bytes = std::uint64_t{256} << 20;
  options.limits.text = 1 << 20;
  options.pickle.python2_strings = Python2Strings::latin1;
  options.warn = [](std::string_view) {};
  return options;
}

// Does what larder can do with a file. Whether any of it succeeded.
bool use(const std::string& file) {
  bool loaded = false;
  const auto attempt = [](const std::function<void()>& step) {
    try {
      step();
    } catch (const Error&) {  // that a hostile file is refused is as good as that it is read
    }
  };
  attempt([&] {
    const Document document = loads(as_bytes(file), quiet());
    loaded = true;
    attempt([&] { static_cast<void>(to_json(document.root())); });
    attempt([&] { static_cast<void>(dumps(document.root())); });
    attempt([&] {
      DumpOptions options;
      options.format = "joblib";
      static_cast<void>(dumps(document.root(), options));
    });
    static_cast<void>(globals_of(document.root()));
  });
  attempt([&] { static_cast<void>(audit(*memory_reader(as_bytes(file)))); });
  return loaded;
}

std::vector<std::string> fuzzed_files() {
  std::vector<std::string> files;
  for (const char* const folder : {"pickle", "npy"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(Path(LARDER_SOURCE_DIR) / "tests/fuzz/corpus" / folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  return files;
}

TEST_CASE("the sandbox kills what starts programs, opens sockets or writes files") {
  CHECK(ending_of([] { return 0; }) == "exit 0");
  CHECK(ending_of([] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : 1; }) == "exit 0");
  CHECK(ending_of([] { return ::open("/dev/null", O_WRONLY | O_CLOEXEC); }) == killed);
  CHECK(ending_of([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }) == killed);
  CHECK(ending_of([] { return ::execl("/bin/true", "true", nullptr); }) == killed);
  CHECK(ending_of([] { return ::unlink("/nothing/here"); }) == killed);
  CHECK(ending_of([] { return static_cast<int>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }) == killed);
}

TEST_CASE("hostile files do nothing in the sandbox") {
  const auto files = fuzzed_files();
  REQUIRE(files.size() > 20);
  static_cast<void>(CodecRegistry::global());
  CHECK(ending_of([&] {
          int loaded = 0;
          for (const HostileName& name : hostile_names) {
            for (const Form& form : forms()) loaded += use(form.pickle(name)) ? 1 : 0;
          }
          for (const Transport& transport : transports()) {
            for (const Form& form : forms()) loaded += use(transport.file(form.pickle({"os", "system"}))) ? 1 : 0;
          }
          return loaded > 1000 ? 0 : 1;
        }) == "exit 0");
  CHECK(ending_of([&] {
          for (const std::string& file : files) static_cast<void>(use(file));
          return 0;
        }) == "exit 0");
}

}  // namespace
}  // namespace larder::testing
