#include "store/s3/signing.h"

#include "base/text.h"
#include "store/s3/sha256.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view end_of_scope = "aws4_request";

// Without blanks around it, each run of them within as one.
std::string folded(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char letter : value) {
    const bool is_blank = letter == ' ' || letter == '\t';
    if (is_blank && (out.empty() || out.back() == ' ')) continue;
    out.push_back(is_blank ? ' ' : letter);
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// "host;x-amz-date"
std::string names_of(const Headers& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += join(names.empty() ? "" : ";", name);
  return names;
}

std::string_view day_of(std::string_view date) { return date.substr(0, 8); }

std::string scope_text(std::string_view day, const Scope& scope) {
  return join(day, "/", scope.region, "/", scope.service, "/", end_of_scope);
}

Digest derive_key(std::string_view secret, std::string_view day, const Scope& scope) {
  Digest key = hmac_sha256(as_bytes(join("AWS4", secret)), as_bytes(day));
  for (const std::string_view text : {scope.region, scope.service, end_of_scope})
    key = hmac_sha256(key, as_bytes(text));
  return key;
}

// Derived once a day for each thread and secret, instead of by five hashes for each request.
Digest key_of_day(const Credentials& credentials, std::string_view day, const Scope& scope) {
  struct Remembered {
    std::string secret, scope;
    Digest key{};
  };
  thread_local Remembered remembered;
  const std::string text = scope_text(day, scope);
  if (remembered.scope != text || remembered.secret != credentials.key.reveal())
    remembered = {credentials.key.reveal(), text, derive_key(credentials.key.reveal(), day, scope)};
  return remembered.key;
}

}  // namespace

std::string canonical_request(const ToSign& what, const Headers& headers) {
  std::string lines;
  for (const auto& [name, value] : headers) lines += join(name, ":", folded(value), "\n");
  return join(what.method, "\n", what.path, "\n", what.query, "\n", lines, "\n", names_of(headers), "\n", what.payload);
}

std::string string_to_sign(std::string_view canonical, const Scope& scope, UtcTime now) {
  const std::string date = amz_date(now);
  return join(algorithm, "\n", date, "\n", scope_text(day_of(date), scope), "\n",
              hex_digits(sha256(as_bytes(canonical))));
}

std::string authorization(const ToSign& what, const Headers& headers, const Credentials& credentials,
                          const Scope& scope, UtcTime now) {
  const std::string date = amz_date(now);
  const std::string text = string_to_sign(canonical_request(what, headers), scope, now);
  const Digest signature = hmac_sha256(key_of_day(credentials, day_of(date), scope), as_bytes(text));
  return join(algorithm, " Credential=", credentials.id, "/", scope_text(day_of(date), scope),
              ", SignedHeaders=", names_of(headers), ", Signature=", hex_digits(signature));
}

}  // namespace larder::internal::s3
