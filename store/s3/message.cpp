#include "store/s3/message.h"

namespace larder::internal::s3 {

std::string_view Response::header(std::string_view name) const {
  const auto at = headers.find(name);
  return at == headers.end() ? std::string_view() : at->second;
}

}  // namespace larder::internal::s3
