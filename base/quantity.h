// Numbers, sizes, times and speeds in words.
#pragma once

#include <cstdint>
#include <string>

namespace larder::internal {

// "1.234": `digits` behind the point, whatever the locale.
std::string decimal(double number, int digits);

// "12 B", "1.5 KiB", "3.0 GiB".
std::string size_text(std::uint64_t bytes);

// "12.3 ms", "4.56 s", "125 s": three digits that count.
std::string seconds_text(double seconds);

// "0.12 MB/s", "1.5 MB/s", "523 MB/s", "3.2 GB/s".
std::string speed_text(double bytes_a_second);

}  // namespace larder::internal
