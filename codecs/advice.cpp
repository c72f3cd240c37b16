#include <algorithm>

#include <larder/measure.h>

#include "base/quantity.h"
#include "base/text.h"

namespace larder {

namespace {

using internal::decimal;
using internal::join;
using internal::seconds_text;
using internal::size_text;
using internal::speed_text;

std::string setting_text(const Setting& setting) {
  if (setting.compression.codec == nullptr) return "no compression";
  return setting.threads == 1 ? setting.name() : join(setting.name(), " with ", setting.threads, " threads");
}

// Of the whole content.
std::string size_and_ratio(const Trial& trial, const Budget& budget) {
  const std::uint64_t content = budget.content == 0 ? trial.content : budget.content;
  const auto stored = static_cast<std::uint64_t>(static_cast<double>(content) / ratio_of(trial));
  return join("ratio ", decimal(ratio_of(trial), 2), ", ", size_text(stored), " of ", size_text(content));
}

// "written and read back in 1.2 s".
std::string time_text(const Trial& trial, const Budget& budget) {
  const std::string seconds = seconds_text(cost_of(trial, budget).amount);
  return budget.link ? join("there after ", seconds) : join("written and read back in ", seconds);
}

std::string limits_text(const Budget& budget) {
  std::string text;
  if (budget.read_at) text += join("read at ", speed_text(*budget.read_at), " or more");
  if (budget.write_within)
    text += join(text.empty() ? "" : " and ", "written within ", seconds_text(*budget.write_within));
  return text;
}

// What the limits ask of this one.
std::string figures_of_limits(const Trial& trial, const Budget& budget) {
  std::string text;
  if (budget.read_at) {
    Trial reading = trial;
    Budget tried = budget;
    tried.content = 0;
    reading.decompress_seconds = seconds_to_read(trial, tried);
    text += join("read at ", speed_text(decompress_speed(reading)));
  }
  if (budget.write_within)
    text += join(text.empty() ? "" : ", ", "written in ", seconds_text(seconds_to_write(trial, budget)));
  return text;
}

// What the same would be without compression, for comparison.
std::string without_compression(std::span<const Measurement> measurements, const Budget& budget) {
  const auto none = std::ranges::find_if(
      measurements, [](const Measurement& each) { return each.setting.compression.codec == nullptr; });
  if (none == measurements.end() || budget.by_size()) return "";
  return join("; without compression ", seconds_text(cost_of(none->trial, budget).amount));
}

std::string sentence_of(const Measurement& best, std::span<const Measurement> measurements, const Budget& budget) {
  const Trial& trial = best.trial;
  const std::string take = join("Take ", setting_text(best.setting));
  const std::string limits = limits_text(budget);
  const std::string figures = figures_of_limits(trial, budget);
  if (!limits.empty() && !cost_of(trial, budget).within())
    return join("Nothing here is ", limits, ". Nearest is ", setting_text(best.setting), ": ", figures, " (",
                size_and_ratio(trial, budget), ").");
  const std::string means =
      best.setting.compression.codec == nullptr ? "" : join(" (", size_and_ratio(trial, budget), ")");
  if (budget.by_size())
    return limits.empty() ? join(take, ": the smallest", means, ".")
                          : join(take, ": the smallest that is ", limits, means, "; it is ", figures, ".");
  const std::string others = best.setting.compression.codec == nullptr ? "" : without_compression(measurements, budget);
  return join(take, ": ", time_text(trial, budget), means, limits.empty() ? "" : join(", ", figures), others, ".");
}

}  // namespace

Advice advise(std::span<const Measurement> measurements, const Budget& budget) {
  if (measurements.empty()) internal::fail(ErrorKind::usage, "there is nothing to choose from");
  const auto best = std::ranges::min_element(measurements, [&](const Measurement& a, const Measurement& b) {
    return cost_of(a.trial, budget) < cost_of(b.trial, budget);
  });
  return {static_cast<std::size_t>(best - measurements.begin()), cost_of(best->trial, budget),
          sentence_of(*best, measurements, budget)};
}

}  // namespace larder
