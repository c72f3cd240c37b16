#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <numeric>

#include "base/quantity.h"
#include "base/text.h"
#include "tools/bench_report.h"
#include "tools/bench_sample.h"
#include "tools/bench_settings.h"
#include "tools/chart_page.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// Says how fast the disk is: as told, as measured where the first file lies, or what is usual.
std::string find_disk(const BenchOptions& options, Disk& disk) {
  using internal::join;
  using internal::speed_text;
  const auto speeds = [&] { return join("writes ", speed_text(disk.write), " and reads ", speed_text(disk.read)); };
  if (options.budget.link) return join("The link carries ", speed_text(*options.budget.link));
  if (options.disk) {
    disk = {.write = *options.disk, .read = *options.disk};
    return join("The disk, as told, ", speeds());
  }
  const Path file = options.files.front() == "-" ? Path() : Path(options.files.front());
  const Path directory = file.has_parent_path() ? file.parent_path() : Path(".");
  try {
    disk = measure_disk(directory);
    return join("The disk of ", printable(directory.string()), " ", speeds());
  } catch (const Error& error) {
    return join("The disk is taken to be a common one, which ", speeds(), " (", error.what(), ")");
  }
}

std::vector<Sample> take_samples(const BenchOptions& options, Console& console, Status& status) {
  std::vector<Sample> samples;
  std::uint64_t room = options.sample;
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    const std::string& file = options.files[i];
    try {
      // What a small file leaves over is for the files behind it.
      Sample sample = sample_of(file, room / (options.files.size() - i), options.reading, console);
      if (sample.total == 0) internal::fail(ErrorKind::truncated, "it is empty: there is nothing to measure");
      room -= sample.bytes.size();
      samples.push_back(std::move(sample));
    } catch (const Error& error) {
      status = worse(status, console.report(input_name(file), error));
    }
  }
  return samples;
}

std::vector<Bytes> contents_of(const std::vector<Sample>& samples) {
  std::vector<Bytes> contents;
  for (const Sample& sample : samples) contents.push_back(sample.bytes);
  return contents;
}

std::uint64_t size_of(const std::vector<Bytes>& contents) {
  return std::accumulate(contents.begin(), contents.end(), std::uint64_t{0},
                         [](std::uint64_t sum, Bytes content) { return sum + content.size(); });
}

// The same share of each sample.
std::vector<std::vector<std::byte>> shares_of(const std::vector<Sample>& samples, double share) {
  std::vector<std::vector<std::byte>> smaller;
  for (const Sample& sample : samples) {
    const auto size = static_cast<std::uint64_t>(static_cast<double>(sample.bytes.size()) * share);
    smaller.push_back(smaller_sample(sample.bytes, std::max<std::uint64_t>(size, 1)));
  }
  return smaller;
}

// Measures under the eyes of the user.
class Bench {
 public:
  Bench(const BenchOptions& options, std::vector<Setting> settings)
      : options_(options), settings_(std::move(settings)) {}

  BenchResult result(std::vector<Sample> samples) const {
    BenchResult result;
    result.budget = options_.budget;
    result.disk_note = find_disk(options_, result.budget.disk);
    for (const Sample& sample : samples) result.content += sample.total;
    result.budget.content = result.content;
    const auto start = std::chrono::steady_clock::now();
    fit_to_time(samples);
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double left = std::max(options_.seconds - spent, options_.seconds / 2);
    result.measurements = run(contents_of(samples), options_.repeat, left);
    result.measured = size_of(contents_of(samples));
    result.samples = std::move(samples);
    sort_measurements(result.measurements, options_.sort, result.budget);
    result.advice = advise(result.measurements, result.budget);
    return result;
  }

 private:
  // Cuts the samples so that the first run of all settings takes no more than half of the time.
  void fit_to_time(std::vector<Sample>& samples) const {
    constexpr double pilot_size = 256 * 1024;
    const double pilot_share = pilot_size / static_cast<double>(size_of(contents_of(samples)));
    if (pilot_share > 0.5) return;
    const auto pilot = shares_of(samples, pilot_share);
    std::vector<Bytes> contents;
    for (const auto& sample : pilot) contents.push_back(sample);
    double seconds = 0;
    for (const Measurement& each : run(contents, 0, options_.seconds))
      seconds += each.trial.compress_seconds + each.trial.decompress_seconds;
    const double share = pilot_share * options_.seconds / 2 / seconds;
    if (share >= 1) return;
    auto smaller = shares_of(samples, std::max(share, pilot_share));
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].bytes = std::move(smaller[i]);
  }

  std::vector<Measurement> run(const std::vector<Bytes>& contents, int repeats, double seconds) const {
    const std::uint64_t size = size_of(contents);
    const std::uint64_t runs = settings_.size() * (static_cast<unsigned>(repeats) + 1);
    Progress progress("measuring", size * runs, options_.reading.quiet);
    std::string current;
    MeasureOptions how;
    how.repeats = repeats;
    how.seconds = seconds;
    how.memory = true;
    how.limits = options_.reading.limits;
    how.before_run = [&](const Setting& setting) {
      current = setting.name();
      progress.advance(size);
    };
    try {
      return measure(contents, settings_, how);
    } catch (Error& error) {
      error.at("measuring " + current);
      throw;
    }
  }

  const BenchOptions& options_;
  std::vector<Setting> settings_;
};

std::unique_ptr<Output> open_page(const std::string& name) {
  if (name.empty()) return nullptr;
  require_chart_page();
  return std::make_unique<Output>(name, FileOptions{});
}

void print(const BenchResult& result, BenchOptions::Form form, Console& console) {
  if (form == BenchOptions::Form::csv) return print_csv(result, console);
  if (form == BenchOptions::Form::json) return console.print(json_of(result));
  print_result(result, console);
}

}  // namespace

Status bench(const BenchOptions& options, Console& console) {
  Status status = Status::fine;
  try {
    const Bench bench(options, settings_of(options.codecs, options.levels, options.threads));
    // Opened early: after a minute of measuring is no time to learn that it cannot be written.
    const auto page = open_page(options.html);
    std::vector<Sample> samples = take_samples(options, console, status);
    if (samples.empty()) return status;
    const BenchResult result = bench.result(std::move(samples));
    if (page) {
      page->writer().write(as_bytes(chart_page(json_of(result))));
      page->finish();
    }
    if (options.html != "-") print(result, options.form, console);
    return status;
  } catch (const Error& error) {
    return worse(status, console.report("bench", error));
  }
}

}  // namespace larder::tools
