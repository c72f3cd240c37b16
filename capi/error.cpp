#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <system_error>

#include <larder/error.h>

#include "base/text.h"
#include "capi/guard.h"

namespace larder::internal {

namespace {

// As much of `text` as fits, not cut inside a character, and a zero.
template <std::size_t size>
void copy_text(char (&out)[size], std::string_view text) noexcept {
  std::size_t length = std::min(text.size(), size - 1);
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; };
  if (length < text.size()) {
    while (length > 0 && continues(text[length])) --length;
  }
  std::memcpy(out, text.data(), length);
  out[length] = '\0';
}

larder_status report(larder_error* error, larder_status status, int os_error, std::string_view message) noexcept {
  if (error != nullptr) {
    error->status = status;
    error->os_error = os_error;
    copy_text(error->message, message);
  }
  return status;
}

}  // namespace

void report_success(larder_error* error) noexcept { report(error, LARDER_OK, 0, ""); }

larder_status report_exception(larder_error* error) noexcept {
  try {
    throw;
  } catch (const Error& thrown) {
    return report(error, static_cast<larder_status>(thrown.kind()), thrown.os_error(), thrown.what());
  } catch (const Reported& reported) {
    if (error != nullptr) *error = reported.error;
    return reported.error.status;
  } catch (const std::bad_alloc&) {
    return report(error, LARDER_NO_MEMORY, ENOMEM, "there is no more memory");
  } catch (const std::system_error& thrown) {  // threads and locks that the system refuses
    return report(error, LARDER_IO, thrown.code().value(), thrown.what());
  } catch (const std::exception& thrown) {
    return report(error, LARDER_INTERNAL, 0, thrown.what());
  } catch (...) {
    return report(error, LARDER_INTERNAL, 0, "something that is no std::exception was thrown");
  }
}

void require_pointer(const void* pointer, const char* what) {
  if (pointer == nullptr) fail(ErrorKind::usage, "the ", what, " is null");
}

}  // namespace larder::internal

const char* larder_status_name(larder_status status) {
  if (status == LARDER_OK) return "ok";
  if (status == LARDER_NO_MEMORY) return "no_memory";
  if (status == LARDER_INTERNAL) return "internal";
  if (status >= LARDER_TRUNCATED && status <= LARDER_UNKNOWN_OUTCOME)
    return larder::name_of(static_cast<larder::ErrorKind>(status)).data();
  return "unknown";
}
