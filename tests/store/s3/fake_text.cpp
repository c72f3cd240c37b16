#include "tests/store/s3/fake_text.h"

#include <array>
#include <ctime>

#include "store/percent.h"

namespace larder::testing {

namespace {

std::string formatted(UtcTime time, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

}  // namespace

std::string http_date(UtcTime time) { return formatted(time, "%a, %d %b %Y %H:%M:%S GMT"); }
std::string iso_date(UtcTime time) { return formatted(time, "%Y-%m-%dT%H:%M:%S.000Z"); }

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out.push_back(k <= count ? digits[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

std::string base64_of_crc32(std::uint32_t crc32) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(crc32 >> shift & 255));
  return base64(bytes);
}

std::string escape_listed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (stays(c)) {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      out += {'%', "0123456789ABCDEF"[code >> 4], "0123456789ABCDEF"[code & 15]};
    }
  }
  return out;
}

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string element(std::string_view name, std::string_view text) {
  return '<' + std::string(name) + '>' + escape_xml(text) + "</" + std::string(name) + '>';
}

std::string next_element(std::string_view xml, std::string_view name, std::size_t& position) {
  const std::string open = '<' + std::string(name) + '>';
  const std::string close = "</" + std::string(name) + '>';
  const std::size_t begin = xml.find(open, position);
  const std::size_t end = begin == std::string_view::npos ? begin : xml.find(close, begin);
  if (end == std::string_view::npos) {
    position = end;
    return {};
  }
  position = end + close.size();
  return std::string(xml.substr(begin + open.size(), end - begin - open.size()));
}

std::string unescaped(std::string_view text) { return internal::unescape(text).value_or(std::string(text)); }

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> out;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      out[unescaped(pair)] = "";
    } else {
      out[unescaped(pair.substr(0, equals))] = unescaped(pair.substr(equals + 1));
    }
  }
  return out;
}

}  // namespace larder::testing
