// Which answers are worth asking again for, and when.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "store/s3/message.h"
#include "store/s3/xml.h"

namespace larder::internal::s3 {

enum class Trouble {
  none,       // the answer stands, be it good or bad
  busy,       // certainly nothing was done
  failing,    // it may have been done
  expired,    // the credentials
  skewed,     // the clock
  elsewhere,  // a redirect
};
Trouble trouble_of(const Response& response, std::string_view code);

// Makes a 200 whose body is an <Error> what it should have been, with the status of its code; what S3 answers to
// requests that take long. Gives the <Error> of any answer.
std::optional<ServerError> take_error(Response& response);

// How long the server asks to be left alone, in seconds or until a date; nothing where it does not. At most an hour.
std::optional<std::chrono::milliseconds> retry_after(const Response& response,
                                                     std::chrono::system_clock::time_point now);

// Before attempt `attempts` + 1: full jitter, between 0 and min(20 s, 50 ms * 2^attempts). chance: 0 to 1.
std::chrono::milliseconds backoff(int attempts, double chance);

}  // namespace larder::internal::s3
