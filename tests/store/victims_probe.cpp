// Answers which items would be evicted, for the tests in Python.
//
//   victims POLICY BYTES ITEMS AGE NOW SIZE:ACCESSED:COST...   numbers of items and reasons, "3:bytes 0:age"; "-": no
//   limit,
//                                                              no cost. Times in nanoseconds
//   size HEX                                                   the bytes of a size in words
#include <charconv>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/eviction.h>

#include "tests/support/hexadecimal.h"
#include "tests/support/questions.h"

namespace {

using larder::EvictionItem;
using larder::StoreTime;

template <class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw larder::Error(larder::ErrorKind::usage, std::string(text) + " is no number");
  }
  return value;
}

template <class Number>
std::optional<Number> optional_number(std::string_view text) {
  return text == "-" ? std::nullopt : std::optional(number<Number>(text));
}

StoreTime time(std::string_view text) { return StoreTime(std::chrono::nanoseconds(number<std::int64_t>(text))); }

EvictionItem item(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = text.find(':', first + 1);
  EvictionItem one;
  one.size = number<std::uint64_t>(text.substr(0, first));
  one.accessed = time(text.substr(first + 1, second - first - 1));
  one.cost = optional_number<double>(text.substr(second + 1));
  return one;
}

void answer(const std::string& command, const std::vector<std::string>& arguments) {
  if (command == "size") {
    std::cout << larder::parse_size(larder::testing::from_hex(arguments.at(0))) << '\n';
    return;
  }
  larder::StoreLimits limits;
  limits.bytes = optional_number<std::uint64_t>(arguments.at(1));
  limits.items = optional_number<std::uint64_t>(arguments.at(2));
  if (arguments.at(3) != "-") limits.age = std::chrono::nanoseconds(number<std::int64_t>(arguments.at(3)));
  std::vector<EvictionItem> items;
  for (std::size_t i = 5; i < arguments.size(); ++i) items.push_back(item(arguments[i]));
  std::cout << "victims";
  for (const larder::Victim& victim :
       choose_victims(items, limits, larder::parse_policy(arguments.at(0)), time(arguments.at(4)))) {
    std::cout << ' ' << victim.item << ':' << name_of(victim.reason);
  }
  std::cout << '\n';
}

}  // namespace

int main() { return larder::testing::answer_questions(answer); }
