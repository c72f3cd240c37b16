#include "tests/support/session.h"

int main(int count, char** arguments) { return larder::testing::run_session(count, arguments); }
