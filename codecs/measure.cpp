#include <larder/measure.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/text.h"
#include "codecs/first_run.h"

namespace larder {

namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double per_second(std::uint64_t bytes, double seconds) noexcept {
  return seconds > 0 ? static_cast<double>(bytes) / seconds : std::numeric_limits<double>::infinity();
}

// Whether `a` makes `b` needless.
bool beats(const Trial& a, const Trial& b) noexcept {
  const bool as_good = ratio_of(a) >= ratio_of(b) && compress_speed(a) >= compress_speed(b) &&
                       decompress_speed(a) >= decompress_speed(b);
  const bool better =
      ratio_of(a) > ratio_of(b) || compress_speed(a) > compress_speed(b) || decompress_speed(a) > decompress_speed(b);
  return as_good && better;
}

// The measuring of all settings side by side.
class Rounds {
 public:
  Rounds(std::span<const Bytes> contents, std::span<const Setting> settings, const MeasureOptions& options)
      : contents_(contents), options_(options), clock_(options.clock ? options.clock : steady_seconds) {
    for (const Setting& setting : settings) contests_.push_back({setting, {}, {}, {}});
  }

  std::vector<Measurement> run() {
    const double start = clock_();
    for (Contest& contest : contests_) run_first(contest);
    for (int round = 0; round < options_.repeats; ++round) {
      for (Contest& contest : contests_) {
        const double expected = contest.first.trial.compress_seconds + contest.first.trial.decompress_seconds;
        if (is_quick(expected) || clock_() - start + expected <= options_.seconds) run_again(contest);
      }
    }
    std::vector<Measurement> measurements;
    for (const Contest& contest : contests_) measurements.push_back(summary(contest));
    return measurements;
  }

 private:
  struct Contest {
    Setting setting;
    Measurement first;
    std::vector<double> compress;  // seconds of each run after the first
    std::vector<double> decompress;
  };

  // Whether a run does not count against the time: the shorter it is, the more it needs company.
  bool is_quick(double seconds) const { return seconds <= options_.seconds / 1000; }

  void announce(const Contest& contest) const {
    if (options_.before_run) options_.before_run(contest.setting);
  }

  void run_first(Contest& contest) const {
    announce(contest);
    if (options_.memory) {
      contest.first = internal::run_setting_apart(contents_, contest.setting, options_.limits, clock_);
    } else {
      contest.first.trial = internal::run_setting(contents_, contest.setting, options_.limits, clock_, true);
    }
    contest.first.setting = contest.setting;
  }

  void run_again(Contest& contest) const {
    announce(contest);
    const Trial trial = internal::run_setting(contents_, contest.setting, options_.limits, clock_, false);
    contest.compress.push_back(trial.compress_seconds);
    contest.decompress.push_back(trial.decompress_seconds);
  }

  static Measurement summary(const Contest& contest) {
    Measurement measurement = contest.first;
    measurement.repeats = static_cast<int>(contest.compress.size());
    if (measurement.repeats == 0) return measurement;
    measurement.trial.compress_seconds = median(contest.compress);
    measurement.trial.decompress_seconds = median(contest.decompress);
    return measurement;
  }

  std::span<const Bytes> contents_;
  const MeasureOptions& options_;
  internal::Clock clock_;
  std::vector<Contest> contests_;
};

}  // namespace

std::string Setting::name() const {
  if (compression.codec == nullptr) return "none";
  const CodecInfo& info = compression.codec->info();
  // In the compress argument a level of 0 is no compression.
  const bool bare = !info.has_levels || (compression.level == 0 && info.default_level == 0);
  return bare ? info.name : internal::join(info.name, ':', compression.level);
}

double compress_speed(const Trial& trial) noexcept { return per_second(trial.content, trial.compress_seconds); }

double decompress_speed(const Trial& trial) noexcept { return per_second(trial.content, trial.decompress_seconds); }

double ratio_of(const Trial& trial) noexcept {
  return trial.stored == 0 ? 1 : static_cast<double>(trial.content) / static_cast<double>(trial.stored);
}

std::vector<Measurement> measure(std::span<const Bytes> contents, std::span<const Setting> settings,
                                 const MeasureOptions& options) {
  return Rounds(contents, settings, options).run();
}

std::vector<std::size_t> pareto_front(std::span<const Measurement> measurements) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const bool beaten = std::ranges::any_of(
        measurements, [&](const Measurement& other) { return beats(other.trial, measurements[i].trial); });
    if (!beaten) front.push_back(i);
  }
  return front;
}

}  // namespace larder
