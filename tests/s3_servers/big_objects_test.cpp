// Values that are larger than the memory that may be used for them.
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <larder/item.h>

#include "server.h"
#include "tests/io/child.h"

namespace larder::testing {
namespace {

// S3Proxy keeps all in its memory.
std::uint64_t scaled(std::uint64_t size) { return server_is("s3proxy") ? size / 6 : size; }

std::uint64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

// Bytes that are others at each place.
void fill(MutableBytes bytes, std::uint64_t offset) {
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(offset++ * 2654435761U >> 15);
}

TEST_CASE("a stream goes up and down in parts, in bounded memory") {
  const std::string bucket = make_bucket();
  const std::uint64_t size = scaled(300 << 20) + 12'345;
  const bool fine = true_in_child([&] {
    const auto store = open_bucket(bucket);
    std::vector<std::byte> piece(1 << 20);
    const auto writer = store->put("big");
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
      fill(piece, at);
      writer->write(Bytes(piece).first(std::min<std::uint64_t>(piece.size(), size - at)));
    }
    writer->finish();

    std::vector<std::byte> wanted(piece.size());
    const auto reader = store->get("big");
    std::uint64_t at = 0;
    bool same = true;
    while (const std::size_t got = reader->read(piece)) {
      fill(MutableBytes(wanted).first(got), at);
      same = same && std::equal(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(got), piece.begin());
      at += got;
    }
    return same && at == size && peak_memory() < 300 << 20;
  });
  CHECK(fine);
  CHECK(bucket_itself(bucket)->uploads("").empty());
}

TEST_CASE("a dropped writer leaves nothing of the parts that it sent") {
  const std::string bucket = make_bucket();
  const std::vector<std::byte> bytes(20 << 20);
  {
    const auto store = open_bucket(bucket);
    const auto writer = store->put("big");
    writer->write(bytes);
  }
  CHECK(bucket_itself(bucket)->uploads("").empty());
  CHECK_FALSE(open_bucket(bucket)->exists("big"));
}

TEST_CASE("one array of a large object is had without the others") {
  const std::string bucket = make_bucket();
  const std::uint64_t each = scaled(30 << 20) / 8;
  Document document;
  std::vector<Value> members;
  for (int i = 0; i < 10; ++i) {
    Array one = Array::allocate(DType::of<double>(), {each});
    one.mutable_data<double>()[0] = i;
    members.push_back(document.array(std::move(one)));
  }
  document.set_root(document.list(members));
  const auto store = open_bucket(bucket);
  dump(document.root(), *store, "model.joblib");
  const bool fine = true_in_child([&] {
    const std::uint64_t before = peak_memory();
    const Array seventh = load_array(*open_bucket(bucket), "model.joblib", "[7]");
    return seventh.data<double>()[0] == 7 && seventh.size() == each && peak_memory() - before < 4 * each * 8;
  });
  CHECK(fine);
}

}  // namespace
}  // namespace larder::testing
