// All of Catch2 that is not in its macros: it takes longer to compile than anything else, so that it stands here once.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "tests/support/session.h"

int larder::testing::run_session(int count, char** arguments) { return Catch::Session().run(count, arguments); }
