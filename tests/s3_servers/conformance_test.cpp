// The suite of all stores, on a real server.
#include <catch2/catch.hpp>

#include <larder/plugin/store_conformance.h>

#include "server.h"
#include "tests/support/damaged_file.h"

namespace larder::testing {
namespace {

// "larder-1-1" of "s3://larder-1-1".
std::string bucket_of(const Store& store) { return store.name().substr(std::string_view("s3://").size()); }

// versitygw keeps an object as a file.
void damage_file_of(Store& store, const std::string& key) {
  damage_file(variable("LARDER_S3_DATA") + '/' + bucket_of(store) + '/' + key);
}

// The behaviours that get keys while others replace them.
const std::vector<std::string> gets_beside_puts = {
    "16 threads on 4 keys get whole values only",
    "a key that is only replaced is never absent, and its readers keep what they have",
};

TEST_CASE("the store does on this server what all stores do") {
  StoreUnderTest subject{
      .make = [] { return open_bucket(make_bucket()); },
      .again = [](Store& store) { return open_bucket(bucket_of(store)); },
  };
  if (!variable("LARDER_S3_DATA").empty()) subject.damage = damage_file_of;
  CHECK(store_problems(subject, server_gets_whole_values() ? std::vector<std::string>{} : gets_beside_puts) ==
        std::vector<std::string>{});
}

TEST_CASE("the probe finds what this server can do") {
  const Capabilities can = s3_store(make_bucket(), "", server_options())->capabilities();
  CHECK(can.puts_if_absent);
  CHECK((can.puts_if_match || server_is("s3proxy")));  // which compares first, and puts then
  CHECK_FALSE(can.nests);                              // of no server that is tried here
}

}  // namespace
}  // namespace larder::testing
