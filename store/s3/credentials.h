// Who asks: where credentials come from, and when they are fetched anew.
//
// Sources: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html and the pages it leads to.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <larder/s3_store.h>

#include "store/s3/message.h"

namespace larder::internal::s3 {

// A text that no message shows: there is no way to join or print it but by `reveal`.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

 private:
  std::string text_;
};

struct Credentials {
  std::string id;
  Secret key;
  Secret token;
  std::optional<std::chrono::system_clock::time_point> expires{};
};

// Keeps what it fetched until five minutes before it expires. Thread-safe; one thread fetches, the others wait.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // Null: requests are not signed. Error `io` that says which source failed and how, without a secret.
  virtual std::shared_ptr<const Credentials> get() = 0;
  // The server refused `these` as expired: the next get fetches anew, unless another thread did already.
  virtual void refuse(const std::shared_ptr<const Credentials>& these) = 0;
};

// What the sources look at, so that tests bring their own.
struct Surroundings {
  std::function<std::optional<std::string>(const char* name)> variable;  // of the environment
  std::function<std::optional<std::string>(const std::string& path)> file;
  std::shared_ptr<Transport> transport;
  std::function<std::chrono::system_clock::time_point()> now;
};
Surroundings surroundings_of_process(std::shared_ptr<Transport> transport);

// The first source that there is, in the order of <larder/s3_store.h>; Error `usage`, naming all that were tried, where
// there is none.
std::shared_ptr<CredentialSource> find_credentials(const S3Options& options, const Surroundings& surroundings);

// A profile's value in the shared files ("region", "endpoint_url"...); nothing where it has none.
std::optional<std::string> profile_value(const Surroundings& surroundings, std::string_view profile,
                                         std::string_view name);

}  // namespace larder::internal::s3
