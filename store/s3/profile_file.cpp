#include "store/s3/profile_file.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view blanks = " \t\r";

// A comment begins with '#' or ';', at the start of a line or behind a blank.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((line[i] == '#' || line[i] == ';') && (i == 0 || blanks.find(line[i - 1]) != std::string_view::npos))
      return line.substr(0, i);
  }
  return line;
}

// "profile dev" of "[ profile  dev ]".
std::string section_named(std::string_view inside) {
  std::string name;
  for (const char letter : trimmed(inside)) {
    const bool is_blank = blanks.find(letter) != std::string_view::npos;
    if (!is_blank || !name.ends_with(' ')) name.push_back(is_blank ? ' ' : letter);
  }
  return name;
}

class Parser {
 public:
  explicit Parser(std::string_view file_name) : file_name_(file_name) {}

  void add_line(std::string_view whole) {
    ++number_;
    const bool is_indented = !whole.empty() && blanks.find(whole.front()) != std::string_view::npos;
    const std::string_view line = trimmed(without_comment(whole));
    if (line.empty()) return;
    if (line.front() == '[' && !is_indented) {
      begin_section(line);
    } else {
      add_value(line, is_indented);
    }
  }

  ProfileFile take() { return std::move(sections_); }

 private:
  [[noreturn]] void refuse() const {
    fail(ErrorKind::malformed, "line ", number_, " of ", file_name_, " is neither [SECTION] nor NAME = VALUE");
  }

  void begin_section(std::string_view line) {
    if (!line.ends_with(']')) refuse();
    section_ = &sections_[section_named(line.substr(1, line.size() - 2))];
    parent_.clear();
  }

  // What is indented belongs to the name above it: values of its own where that one has none, else more of its value,
  // which nothing here has use for.
  void add_value(std::string_view line, bool is_indented) {
    const std::size_t equals = line.find('=');
    const std::string name = lowered(trimmed(line.substr(0, equals)));
    if (section_ == nullptr) refuse();
    if (is_indented && parent_.empty()) return;
    if (equals == std::string_view::npos || name.empty()) refuse();
    const std::string_view value = trimmed(line.substr(equals + 1));
    (*section_)[is_indented ? join(parent_, ".", name) : name] = value;
    if (!is_indented) parent_ = value.empty() ? name : std::string();
  }

  std::string_view file_name_;
  ProfileFile sections_;
  Profile* section_ = nullptr;
  std::string parent_;  // the name whose values are indented below it
  std::size_t number_ = 0;
};

std::string path_named(const Surroundings& surroundings, const char* variable, std::string_view in_home) {
  const auto given = surroundings.variable(variable);
  const auto home = surroundings.variable("HOME");
  if (given && given->starts_with("~/") && home) return *home + given->substr(1);
  if (given) return *given;
  return home ? join(*home, "/", in_home) : std::string();
}

ProfileFile read_file(const Surroundings& surroundings, const std::string& path) {
  if (path.empty()) return {};
  const auto text = surroundings.file(path);
  return text ? parse_profile_file(*text, path) : ProfileFile();
}

// Adds what `profile` does not say yet; whether there is such a section.
bool add_section(const ProfileFile& file, const std::string& section, Profile& profile) {
  const auto found = file.find(section);
  if (found == file.end()) return false;
  profile.insert(found->second.begin(), found->second.end());
  return true;
}

// The profile's "services = NAME" stands for what [services NAME] says of S3.
void add_services(const ProfileFile& config, Profile& profile) {
  const auto named = profile.find("services");
  if (named == profile.end()) return;
  const auto section = config.find(join("services ", named->second));
  if (section == config.end()) return;
  const auto url = section->second.find("s3.endpoint_url");
  if (url != section->second.end()) profile["endpoint_url"] = url->second;
}

}  // namespace

ProfileFile parse_profile_file(std::string_view text, std::string_view file_name) {
  Parser parser(file_name);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    parser.add_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.take();
}

std::string credentials_path(const Surroundings& surroundings) {
  return path_named(surroundings, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
}

std::string config_path(const Surroundings& surroundings) {
  return path_named(surroundings, "AWS_CONFIG_FILE", ".aws/config");
}

std::string profile_name(const S3Options& options, const Surroundings& surroundings) {
  if (!options.profile.empty()) return options.profile;
  return surroundings.variable("AWS_PROFILE").value_or("default");
}

std::optional<Profile> read_profile(const Surroundings& surroundings, std::string_view name) {
  const ProfileFile config = read_file(surroundings, config_path(surroundings));
  Profile profile;
  bool is_there = add_section(read_file(surroundings, credentials_path(surroundings)), std::string(name), profile);
  is_there = add_section(config, join("profile ", name), profile) || is_there;
  if (name == "default") is_there = add_section(config, "default", profile) || is_there;
  if (!is_there) return std::nullopt;
  add_services(config, profile);
  return profile;
}

std::optional<std::string> profile_value(const Surroundings& surroundings, std::string_view profile,
                                         std::string_view name) {
  const auto values = read_profile(surroundings, profile);
  if (!values) return std::nullopt;
  const auto found = values->find(name);
  if (found == values->end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace larder::internal::s3
