// The tests of a program.
#pragma once

namespace larder::testing {

// Runs those that the arguments of main() choose; returns its exit status.
int run_session(int count, char** arguments);

}  // namespace larder::testing
