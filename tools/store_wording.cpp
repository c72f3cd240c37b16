#include "tools/store_wording.h"

#include <array>
#include <chrono>
#include <ctime>

#include "base/text.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

std::string formatted(const std::tm& time, const char* format) {
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), format, &time);
  return {text.data(), length};
}

std::time_t whole_seconds(StoreTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// "30 days", "12 hours", "90 seconds": in the largest unit that divides it.
std::string age_text(std::chrono::nanoseconds age) {
  const auto seconds = static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(age).count());
  if (seconds > 0 && seconds % 86400 == 0) return count_text(seconds / 86400, "day");
  if (seconds > 0 && seconds % 3600 == 0) return count_text(seconds / 3600, "hour");
  return count_text(seconds, "second");
}

}  // namespace

std::string time_text(StoreTime time) {
  const std::time_t seconds = whole_seconds(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return formatted(parts, "%Y-%m-%d %H:%M:%S");
}

std::string utc_text(StoreTime time) {
  const std::time_t seconds = whole_seconds(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  const auto nanoseconds = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
  std::string digits = std::to_string(nanoseconds);
  digits.insert(0, 9 - digits.size(), '0');
  return internal::join(formatted(parts, "%Y-%m-%dT%H:%M:%S"), '.', digits, 'Z');
}

std::string checksum_text(std::uint64_t xxh3) { return internal::hex(xxh3, 16).substr(2); }

std::string limits_text(const StoreLimits& limits, EvictionPolicy policy) {
  std::string text;
  const auto add = [&](const std::string& limit) { text.append(text.empty() ? "" : ", ").append(limit); };
  if (limits.bytes) add(size_text(*limits.bytes));
  if (limits.items) add(count_text(*limits.items, "item"));
  if (limits.age) add(age_text(*limits.age));
  if (text.empty()) return "none";
  const bool cheapest = policy == EvictionPolicy::cheapest;
  return internal::join(text, "; ", cheapest ? "what was cheapest to compute" : "the least recently used",
                        " goes first");
}

Value describe_limits(Report& report, const StoreLimits& limits, EvictionPolicy policy) {
  const Value entry = report.object();
  report.set(entry, "bytes", limits.bytes);
  report.set(entry, "items", limits.items);
  using Seconds = std::chrono::duration<double>;
  report.set(entry, "seconds", limits.age ? Value::floating(Seconds(*limits.age).count()) : Value::none());
  report.set(entry, "policy", report.text(name_of(policy)));
  return entry;
}

Value describe_time(Report& report, const std::optional<StoreTime>& time) {
  return time ? report.text(utc_text(*time)) : Value::none();
}

Value describe_value(Report& report, std::string_view key, const Stat& stat) {
  const Value entry = report.object();
  report.set(entry, "key", report.text(key));
  report.set(entry, "bytes", report.number(stat.size));
  report.set(entry, "modified", report.text(utc_text(stat.modified)));
  report.set(entry, "accessed", describe_time(report, stat.accessed));
  report.set(entry, "etag", report.text(stat.etag));
  report.set(entry, "xxh3", stat.xxh3 ? report.text(checksum_text(*stat.xxh3)) : Value::none());
  report.set(entry, "cost", stat.cost ? Value::floating(*stat.cost) : Value::none());
  const Value metadata = report.object();
  for (const auto& [name, text] : stat.metadata) report.set(metadata, name, report.text(text));
  report.set(entry, "metadata", metadata);
  return entry;
}

}  // namespace larder::tools
