#include "tools/bench_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <variant>

#include "base/quantity.h"
#include "base/text.h"
#include "codecs/ordered_work.h"
#include "tools/columns.h"
#include "tools/commands.h"
#include "tools/report.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

using internal::join;
using internal::seconds_text;
using internal::speed_text;

std::string codec_name(const Setting& setting) {
  return setting.compression.codec == nullptr ? "none" : setting.compression.codec->info().name;
}

bool has_level(const Setting& setting) {
  return setting.compression.codec != nullptr && setting.compression.codec->info().has_levels;
}

std::optional<std::uint64_t> memory_of(const Measurement& measurement) {
  if (!measurement.compress_memory || !measurement.decompress_memory) return std::nullopt;
  return std::max(*measurement.compress_memory, *measurement.decompress_memory);
}

using Before = std::function<bool(const Measurement&, const Measurement&)>;

// Before by a key that is to be small.
template <class Key>
Before rising(Key key) {
  return [key](const Measurement& a, const Measurement& b) { return key(a) < key(b); };
}

const std::vector<std::pair<std::string, std::function<Before(const Budget&)>>>& orders() {
  using M = const Measurement&;
  static const std::vector<std::pair<std::string, std::function<Before(const Budget&)>>> all = {
      {"cost", [](const Budget& budget) { return rising([&budget](M m) { return cost_of(m.trial, budget); }); }},
      {"codec", [](const Budget&) { return rising([](M m) { return codec_name(m.setting); }); }},
      {"level", [](const Budget&) { return rising([](M m) { return m.setting.compression.level; }); }},
      {"threads", [](const Budget&) { return rising([](M m) { return m.setting.threads; }); }},
      {"ratio", [](const Budget&) { return rising([](M m) { return -ratio_of(m.trial); }); }},
      {"compress", [](const Budget&) { return rising([](M m) { return -compress_speed(m.trial); }); }},
      {"decompress", [](const Budget&) { return rising([](M m) { return -decompress_speed(m.trial); }); }},
      {"memory", [](const Budget&) { return rising([](M m) { return memory_of(m).value_or(~std::uint64_t{0}); }); }},
      {"write",
       [](const Budget& budget) { return rising([&budget](M m) { return seconds_to_write(m.trial, budget); }); }},
      {"read",
       [](const Budget& budget) { return rising([&budget](M m) { return seconds_to_read(m.trial, budget); }); }}};
  return all;
}

std::vector<bool> on_front(const std::vector<Measurement>& measurements) {
  std::vector<bool> marks(measurements.size());
  for (const std::size_t index : pareto_front(measurements)) marks[index] = true;
  return marks;
}

std::string speed_cell(double speed) { return std::isfinite(speed) ? speed_text(speed) : "-"; }

Row row_of(const Measurement& each, const Budget& budget, bool front) {
  const auto memory = memory_of(each);
  return {codec_name(each.setting),
          has_level(each.setting) ? std::to_string(each.setting.compression.level) : "-",
          std::to_string(each.setting.threads),
          decimal(ratio_of(each.trial), 2),
          speed_cell(compress_speed(each.trial)),
          speed_cell(decompress_speed(each.trial)),
          memory ? size_text(*memory) : "-",
          seconds_text(seconds_to_write(each.trial, budget)),
          seconds_text(seconds_to_read(each.trial, budget)),
          front ? "*" : ""};
}

// "forest.joblib: 27.1 MiB in 2001 arrays, compressed with gzip".
std::string sample_line(const Sample& sample) {
  const std::string codec = sample.codec.empty() ? "" : join(", decompressed from ", printable(sample.codec));
  const std::string what = sample.arrays > 0 ? join(" in ", count_text(sample.arrays, "array"), codec)
                                             : join(codec, ", as bytes: ", sample.why_bytes);
  return join(printable(input_name(sample.file)), ": ", size_text(sample.total), what, "\n");
}

std::string measured_line(const BenchResult& result) {
  const std::string part = result.measured == result.content
                               ? "All of it"
                               : join(size_text(result.measured), " of ", size_text(result.content), ", a sample,");
  const auto repeats = std::ranges::minmax(result.measurements, {}, &Measurement::repeats);
  const std::string runs = repeats.min.repeats == repeats.max.repeats
                               ? count_text(static_cast<std::uint64_t>(repeats.max.repeats), "run")
                               : join(repeats.min.repeats, " to ", repeats.max.repeats, " runs");
  return join(part, " was measured: medians of ", runs, " after a first one. ", result.disk_note, ".\n\n");
}

// One figure of a measurement, for machines.
using Figure = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string>;
using Figures = std::vector<std::pair<std::string_view, Figure>>;

Figure finite(double number) { return std::isfinite(number) ? Figure(number) : Figure(); }

Figure known(const std::optional<std::uint64_t>& number) { return number ? Figure(*number) : Figure(); }

Figures figures_of(const Measurement& each, const Budget& budget, bool front) {
  const Cost cost = cost_of(each.trial, budget);
  const bool levels = has_level(each.setting);
  return {{"name", each.setting.name()},
          {"codec", codec_name(each.setting)},
          {"level", levels ? Figure(std::int64_t{each.setting.compression.level}) : Figure()},
          {"threads", std::int64_t{each.setting.threads}},
          {"content_bytes", each.trial.content},
          {"stored_bytes", each.trial.stored},
          {"ratio", finite(ratio_of(each.trial))},
          {"compress_seconds", each.trial.compress_seconds},
          {"decompress_seconds", each.trial.decompress_seconds},
          {"compress_speed", finite(compress_speed(each.trial))},
          {"decompress_speed", finite(decompress_speed(each.trial))},
          {"compress_memory", known(each.compress_memory)},
          {"decompress_memory", known(each.decompress_memory)},
          {"write_seconds", seconds_to_write(each.trial, budget)},
          {"read_seconds", seconds_to_read(each.trial, budget)},
          {"cost", cost.amount},
          {"within", cost.within()},
          {"front", front},
          {"repeats", std::int64_t{each.repeats}}};
}

Value value_of(Report& report, const Figure& figure) {
  struct {
    Report& report;
    Value operator()(std::monostate) const { return Value::none(); }
    Value operator()(bool flag) const { return Value::boolean(flag); }
    Value operator()(std::uint64_t number) const { return report.number(number); }
    Value operator()(std::int64_t number) const { return Value::integer(number); }
    Value operator()(double number) const { return Value::floating(number); }
    Value operator()(const std::string& text) const { return report.text(text); }
  } to_value{report};
  return std::visit(to_value, figure);
}

// RFC 4180's way to hold any text.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted.append(letter == '"' ? 2 : 1, letter);
  return quoted + '"';
}

std::string csv_cell(const Figure& figure) {
  struct {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return to_json(Value::floating(number)); }
    std::string operator()(const std::string& text) const { return csv_cell(text); }
  } to_text{};
  return std::visit(to_text, figure);
}

Value describe(Report& report, const Sample& sample) {
  const Value entry = report.object();
  report.set(entry, "file", report.text(sample.file));
  report.set(entry, "content_bytes", report.number(sample.total));
  report.set(entry, "measured_bytes", report.number(sample.bytes.size()));
  report.set(entry, "arrays", sample.arrays > 0 ? report.number(sample.arrays) : Value::none());
  report.set(entry, "codec", sample.codec.empty() ? Value::none() : report.text(sample.codec));
  report.set(entry, "why_bytes", sample.why_bytes.empty() ? Value::none() : report.text(sample.why_bytes));
  return entry;
}

Value number_or_none(const std::optional<double>& number) { return number ? Value::floating(*number) : Value::none(); }

Value describe(Report& report, const Budget& budget) {
  const Value entry = report.object();
  report.set(entry, "smallest", Value::boolean(budget.smallest));
  report.set(entry, "read_at", number_or_none(budget.read_at));
  report.set(entry, "write_within", number_or_none(budget.write_within));
  report.set(entry, "link", number_or_none(budget.link));
  report.set(entry, "disk_write", Value::floating(budget.disk.write));
  report.set(entry, "disk_read", Value::floating(budget.disk.read));
  return entry;
}

Value describe(Report& report, const Advice& advice, const Measurement& best) {
  const Value entry = report.object();
  report.set(entry, "measurement", report.number(advice.best));
  report.set(entry, "compress", report.text(best.setting.name()));
  report.set(entry, "threads", Value::integer(best.setting.threads));
  report.set(entry, "within", Value::boolean(advice.cost.within()));
  report.set(entry, "sentence", report.text(advice.sentence));
  return entry;
}

}  // namespace

const std::vector<std::string>& bench_columns() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const auto& [name, order] : orders()) found.push_back(name);
    return found;
  }();
  return names;
}

void sort_measurements(std::vector<Measurement>& measurements, const std::string& column, const Budget& budget) {
  const auto order = std::ranges::find(orders(), column, [](const auto& each) { return each.first; });
  std::ranges::stable_sort(measurements, order->second(budget));
}

void print_result(const BenchResult& result, Console& console) {
  for (const Sample& sample : result.samples) console.print(sample_line(sample));
  console.print(measured_line(result));
  const std::vector<bool> front = on_front(result.measurements);
  const bool link = result.budget.link.has_value();
  std::vector<Row> rows = {{"CODEC", "LEVEL", "THREADS", "RATIO", "COMPRESS", "DECOMPRESS", "MEMORY",
                            link ? "SEND" : "WRITE", link ? "RECEIVE" : "READ", "FRONT"}};
  for (std::size_t i = 0; i < result.measurements.size(); ++i)
    rows.push_back(row_of(result.measurements[i], result.budget, front[i]));
  print_table(rows, console, 1);
  console.print(join("\n", result.advice.sentence, "\n"));
}

void print_csv(const BenchResult& result, Console& console) {
  const std::vector<bool> front = on_front(result.measurements);
  for (std::size_t i = 0; i < result.measurements.size(); ++i) {
    const Figures figures = figures_of(result.measurements[i], result.budget, front[i]);
    std::string heads;
    std::string cells;
    for (const auto& [key, figure] : figures) {
      heads.append(heads.empty() ? "" : ",").append(key);
      cells.append(cells.empty() ? "" : ",").append(csv_cell(figure));
    }
    if (i == 0) console.print(heads + "\n");
    console.print(cells + "\n");
  }
}

std::string json_of(const BenchResult& result) {
  Report report;
  const Value root = report.object();
  const Value files = report.list();
  for (const Sample& sample : result.samples) report.append(files, describe(report, sample));
  report.set(root, "larder", report.text(LARDER_VERSION));
  report.set(root, "files", files);
  report.set(root, "content_bytes", report.number(result.content));
  report.set(root, "measured_bytes", report.number(result.measured));
  report.set(root, "processors", report.number(internal::thread_count(0)));
  report.set(root, "budget", describe(report, result.budget));
  const std::vector<bool> front = on_front(result.measurements);
  const Value rows = report.list();
  for (std::size_t i = 0; i < result.measurements.size(); ++i) {
    const Value row = report.object();
    for (const auto& [key, figure] : figures_of(result.measurements[i], result.budget, front[i]))
      report.set(row, key, value_of(report, figure));
    report.append(rows, row);
  }
  report.set(root, "measurements", rows);
  report.set(root, "advice", describe(report, result.advice, result.measurements[result.advice.best]));
  return report.json(root);
}

}  // namespace larder::tools
