#include "store/s3/utc_time.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace larder::internal::s3 {

namespace {

// Takes parts off the front of a text. After the first that does not fit, `fits` is false for good.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  // Exactly so many digits.
  int number(std::size_t digits) {
    int value = 0;
    const std::string_view text = take(digits);
    for (const char digit : text) {
      if (digit < '0' || digit > '9') fits_ = false;
      value = value * 10 + (digit - '0');
    }
    return value;
  }

  void expect(std::string_view wanted) {
    if (take(wanted.size()) != wanted) fits_ = false;
  }

  std::string_view take(std::size_t size) {
    if (rest_.size() < size) {
      fits_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  // A fraction of a second, as nanoseconds; what is finer is dropped.
  std::chrono::nanoseconds fraction() {
    if (!rest_.starts_with('.')) return {};
    rest_.remove_prefix(1);
    const std::size_t size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (size == 0) fits_ = false;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 9; ++i) value = value * 10 + (i < size ? rest_[i] - '0' : 0);
    rest_.remove_prefix(size);
    return std::chrono::nanoseconds(value);
  }

  bool ended() const { return fits_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool fits_ = true;
};

struct Clock {
  int hour = 0, minute = 0, second = 0;
};

Clock take_clock(Parts& parts) {
  Clock clock;
  clock.hour = parts.number(2);
  parts.expect(":");
  clock.minute = parts.number(2);
  parts.expect(":");
  clock.second = parts.number(2);
  return clock;
}

// Nothing outside the years that fit 64 bits in nanoseconds. A leap second is the first of the next minute.
std::optional<UtcTime> time_of(int year, int month, int day, const Clock& clock) {
  if (year < 1970 || year > 2261) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok() || clock.hour > 23 || clock.minute > 59 || clock.second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(clock.hour) + std::chrono::minutes(clock.minute) +
         std::chrono::seconds(clock.second);
}

// 1 to 12; 0 for what is none.
int month_named(std::string_view name) {
  constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? 0 : static_cast<int>(found - names.begin()) + 1;
}

// std::to_string with zeros in front.
std::string padded(unsigned value, std::size_t digits) {
  const std::string text = std::to_string(value);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

}  // namespace

std::string amz_date(UtcTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return join(padded(static_cast<unsigned>(static_cast<int>(date.year())), 4),
              padded(static_cast<unsigned>(date.month()), 2), padded(static_cast<unsigned>(date.day()), 2), "T",
              padded(static_cast<unsigned>(clock.hours().count()), 2),
              padded(static_cast<unsigned>(clock.minutes().count()), 2),
              padded(static_cast<unsigned>(clock.seconds().count()), 2), "Z");
}

std::optional<UtcNanoseconds> parse_iso_time(std::string_view text) {
  Parts parts(text);
  const int year = parts.number(4);
  parts.expect("-");
  const int month = parts.number(2);
  parts.expect("-");
  const int day = parts.number(2);
  parts.expect("T");
  const Clock clock = take_clock(parts);
  const std::chrono::nanoseconds fraction = parts.fraction();
  parts.expect("Z");
  if (!parts.ended()) return std::nullopt;
  const auto time = time_of(year, month, day, clock);
  return time ? std::optional(*time + fraction) : std::nullopt;
}

std::optional<UtcTime> parse_http_date(std::string_view text) {
  Parts parts(text);
  static_cast<void>(parts.take(3));  // the day of the week, which the date tells as well
  parts.expect(", ");
  const int day = parts.number(2);
  parts.expect(" ");
  const int month = month_named(parts.take(3));
  parts.expect(" ");
  const int year = parts.number(4);
  parts.expect(" ");
  const Clock clock = take_clock(parts);
  parts.expect(" GMT");
  if (!parts.ended()) return std::nullopt;
  return time_of(year, month, day, clock);
}

}  // namespace larder::internal::s3
