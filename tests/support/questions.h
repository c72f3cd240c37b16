// Programs that answer the tests in Python, one line for each line on standard input.
#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <larder/error.h>

namespace larder::testing {

// Calls answer(command, arguments) with the words of each line; it writes one line to standard output. A larder::Error
// becomes the line "error KIND MESSAGE". Returns main's exit status.
template <class Answer>
int answer_questions(Answer answer) {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    try {
      answer(command, arguments);
    } catch (const Error& error) {
      std::cout << "error " << name_of(error.kind()) << ' ' << error.what() << '\n';
    }
  }
  return std::cin.bad() ? 1 : 0;
}

}  // namespace larder::testing
