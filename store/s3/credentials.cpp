#include "store/s3/credentials.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include <larder/reader.h>

#include "base/text.h"
#include "store/s3/credential_fetch.h"

namespace larder::internal::s3 {

namespace {

using SystemTime = std::chrono::system_clock::time_point;

constexpr std::chrono::minutes renewed_before{5};
constexpr std::size_t most_file_bytes = 1 << 20;

class Anonymous final : public CredentialSource {
 public:
  std::shared_ptr<const Credentials> get() override { return nullptr; }
  void refuse(const std::shared_ptr<const Credentials>&) override {}
};

class Renewed final : public CredentialSource {
 public:
  Renewed(FetchCredentials fetch, std::function<SystemTime()> now) : fetch_(std::move(fetch)), now_(std::move(now)) {}

  std::shared_ptr<const Credentials> get() override {
    const std::lock_guard lock(mutex_);
    const SystemTime now = now_();
    if (current_ && now < renew_at_) return current_;
    try {
      take(std::make_shared<const Credentials>(fetch_()), now);
    } catch (const Error&) {
      if (!is_valid(now)) throw;  // what is not renewed yet is good until it expires
    }
    return current_;
  }

  void refuse(const std::shared_ptr<const Credentials>& these) override {
    const std::lock_guard lock(mutex_);
    if (current_ == these) current_ = nullptr;
  }

 private:
  bool is_valid(SystemTime now) const { return current_ && current_->expires && now < *current_->expires; }

  void take(std::shared_ptr<const Credentials> fresh, SystemTime now) {
    current_ = std::move(fresh);
    renew_at_ = SystemTime::max();
    if (!current_->expires) return;
    // Those that live for less than ten minutes are renewed when half of that is over, not at every request.
    const auto left = std::max(*current_->expires - now, SystemTime::duration::zero());
    renew_at_ = *current_->expires - std::min<SystemTime::duration>(renewed_before, left / 2);
  }

  const FetchCredentials fetch_;
  const std::function<SystemTime()> now_;
  std::mutex mutex_;
  std::shared_ptr<const Credentials> current_;
  SystemTime renew_at_{};
};

std::optional<std::string> variable_of_process(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

std::optional<std::string> file_of_system(const std::string& path) {
  try {
    const auto reader = open_file(path);
    const std::string text(as_text(reader->peek(most_file_bytes)));
    if (text.size() >= most_file_bytes) fail(ErrorKind::limit, "that is more than a file of credentials has");
    return text;
  } catch (Error& error) {
    if (error.kind() == ErrorKind::not_found) return std::nullopt;
    error.at(path);
    throw;
  }
}

// "the profile 'dev' in ~/.aws/credentials and ~/.aws/config"
std::string described_profile(const std::string& name, const Surroundings& surroundings) {
  return join("the profile ", internal::quoted(name), " in ", credentials_path(surroundings), " and ",
              config_path(surroundings));
}

}  // namespace

Surroundings surroundings_of_process(std::shared_ptr<Transport> transport) {
  return {variable_of_process, file_of_system, std::move(transport), std::chrono::system_clock::now};
}

std::shared_ptr<CredentialSource> find_credentials(const S3Options& options, const Surroundings& surroundings) {
  if (options.anonymous) return std::make_shared<Anonymous>();
  const std::string profile = profile_name(options, surroundings);
  const std::string tried =
      join("AWS_ACCESS_KEY_ID, ", described_profile(profile, surroundings),
           ", AWS_WEB_IDENTITY_TOKEN_FILE, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI, instance metadata");
  FetchCredentials fetch;
  if (options.profile.empty()) fetch = from_environment(surroundings);
  if (!fetch) fetch = from_profile(profile, options, surroundings);
  if (!fetch) fetch = from_web_identity(options, surroundings);
  if (!fetch) fetch = from_container(surroundings);
  if (!fetch) fetch = from_instance(surroundings, tried);
  if (!fetch) fail(ErrorKind::usage, "there are no credentials; tried were ", tried, "; see anonymous");
  return std::make_shared<Renewed>(std::move(fetch), surroundings.now);
}

}  // namespace larder::internal::s3
