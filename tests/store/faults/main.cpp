// Catch2's main(), under the shim.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "faults.h"

int main(int count, char** arguments) {
  larder::testing::require_shim(arguments);
  return Catch::Session().run(count, arguments);
}
