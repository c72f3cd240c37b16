// One operation, tried with each of its calls failing in each way that this call can fail.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <larder/error.h>

#include "faults.h"

namespace larder::testing {

struct Fault {
  Call call;
  Action action;
  int code;
};

// What was injected, and what became of the operation.
struct Outcome {
  Fault fault;
  std::uint64_t nth;
  std::optional<ErrorKind> error;  // nothing: it returned
};

struct Trial {
  std::string name;
  std::function<void()> prepare;  // makes the state to start from; nothing is injected
  std::function<void()> run;      // every call of this fails once
  // What does not hold afterwards, one line each; nothing is injected. Old values, left-over files, whether the next
  // operation works: everything but descriptors and the kind of exception, which are looked at for all.
  std::function<std::vector<std::string>(const Outcome&)> problems;
  // Closes what `prepare` opened.
  std::function<void()> close = [] {};
};

// Every way in which a call can fail on Linux that a program has to expect, by kind of call.
std::vector<Fault> failures();
// Interruptions, and calls that do a part of the work: no failures, an operation does the rest.
std::vector<Fault> interruptions();

struct Tried {
  std::uint64_t faults = 0;           // that took effect
  std::set<ErrorKind> errors;         // that they ended in
  std::vector<std::string> problems;  // one line each, with the fault: empty where all is well
};
// For each fault: prepare, run with the n-th call of its kind failing, problems; n = 1, 2... until there is no n-th.
Tried try_each(const Trial& trial, const std::vector<Fault>& faults);

// "the 3rd write: EIO".
std::string describe(const Fault& fault, std::uint64_t nth);

// The descriptors that this process has open.
std::set<int> open_descriptors();

}  // namespace larder::testing
