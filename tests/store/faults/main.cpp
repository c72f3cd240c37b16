// The tests of this program, under the shim.
#include "faults.h"
#include "tests/support/session.h"

int main(int count, char** arguments) {
  larder::testing::require_shim(arguments);
  return larder::testing::run_session(count, arguments);
}
