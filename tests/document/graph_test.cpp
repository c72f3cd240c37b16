// Sharing, cycles and depth: copy and equal.
#include <catch2/catch.hpp>

#include <cmath>

#include <larder/document.h>

#include "tests/support/errors.h"
#include "tests/support/small_stack.h"

namespace larder::testing {
namespace {

Value one_member(Document& document, Value member) { return document.list({&member, 1}); }

// Lists in lists, `levels` deep, each holding the one below `width` times.
Value bomb(Document& document, int levels, std::size_t width) {
  Value value = document.str("x");
  for (int i = 0; i < levels; ++i) value = document.list(std::vector<Value>(width, value));
  return value;
}

TEST_CASE("equal is Python's ==, and NaN equals NaN") {
  Document a;
  CHECK(equal(Value::integer(1), Value::floating(1)));
  CHECK(equal(Value::integer(1), Value::boolean(true)));
  CHECK(equal(Value::floating(std::nan("")), Value::floating(std::nan(""))));
  CHECK_FALSE(equal(Value::integer(1), Value::integer(2)));
  CHECK_FALSE(equal(Value::integer(0), Value()));
  CHECK_FALSE(equal(a.str("x"), a.bytes(as_bytes("x"))));
  CHECK_FALSE(equal(a.list(), a.tuple()));
  const Value members[] = {Value::integer(1), Value::integer(2)};
  const Value turned[] = {Value::integer(2), Value::integer(1)};
  CHECK(equal(a.frozenset(members), a.frozenset(turned)));
  CHECK_FALSE(equal(a.list(members), a.list(turned)));
  const Value set = a.set();
  a.add(set, Value::integer(2));
  a.add(set, Value::integer(1));
  CHECK(equal(set, a.frozenset(members)));
}

TEST_CASE("dicts are equal whatever their order, objects part by part") {
  Document a;
  const Value left = a.dict();
  const Value right = a.dict();
  for (int i = 0; i < 20; ++i) {
    a.insert(left, Value::integer(i), a.str(std::to_string(i)));
    a.insert(right, Value::integer(19 - i), a.str(std::to_string(19 - i)));
  }
  CHECK(equal(left, right));
  a.insert(right, Value::integer(5), a.str("other"));
  CHECK_FALSE(equal(left, right));
  const auto object = [&](const char* state) {
    const Value made = a.object(ObjectForm::newobj, a.global("m", "C"), a.tuple());
    a.set_state(made, a.str(state));
    return made;
  };
  CHECK(equal(object("s"), object("s")));
  CHECK_FALSE(equal(object("s"), object("t")));
  CHECK_FALSE(equal(a.global("m", "C"), a.global("m", "D")));
}

TEST_CASE("arrays are equal by dtype, shape and elements") {
  Document a;
  const std::vector<std::int32_t> numbers = {1, 2, 3, 4};
  const Array array = Array::copy_of<std::int32_t>(numbers, {2, 2});
  CHECK(equal(a.array(array), a.array(array.copy(Order::fortran))));
  CHECK_FALSE(equal(a.array(array), a.array(Array::copy_of<std::int32_t>(numbers, {4}))));
}

TEST_CASE("cycles are compared once and copied as cycles") {
  Document a;
  const Value list = a.list();
  a.append(list, list);
  const Value other = a.list();
  a.append(other, other);
  CHECK(equal(list, other));
  const Value dict = a.dict();
  a.insert(dict, a.str("list"), list);
  a.append(list, dict);
  CHECK_FALSE(equal(list, other));
  Document b;
  const Value copied = b.copy(dict);
  CHECK(equal(copied, dict));
  const Value inner = *copied.find("list");
  CHECK(inner[0].same_as(inner));
  CHECK(inner[1].same_as(copied));
  const Value object = a.object(ObjectForm::newobj, a.global("m", "C"), a.tuple());
  a.set_state(object, object);
  const Value again = b.copy(object);
  CHECK(again.state().same_as(again));
  CHECK(equal(object, again));
}

TEST_CASE("P1: what is shared stays shared, and costs once") {
  Document a;
  const Value value = bomb(a, 100, 2);
  Document b;
  const Value copied = b.copy(value);
  CHECK(copied[0].same_as(copied[1]));
  CHECK(b.memory() < 100'000);
  CHECK(equal(value, copied));
  CHECK_FALSE(equal(value, bomb(b, 99, 2)));
  CHECK_ERROR(to_json(value), limit);
  CHECK(equal(bomb(a, 10, 10), bomb(b, 10, 10)));
  CHECK_ERROR(to_json(bomb(a, 10, 10)), limit);
}

TEST_CASE("a copy has every kind, and can be changed alone") {
  Document a;
  const Value dict = a.dict();
  const std::vector<std::byte> wide(40, std::byte{0x11});
  const Value object = a.object(ObjectForm::newobj_ex, a.global("m", "C"), a.tuple(), a.dict());
  a.append_item(object, Value::integer(1));
  a.insert_entry(object, a.str("k"), Value::integer(2));
  const Value members[] = {Value(),
                           Value::boolean(true),
                           Value::integer(-1),
                           a.integer(wide),
                           Value::floating(2.5),
                           a.complex({1, -2}),
                           a.str("text"),
                           a.bytes(as_bytes("b")),
                           a.bytearray(as_bytes("c")),
                           a.list(),
                           a.tuple(),
                           a.dict(),
                           a.set(),
                           a.frozenset(),
                           a.array(Array::allocate(DType(), {0})),
                           object};
  for (const Value member : members) a.insert(dict, a.str(name_of(member.kind())), member);
  for (int i = 0; i < 100; ++i) a.insert(dict, Value::integer(i), Value::integer(i));
  Document b;
  const Value copied = b.copy(dict);
  CHECK(equal(copied, dict));
  for (int i = 0; i < 100; ++i) b.insert(copied, Value::integer(1000 + i), Value());
  b.append(*copied.find("list"), Value());
  CHECK(copied.size() == dict.size() + 100);
  CHECK(copied.find(Value::integer(1099)));
  CHECK(dict.find("list")->empty());
}

TEST_CASE("P5: a million nested lists on a small stack") {
  const int depth = 1'000'000;
  bool same = false;
  bool limited = false;
  std::size_t globals = 1;
  on_small_stack([&] {
    Document a;
    Value value = a.list();
    for (int i = 1; i < depth; ++i) value = one_member(a, value);
    Document b;
    const Value copied = b.copy(value);
    same = equal(value, copied);
    globals = globals_of(copied).size();
    try {
      to_json(value);
    } catch (const Error& error) {
      limited = error.kind() == ErrorKind::limit;
    }
  });
  CHECK(same);
  CHECK(limited);
  CHECK(globals == 0);
}

TEST_CASE("globals_of names each global once, in order") {
  Document a;
  const Value object = a.object(ObjectForm::reduce, a.global("first", "f"), a.tuple());
  a.set_state(object, one_member(a, a.global("second", "g")));
  const Value members[] = {object, a.global("first", "f"), a.global("third", "h"), object};
  CHECK(globals_of(a.list(members)) == std::vector<std::string>{"first.f", "second.g", "third.h"});
  CHECK(globals_of(Value()).empty());
}

}  // namespace
}  // namespace larder::testing
