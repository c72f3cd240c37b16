#include "store/s3/session.h"

#include <random>
#include <thread>

#include "store/s3/utc_time.h"

namespace larder::internal::s3 {

void Session::note(const Response& response) {
  answered_ = true;
  const auto date = parse_http_date(response.header("date"));
  if (date) ahead_ = std::chrono::round<std::chrono::seconds>(*date - pacing_.wall()).count();
}

Pacing real_pacing() {
  return {.now = [] { return std::chrono::steady_clock::now(); },
          .wall = [] { return std::chrono::system_clock::now(); },
          .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
          .chance =
              [] {
                thread_local std::minstd_rand random{std::random_device()()};
                return std::uniform_real_distribution<double>(0, 1)(random);
              }};
}

}  // namespace larder::internal::s3
