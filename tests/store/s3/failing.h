// What failed, in words.
#pragma once

#include <string>
#include <type_traits>

#include <larder/error.h>

namespace larder::testing {

// "conflict: the line" of the Error that `doing` throws; "" where it throws none.
template <class Doing>
std::string failing(Doing doing) {
  try {
    doing();
  } catch (const Error& error) {
    return std::string(name_of(error.kind())) + ": " + error.what();
  }
  return {};
}

}  // namespace larder::testing

// The expression must throw a larder::Error of this kind whose line has `words` in it.
#define CHECK_FAILS(expression, wanted, words)                          \
  CHECK_THAT(                                                           \
      larder::testing::failing([&] { static_cast<void>(expression); }), \
      Catch::StartsWith(std::string(larder::name_of(larder::ErrorKind::wanted)) + ": ") && Catch::Contains(words))
