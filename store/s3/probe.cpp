#include "store/s3/probe.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "base/text.h"
#include "codecs/deflate_checksum.h"
#include "io/temporary_file.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view content = "larder tries what this server can do";
constexpr std::string_view no_etag = "00000000000000000000000000000000";

// A server that refuses a request does not support it; the first put has told whether it answers at all.
bool succeeds(const std::function<bool()>& work) {
  try {
    return work();
  } catch (const Error& error) {
    constexpr std::array refusals = {ErrorKind::io, ErrorKind::unsupported, ErrorKind::not_found, ErrorKind::conflict,
                                     ErrorKind::unknown_outcome};
    if (std::find(refusals.begin(), refusals.end(), error.kind()) == refusals.end()) throw;
    return false;
  }
}

// Puts and removes an object, one below and one beside it; none of them is there in the end.
class Trial {
 public:
  explicit Trial(Bucket& bucket) : bucket_(bucket), key_(join(".larder/probe-", random_digits())) {}
  ~Trial() {
    for (const std::string& key : {below_, beside_, is_there_ ? key_ : std::string()}) {
      if (key.empty()) continue;
      try {
        bucket_.remove(key);
      } catch (const std::exception&) {
        // Whoever may not remove leaves it behind, where nobody takes it for a value.
      }
    }
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  // Whether anything can be put at all.
  bool puts() {
    Request request;
    request.method = "PUT";
    request.key = bucket_.prefix() + key_;
    request.body = as_bytes(content);
    const Response response = answer_to(request);
    if (response.status == 401 || response.status == 403) return false;
    if (response.status / 100 != 2) fail_with(response, bucket_.name(key_), "put");
    is_there_ = true;
    return true;
  }

  bool puts_if_absent() {
    beside_ = key_ + "-beside";
    return refuses({.if_absent = true}) && put(beside_, {.if_absent = true}) == Sent::done;
  }

  bool puts_if_match() {
    return refuses({.if_match = std::string(no_etag)}) && put(key_, {.if_match = present_etag()}) == Sent::done;
  }

  bool uploads_with_conditions(bool if_absent, bool if_match) {
    return (!if_absent || upload({.if_absent = true}) == Sent::refused) &&
           (!if_match || upload({.if_match = std::string(no_etag)}) == Sent::refused);
  }

  bool keeps_crc32() {
    const std::uint32_t crc = crc32(crc32_of_nothing, as_bytes(content));
    if (bucket_.put(key_, as_bytes(content), {}, crc).sent != Sent::done) return false;
    const auto head = bucket_.head(key_);
    return head && head->crc32 == crc;
  }

  bool nests() {
    below_ = key_ + "/below";
    return put(below_, {}) == Sent::done && bucket_.head(below_) && bucket_.head(key_);
  }

  bool removes_if_match() {
    if (bucket_.remove(key_, no_etag)) return false;
    const std::string present = present_etag();
    is_there_ = present.empty() || !bucket_.remove(key_, present) || bucket_.head(key_);
    return !is_there_ && !present.empty();
  }

 private:
  Response answer_to(const Request& request) {
    try {
      return bucket_.client().send(request).response;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unknown_outcome) throw;
      fail(ErrorKind::io, error.what());  // whatever became of it, nobody asked for that object
    }
  }

  Sent put(const std::string& key, const PutHow& how) {
    return bucket_.put(key, as_bytes(content), how, std::nullopt).sent;
  }
  bool refuses(const PutHow& how) { return put(key_, how) == Sent::refused; }

  Sent upload(const PutHow& conditions) {
    const std::string id = bucket_.begin_upload(key_, {});
    Sent sent = Sent::refused;
    try {
      const SentPart part = bucket_.put_part(key_, id, 1, as_bytes(content), std::nullopt);
      sent = bucket_.complete(key_, id, {part}, conditions, std::nullopt).sent;
    } catch (const Error&) {
      bucket_.abort(key_, id);
      throw;
    }
    if (sent != Sent::done) bucket_.abort(key_, id);
    return sent;
  }

  std::string present_etag() {
    const auto head = bucket_.head(key_);
    return head ? head->etag : std::string();
  }

  Bucket& bucket_;
  std::string key_;
  bool is_there_ = false;  // key_
  std::string below_{};    // empty until it may be there
  std::string beside_{};   // likewise
};

}  // namespace

Supported everything() {
  return {.if_absent = true,
          .if_match = true,
          .remove_if_match = true,
          .upload_conditions = true,
          .nests = true,
          .crc32 = has_crc32()};
}

Supported try_out(Bucket& bucket) {
  Trial trial(bucket);
  Supported found;
  if (!trial.puts()) return found;
  found.if_absent = succeeds([&] { return trial.puts_if_absent(); });
  found.if_match = succeeds([&] { return trial.puts_if_match(); });
  found.upload_conditions = (found.if_absent || found.if_match) &&
                            succeeds([&] { return trial.uploads_with_conditions(found.if_absent, found.if_match); });
  found.crc32 = has_crc32() && succeeds([&] { return trial.keeps_crc32(); });
  found.nests = succeeds([&] { return trial.nests(); });
  found.remove_if_match = succeeds([&] { return trial.removes_if_match(); });
  return found;
}

Supported probe(Bucket& bucket) {
  const Endpoint& endpoint = bucket.client().endpoint();
  if (endpoint.aws) return everything();
  static std::mutex mutex;
  static std::map<std::string, Supported> known;
  const std::string place = join(endpoint.host, ' ', bucket.name(""));
  {
    const std::lock_guard lock(mutex);
    if (const auto at = known.find(place); at != known.end()) return at->second;
  }
  const Supported found = try_out(bucket);
  const std::lock_guard lock(mutex);
  return known.emplace(place, found).first->second;
}

}  // namespace larder::internal::s3
