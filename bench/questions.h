// Programs that do timed work on request: a question is a line of words that are separated by tabs, the answer a line
// "SECONDS CPU_SECONDS BYTES" or "error: WHY".
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "timing.h"

namespace larder::bench {

using Words = std::vector<std::string>;

struct Answer {
  double seconds = 0;
  double cpu = 0;
  std::uint64_t bytes = 0;
};

inline void require(bool fine, const std::string& what) {
  if (!fine) throw std::runtime_error(what);
}

// The time that `work` takes; its result is destroyed afterwards.
template <class Work>
Answer timed(Work work) {
  Answer answer;
  const double cpu_start = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  const auto result = work();
  answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  answer.cpu = cpu_seconds() - cpu_start;
  benchmark::DoNotOptimize(result);
  return answer;
}

inline Words words_of(const std::string& line) {
  Words words(1);
  for (const char letter : line) {
    if (letter == '\t') {
      words.emplace_back();
    } else {
      words.back() += letter;
    }
  }
  return words;
}

// Answers until the standard input ends; returns main's exit status.
template <class Work>
int answer_questions(Work work) {
  for (std::string line; std::getline(std::cin, line);) {
    try {
      const Answer answer = work(words_of(line));
      std::printf("%.9f %.9f %llu\n", answer.seconds, answer.cpu, static_cast<unsigned long long>(answer.bytes));
    } catch (const std::exception& error) {
      std::printf("error: %s\n", error.what());
    }
    std::fflush(stdout);
  }
  return std::cin.bad() ? 1 : 0;
}

}  // namespace larder::bench
