#include "arrays/time_unit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/text.h"

namespace larder::internal {
namespace {

// The units from long to short, each with the finer ones a divisor may turn it into and how many of them it has.
struct Finer {
  std::string_view unit;
  std::int64_t count;
};
struct Unit {
  std::string_view name;
  std::array<Finer, 3> finer;  // tried in this order; an empty name ends them
};
constexpr std::array<Unit, 13> units = {{
    {"Y", {{{"M", 12}, {"W", 52}, {"D", 365}}}},
    {"M", {{{"W", 4}, {"D", 30}, {"h", 720}}}},
    {"W", {{{"D", 7}, {"h", 168}, {"m", 10080}}}},
    {"D", {{{"h", 24}, {"m", 1440}, {"s", 86400}}}},
    {"h", {{{"m", 60}, {"s", 3600}, {}}}},
    {"m", {{{"s", 60}, {"ms", 60000}, {}}}},
    {"s", {{{"ms", 1000}, {"us", 1000000}, {}}}},
    {"ms", {{{"us", 1000}, {"ns", 1000000}, {}}}},
    {"us", {{{"ns", 1000}, {"ps", 1000000}, {}}}},
    {"ns", {{{"ps", 1000}, {"fs", 1000000}, {}}}},
    {"ps", {{{"fs", 1000}, {"as", 1000000}, {}}}},
    {"fs", {{{"as", 1000}, {}, {}}}},
    {"as", {}},
}};

constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();

// Takes a decimal number off the front of `text`; nothing where none stands there.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end == text.data()) return std::nullopt;
  if (code != std::errc() || number > most) return most + 1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

[[noreturn]] void refuse(std::string_view text) {
  fail(ErrorKind::malformed, "not a unit of time: ", quoted(text),
       " (possible are Y M W D h m s ms us ns ps fs as, with a count such as 25s, and generic)");
}

}  // namespace

std::string canonical_time_unit(std::string_view text) {
  std::string_view rest = text;
  const std::optional<std::int64_t> given_count =
      !rest.empty() && rest[0] >= '0' && rest[0] <= '9' ? take_number(rest) : std::nullopt;
  std::int64_t count = given_count.value_or(1);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view name = rest.substr(0, slash);
  rest.remove_prefix(slash);
  if (count > most) refuse(text);
  if (name == "generic" && rest.empty()) return "generic";
  const auto* unit = std::find_if(units.begin(), units.end(), [&](const Unit& known) { return known.name == name; });
  if (unit == units.end()) refuse(text);
  std::string_view printed = unit->name;
  if (!rest.empty()) {
    rest.remove_prefix(1);
    const std::int64_t divisor = take_number(rest).value_or(0);
    if (divisor < 1 || divisor > most || !rest.empty()) refuse(text);
    if (divisor > 1) {
      const auto* finer = std::find_if(unit->finer.begin(), unit->finer.end(), [&](const Finer& candidate) {
        return candidate.count != 0 && candidate.count % divisor == 0;
      });
      if (finer == unit->finer.end()) refuse(text);
      printed = finer->unit;
      count *= finer->count / divisor;
      if (count > most) refuse(text);
    }
  }
  return count == 1 ? std::string(printed) : join(count, printed);
}

}  // namespace larder::internal
