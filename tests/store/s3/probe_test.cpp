// What a server can do is found out, and nothing is left of the attempt.
#include "store/s3/probe.h"

#include "tests/store/s3/fake_store.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;

Supported found_with(const FakeOptions& options) {
  const auto server = std::make_shared<FakeS3>(options);
  const auto bucket = fake_bucket(fake_transport(server), {}, {}, "a/b/");
  const Supported found = try_out(*bucket);
  CHECK(server->keys().empty());
  CHECK(server->uploads() == 0);
  return found;
}

TEST_CASE("a whole server can do everything") { CHECK(found_with({}) == everything()); }

TEST_CASE("what a server lacks is found out") {
  Supported expected = everything();
  SECTION("conditions of puts") {
    expected.if_absent = expected.if_match = expected.upload_conditions = false;
    CHECK(found_with({.ignores_conditions = true}) == expected);
  }
  SECTION("conditions of uploads") {
    expected.upload_conditions = false;
    CHECK(found_with({.ignores_upload_conditions = true}) == expected);
  }
  SECTION("one key below another") {
    expected.nests = false;
    CHECK(found_with({.nests = false}) == expected);
  }
  SECTION("checksums") {
    expected.crc32 = false;
    CHECK(found_with({.keeps_crc32 = false}) == expected);
  }
  SECTION("conditions of removals") {
    expected.remove_if_match = false;
    CHECK(found_with({.removes_if_match = false}) == expected);
  }
}

// A server that answers requests for which `refuses` holds with `status`.
std::shared_ptr<Bucket> refusing(int status, std::function<bool(const Wire&)> refuses, std::string host = "s3.example",
                                 std::shared_ptr<FakeS3> server = std::make_shared<FakeS3>()) {
  auto transport = std::make_shared<WatchedTransport>(fake_transport(std::move(server)),
                                                      [=](const Wire& wire, Transport&) -> std::optional<Exchange> {
                                                        if (refuses(wire)) return answer_of(status);
                                                        return std::nullopt;
                                                      });
  return fake_bucket(std::move(transport), {}, {}, "", std::move(host));
}

TEST_CASE("where nothing may be put, nothing is supported") {
  for (const int status : {401, 403})
    CHECK(try_out(*refusing(status, [](const Wire& wire) { return wire.method == "PUT"; })) == Supported());
}

TEST_CASE("a server that does not implement a condition lacks it") {
  const auto conditional = [](const Wire& wire) { return wire.headers.contains("if-none-match"); };
  for (const int status : {400, 501}) {
    Supported expected = everything();
    expected.if_absent = false;
    CHECK(try_out(*refusing(status, conditional)) == expected);
  }
}

TEST_CASE("a bucket that is not there, and a server that fails, are errors") {
  const auto all = [](const Wire&) { return true; };
  CHECK_ERROR(try_out(*refusing(404, all)), not_found);
  CHECK_ERROR(try_out(*refusing(400, all)), io);
  CHECK_ERROR(try_out(*refusing(500, all)), io);
}

TEST_CASE("what a server can do is asked once") {
  const auto server = std::make_shared<FakeS3>();
  const auto nothing = [](const Wire&) { return false; };
  CHECK(probe(*refusing(0, nothing, "asked-once.example", server)) == everything());
  const std::uint64_t requests = server->requests;
  CHECK(requests <= 25);
  CHECK(probe(*refusing(0, nothing, "asked-once.example", server)) == everything());
  CHECK(server->requests == requests);
}

}  // namespace
}  // namespace larder::testing
