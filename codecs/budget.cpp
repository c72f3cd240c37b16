#include <larder/budget.h>

#include <array>

#include "base/quantity.h"
#include "base/text.h"

namespace larder {

namespace {

using internal::Unit;

constexpr std::array<Unit, 13> byte_units = {{{"B", 1},
                                              {"kB", 1e3},
                                              {"KB", 1e3},
                                              {"MB", 1e6},
                                              {"GB", 1e9},
                                              {"TB", 1e12},
                                              {"KiB", 1024},
                                              {"MiB", 1048576},
                                              {"GiB", 1073741824},
                                              {"TiB", 1099511627776},
                                              {"kbit", 1e3 / 8},
                                              {"Mbit", 1e6 / 8},
                                              {"Gbit", 1e9 / 8}}};

// "smallest", "link=80MB/s"...
void set(Budget& budget, std::string_view setting) {
  const std::size_t equals = setting.find('=');
  const std::string_view key = setting.substr(0, equals);
  const auto value = equals == std::string_view::npos ? std::nullopt : std::optional(setting.substr(equals + 1));
  if (key == "smallest" && !value) {
    budget.smallest = true;
  } else if (key == "read-at" && value) {
    budget.read_at = parse_speed(*value);
  } else if (key == "write-within" && value) {
    budget.write_within = parse_duration(*value);
  } else if (key == "link" && value) {
    budget.link = parse_speed(*value);
  } else {
    internal::fail(ErrorKind::usage, internal::quoted(setting),
                   " is no budget: there are smallest, read-at=SPEED, write-within=TIME and link=SPEED");
  }
}

// How many times the whole content is as large as what was tried.
double scale_of(const Trial& trial, const Budget& budget) noexcept {
  if (budget.content == 0 || trial.content == 0) return 1;
  return static_cast<double>(budget.content) / static_cast<double>(trial.content);
}

}  // namespace

double parse_speed(std::string_view text) {
  const std::string_view amount = text.ends_with("/s") ? text.substr(0, text.size() - 2) : text;
  if (const auto speed = internal::parse_quantity(amount, byte_units)) return *speed;
  internal::fail(ErrorKind::usage, internal::quoted(text),
                 " is no speed: give a number and a unit, as in 500MB/s, 1.5GiB/s or 100Mbit/s");
}

double parse_duration(std::string_view text) {
  if (const auto duration = internal::parse_quantity(text, internal::time_units)) return *duration;
  internal::fail(ErrorKind::usage, internal::quoted(text),
                 " is no time: give a number and a unit, as in 5s, 250ms, 2min, 1h or 30d");
}

Budget Budget::parse(std::string_view text) {
  Budget budget;
  for (bool more = !text.empty(); more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    set(budget, text.substr(0, comma));
    if (more) text.remove_prefix(comma + 1);
  }
  if (budget.smallest && budget.link)
    internal::fail(ErrorKind::usage, "a budget is for the smallest file or for a link, not for both");
  return budget;
}

double seconds_to_write(const Trial& trial, const Budget& budget) noexcept {
  const double speed = budget.link.value_or(budget.disk.write);
  return scale_of(trial, budget) * (trial.compress_seconds + static_cast<double>(trial.stored) / speed);
}

double seconds_to_read(const Trial& trial, const Budget& budget) noexcept {
  const double speed = budget.link.value_or(budget.disk.read);
  return scale_of(trial, budget) * (static_cast<double>(trial.stored) / speed + trial.decompress_seconds);
}

Cost cost_of(const Trial& trial, const Budget& budget) noexcept {
  const double scale = scale_of(trial, budget);
  Cost cost;
  if (budget.write_within) cost.excess = std::max(cost.excess, seconds_to_write(trial, budget) / *budget.write_within);
  if (budget.read_at) {
    const double allowed = scale * static_cast<double>(trial.content) / *budget.read_at;
    if (allowed > 0) cost.excess = std::max(cost.excess, seconds_to_read(trial, budget) / allowed);
  }
  if (budget.by_size()) {
    cost.amount = scale * static_cast<double>(trial.stored);
  } else {
    cost.amount = seconds_to_write(trial, budget) + seconds_to_read(trial, budget);
    // Over a link the file goes once, not there and back.
    if (budget.link) cost.amount -= scale * static_cast<double>(trial.stored) / *budget.link;
  }
  return cost;
}

}  // namespace larder
