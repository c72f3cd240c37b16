// Files that announce much and hold little must not make larder take memory.
#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "hostile.h"
#include "tests/support/sanitized.h"
#include "transports.h"

namespace larder::testing {
namespace {

// Address space that this process has taken.
rlim_t mapped_bytes() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// What `work` answers (63 bytes at most) in a process of its own.
std::string answer_of_child(const std::function<std::string()>& work) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string answer = work();
    const ssize_t written = ::write(ends[1], answer.data(), answer.size());
    ::_exit(written == static_cast<ssize_t>(answer.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  char text[64];
  const ssize_t size = ::read(ends[0], text, sizeof text);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
}

// The outcome of reading in a process that can take only 64 MiB more than it has.
std::string kind_in_little_memory(const Format& format, const std::string& bytes, bool one_by_one) {
  return answer_of_child([&]() -> std::string {
    const rlim_t most = mapped_bytes() + (rlim_t{64} << 20);
    const rlimit limit{most, most};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return "setrlimit failed";
    std::string_view rest = bytes;
    const auto reader = one_by_one ? callback_reader([&rest](MutableBytes out) {
      const std::size_t size = std::min<std::size_t>({out.size(), rest.size(), 100});
      std::copy_n(as_bytes(rest).begin(), size, out.begin());
      rest.remove_prefix(size);
      return size;
    })
                                   : memory_reader(as_bytes(bytes));
    try {
      return kind_of(read_object(format, *reader));
    } catch (const std::bad_alloc&) {
      return "out of memory";
    }
  });
}

// A bug: each PUT let the memo grow to twice its size, so that 5 bytes doubled the memory.
std::string memo_indices_that_double() {
  std::string pickle = raw("\x80\x02N");
  for (std::uint64_t size = 0, index = 1023; index < (1ull << 32); size = index + 1, index = 2 * size + 1023)
    pickle += "r" + little(index, 4);
  return pickle + ".";
}

TEST_CASE("announced sizes take no memory") {
  if (sanitized) {
    WARN("not asked of a build with sanitizers, which cannot start in little memory");
    return;
  }
  struct Case {
    const char* format;
    std::string bytes;
    const char* outcome;
  };
  const auto npy = [](std::string_view descr, std::string_view shape) {
    const std::string header =
        "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': " + std::string(shape) + "}\n";
    return "\x93NUMPY" + raw("\x01\0") + little(header.size(), 2) + header + "abcd";
  };
  const Case cases[] = {
      {"joblib", raw("\x80\x02]r\xff\xff\xff\x7f."), "a value"},
      {"joblib", "\x80\x04\x8e" + little(1ull << 62, 8) + "abc", "truncated"},
      {"joblib", "\x80\x04\x8d" + little(8ull << 30, 8) + "abc", "truncated"},
      {"joblib", "\x80\x04\x96" + little(1ull << 33, 8) + "abc", "truncated"},
      {"joblib", "\x80\x04\x95" + little(1ull << 33, 8) + "abc", "truncated"},
      {"joblib", memo_indices_that_double(), "a value"},
      {"joblib", "\x80\x04\x8b" + little(0x7fffffff, 4) + "abc", "truncated"},
      {"joblib", "\x80\x04T" + little(0x7fffffff, 4) + "abc", "truncated"},
      {"npy", npy("<f4", "(300000000,)"), "truncated"},
      {"npy", npy("|S2000000000", "(1,)"), "truncated"},
      {"npy", npy("<f8", "(1099511627776,)"), "truncated"},
  };
  for (const Case& one : cases) {
    for (const bool one_by_one : {false, true}) {
      INFO(one.bytes.substr(0, 20) << " one by one: " << one_by_one);
      const std::string found = kind_in_little_memory(*find_format(one.format), one.bytes, one_by_one);
      CHECK(found == one.outcome);
    }
  }
}

// The most memory that this process ever had, in bytes.
std::uint64_t most_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib << 10;
  }
  return 0;
}

// How much more memory a process of its own takes to read the bytes, and the kind of outcome.
std::pair<std::uint64_t, std::string> memory_to_read(const std::string& bytes) {
  const std::string answer = answer_of_child([&] {
    const std::uint64_t before = most_memory();
    const Outcome outcome = read_memory(*find_format("joblib"), bytes);
    return std::to_string(most_memory() - before) + " " + kind_of(outcome);
  });
  const auto space = answer.find(' ');
  REQUIRE(space != answer.npos);
  return {std::stoull(answer.substr(0, space)), answer.substr(space + 1)};
}

TEST_CASE("opcodes that are repeated take no more than bound B allows") {
  if (sanitized) {
    WARN("not asked of a build with sanitizers, which take memory of their own");
    return;
  }
  // The function at 0, its arguments at 1.
  const auto array = [](std::string_view code, std::string_view order, std::size_t count, std::size_t size) {
    const std::string dtype = "cnumpy\ndtype\nX" + little(code.size(), 4) + std::string(code) + "\x89\x88\x87R(K\x03X" +
                              little(1, 4) + std::string(order) + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" +
                              raw("\0tb");
    return "cnumpy.core.numeric\n_frombuffer\nq" + raw("\0") + "(B" + little(size, 4) + std::string(size, 'x') + dtype +
           "J" + little(count, 4) + "\x85X" + little(1, 4) + "Ctq\x01";
  };
  struct Case {
    std::string before;
    std::string repeated;
  };
  const Case cases[] = {{"", "N"},
                        {"", "]"},
                        {"", "}"},
                        {"", "\x8f"},
                        {"", "("},
                        {"", "G12345678"},
                        {"", "(l"},
                        {"", "(d"},
                        {"", "(\x91"},
                        {"", raw("C\0")},
                        {"", raw("\x8c\0")},
                        {"", "U\x01\xff"},
                        {"", raw("\x8a\0")},
                        {"", "ca\nb\n"},
                        {"", "(ia\nb\n"},
                        {"", "Pa\n"},
                        {"", "\x82\x01"},
                        {"N", "\x94"},
                        {"N", "2"},
                        {"N", "Q"},
                        {"N", "\x85"},
                        {"ca\nb\n", ")R"},
                        {"ca\nb\n", ")\x81"},
                        {"ca\nb\n)R", "Nb"},
                        {"ca\nb\n)R", "Na"},
                        {"ca\nb\n)R", "NNs"},
                        {"ca\nb\n)R", "NaNb"},
                        {"ca\nb\n)R", "(N\x90Nb"},
                        {"ca\nb\n)R", "2"},
                        {raw("cbuiltins\nset\nq\0"), raw("h\0)R")},
                        {raw("cbuiltins\nbytes\nq\0"), raw("h\0)R")},
                        {raw("cbuiltins\nfrozenset\nq\0"), raw("h\0)R")},
                        {raw("c_codecs\nencode\nq\0X\1\0\0\0aX\6\0\0\0latin1\x86q\1"), raw("h\0h\1R")},
                        {array("i2", "<", 0, 0), raw("h\0h\1R")},
                        {array("i2", ">", 50'000, 100'000), raw("h\0h\1R")},
                        {array("f16", "<", 6'250, 100'000), raw("h\0h\1R")},
                        {"]", "Na"},
                        {"]", "(Ne"},
                        {"}", "NNs"},
                        {"}", "K\1Ns"},
                        {"\x8f", "(N\x90"}};
  for (const Case& one : cases) {
    const std::size_t wanted = 2 << 20;
    const std::string bytes = "\x80\x04" + one.before + repeated(one.repeated, wanted / one.repeated.size()) +
                              (one.repeated == "(" ? "N." : ".");
    const auto [memory, outcome] = memory_to_read(bytes);
    INFO("repeated: " << one.repeated << ", " << static_cast<double>(memory) / static_cast<double>(bytes.size())
                      << " bytes a byte");
    CHECK(memory <= (std::uint64_t{32} << 20) + 100 * bytes.size());
    CHECK(outcome == (one.repeated[0] == 'U' ? "unsupported" : "a value"));
  }
}

}  // namespace
}  // namespace larder::testing
