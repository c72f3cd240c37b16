#include "trial.h"

#include <dirent.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "base/text.h"

namespace larder::testing {

using internal::join;

namespace {

constexpr const char* call_names[] = {"open", "inspect",   "read", "write", "sync", "close",  "rename", "unlink",
                                      "make", "attribute", "lock", "map",   "list", "random", "time",   "allocation"};
static_assert(std::size(call_names) == static_cast<std::size_t>(Call::count));

// No operation here makes more calls of one kind; one that does never ends.
constexpr std::uint64_t most_calls = 20'000;

std::string manner(Action action) {
  switch (action) {
    case Action::fail_after:
      return " (done nevertheless)";
    case Action::one_byte:
      return " of one byte";
    case Action::kill:
      return " (killed before it)";
    case Action::kill_after:
      return " (killed behind it)";
    default:
      return "";
  }
}

// Runs the operation under one fault; nothing where there is no n-th call.
std::optional<Outcome> run_under(const Trial& trial, const Fault& fault, std::uint64_t nth, Tried& tried) {
  Outcome outcome{fault, nth, std::nullopt};
  std::string message;
  bool happened = false;
  {
    const Injected injected(fault.call, nth, fault.action, fault.code);
    try {
      trial.run();
    } catch (const Error& error) {
      outcome.error = error.kind();
      message = error.what();
    } catch (const std::bad_alloc&) {
      outcome.error = ErrorKind::io;
      message = "std::bad_alloc";
    } catch (const std::exception& error) {
      message = join("an exception that is no larder::Error: ", error.what());
      outcome.error = ErrorKind::io;
      tried.problems.push_back(join(trial.name, ", ", describe(fault, nth), ": ", message));
    }
    happened = injected.happened() > 0;
  }
  if (happened) {
    const bool interrupted = fault.code == EINTR || fault.action == Action::one_byte;
    if (interrupted && outcome.error) {
      tried.problems.push_back(join(trial.name, ", ", describe(fault, nth), " is no failure: ", message));
    }
    return outcome;
  }
  if (outcome.error) tried.problems.push_back(join(trial.name, ": fails although nothing was injected: ", message));
  return std::nullopt;
}

}  // namespace

std::string describe(const Fault& fault, std::uint64_t nth) {
  std::string what = join(call_names[static_cast<std::size_t>(fault.call)], " ", nth, manner(fault.action));
  if (fault.code != 0) what += join(": ", ::strerrorname_np(fault.code));
  return what;
}

std::set<int> open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir("/proc/self/fd"), &::closedir);
  if (list == nullptr) throw std::runtime_error("cannot list /proc/self/fd");
  std::set<int> numbers;
  while (const dirent* entry = ::readdir(list.get())) {
    const int number = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && number != ::dirfd(list.get())) numbers.insert(number);
  }
  return numbers;
}

std::vector<Fault> failures() {
  const std::pair<Call, std::vector<int>> codes[] = {
      {Call::open, {EIO, ENOSPC, EDQUOT, EMFILE, ENFILE, EROFS, EACCES, ESTALE, ENOMEM}},
      {Call::inspect, {EIO, ESTALE, EACCES, ENOMEM}},
      {Call::read, {EIO, ESTALE}},
      {Call::write, {EIO, ENOSPC, EDQUOT, EFBIG, ESTALE}},
      {Call::sync, {EIO, ENOSPC, EDQUOT, EROFS}},
      {Call::close, {EIO, ENOSPC, EDQUOT}},
      {Call::rename, {EIO, ENOSPC, EDQUOT, EXDEV, EACCES, EROFS, ESTALE}},
      {Call::unlink, {EIO, EACCES, EROFS, EBUSY}},
      {Call::make, {EIO, ENOSPC, EDQUOT, EMLINK, EACCES, EROFS}},
      {Call::attribute, {EIO, ENOSPC, EDQUOT, EACCES, EROFS, EPERM}},
      {Call::lock, {ENOLCK, EIO, EINVAL}},
      {Call::map, {ENOMEM, EIO, ENOSPC, ENODEV, EACCES}},
      {Call::list, {EIO, EACCES, ENOMEM, EMFILE}},
      {Call::random, {ENOSYS, EIO}},
  };
  std::vector<Fault> faults;
  for (const auto& [call, values] : codes) {
    for (const int code : values) faults.push_back({call, Action::fail, code});
  }
  // What was written is lost: told by the call that follows the bytes, which itself did its work.
  for (const int code : {EIO, ENOSPC}) faults.push_back({Call::sync, Action::fail_after, code});
  return faults;
}

std::vector<Fault> interruptions() {
  std::vector<Fault> faults;
  for (const Call call : {Call::open, Call::read, Call::write, Call::close, Call::lock, Call::random}) {
    faults.push_back({call, Action::fail, EINTR});
  }
  faults.push_back({Call::read, Action::one_byte, 0});
  faults.push_back({Call::write, Action::one_byte, 0});
  return faults;
}

Tried try_each(const Trial& trial, const std::vector<Fault>& faults) {
  Tried tried;
  for (const Fault& fault : faults) {
    for (std::uint64_t nth = 1;; ++nth) {
      const std::set<int> before = open_descriptors();
      trial.prepare();
      const auto outcome = run_under(trial, fault, nth, tried);
      if (!outcome) {
        trial.close();
        break;
      }
      ++tried.faults;
      if (outcome->error) tried.errors.insert(*outcome->error);
      std::vector<std::string> problems = trial.problems(*outcome);
      trial.close();
      if (open_descriptors() != before) problems.push_back("descriptors were left open, or closed twice");
      for (const std::string& problem : problems) {
        tried.problems.push_back(join(trial.name, ", ", describe(fault, nth), ": ", problem));
      }
      if (nth == most_calls) {
        tried.problems.push_back(join(trial.name, ", ", describe(fault, nth), ": there is no end of calls"));
        break;
      }
    }
  }
  return tried;
}

}  // namespace larder::testing
