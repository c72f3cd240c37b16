// What every Writer promises, asked of every row of `targets()`.

#include <algorithm>
#include <random>

#include "targets.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

constexpr std::size_t buffer = 64 * 1024;

// Runs `check(target, open)` on each kind of target.
template <class Check>
void with_each(const std::vector<Target>& all, Check check) {
  for (const Target& target : all) {
    INFO(target.name);
    OpenTarget open = target.open();
    check(target, open);
  }
}

TEST_CASE("every writer passes on its content, in pieces of any size") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, buffer - 1, buffer, buffer + 1, 5 * buffer + 17}) {
    const Content content = pattern(size);
    for (const std::size_t piece : {std::size_t{7}, std::size_t{4096}, buffer, 3 * buffer}) {
      with_each(targets(), [&](const Target&, OpenTarget& open) {
        INFO(size << " bytes in pieces of " << piece);
        for (std::size_t done = 0; done < size;) {
          const std::size_t step = std::min(piece, size - done);
          open.writer->write(Bytes(content).subspan(done, step));
          done += step;
          REQUIRE(open.writer->position() == done);
        }
        open.writer->finish();
        CHECK(open.writer->position() == size);
        CHECK((open.content() == content));
      });
    }
  }
}

TEST_CASE("every writer stays right when pieces of all sizes and flushes follow each other") {
  constexpr unsigned seed = 20240608;
  INFO("seed " << seed);
  const Content content = pattern(10 * buffer + 5);
  with_each(targets(), [&](const Target&, OpenTarget& open) {
    std::mt19937 random(seed);
    for (std::size_t done = 0; done < content.size();) {
      const std::size_t wanted = random() % 8 == 0 ? random() % (2 * buffer) : random() % 2000;
      const std::size_t step = std::min(wanted, content.size() - done);
      open.writer->write(Bytes(content).subspan(done, step));
      if (random() % 10 == 0) open.writer->flush();
      done += step;
    }
    open.writer->finish();
    CHECK((open.content() == content));
  });
}

TEST_CASE("every writer finishes once and takes nothing afterwards") {
  with_each(targets(), [](const Target&, OpenTarget& open) {
    CHECK_FALSE(open.writer->name().empty());
    open.writer->write(as_bytes("abc"));
    open.writer->finish();
    CHECK_ERROR(open.writer->finish(), usage);
    CHECK_ERROR(open.writer->write(as_bytes("d")), usage);
    CHECK_ERROR(open.writer->write({}), usage);
    CHECK_ERROR(open.writer->flush(), usage);
    CHECK(as_text(open.content()) == "abc");
  });
}

TEST_CASE("every writer that is dropped passes on no more than was flushed") {
  with_each(targets(), [](const Target& target, OpenTarget& open) {
    if (dynamic_cast<MemoryWriter*>(open.writer.get()) != nullptr) return;  // its content goes with it
    open.writer->write(as_bytes("abc"));
    open.writer->flush();
    open.writer->write(as_bytes("def"));
    open.writer.reset();
    CHECK(as_text(open.content()) == (target.publishes ? "" : "abc"));
  });
}

TEST_CASE("every writer reports a target that fails, and is of no use afterwards") {
  with_each(failing_targets(), [](const Target&, OpenTarget& open) {
    CHECK_ERROR((open.writer->write(pattern(3 * buffer)), open.writer->finish()), io);
    CHECK_ERROR(open.writer->write(as_bytes("d")), usage);
    CHECK_ERROR(open.writer->flush(), usage);
    CHECK_ERROR(open.writer->finish(), usage);
  });
}

TEST_CASE("every writer reports a target that fails at the last moment") {
  with_each(failing_targets(), [](const Target&, OpenTarget& open) {
    open.writer->write(as_bytes("abc"));  // gathered
    CHECK_ERROR(open.writer->finish(), io);
    CHECK_ERROR(open.writer->finish(), usage);
  });
}

}  // namespace
}  // namespace larder::testing
