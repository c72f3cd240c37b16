// A small S3 for tests of programs: prints its URL, and serves the bucket "bucket" from memory until its input ends.
#include <iostream>
#include <limits>
#include <memory>

#include "tests/store/s3/fault_server.h"

int main() {
  using namespace larder::testing;
  const FaultServer server(std::make_shared<FakeS3>(FakeOptions{.needs_signatures = true}));
  std::cout << server.url() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  return server.saw_secret() ? 1 : 0;
}
