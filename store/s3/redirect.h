// Where a server sends us, and whether we go there: credentials are for the host that the user named, and for AWS's
// own.
#pragma once

#include <optional>
#include <string_view>

#include "store/s3/client.h"
#include "store/s3/xml.h"

namespace larder::internal::s3 {

// `from`, in the region that the answer names. At AWS the host is built of the region, never copied from the answer;
// anywhere else it stays as it is. Error `io`, naming the host that the answer names, where there is no region, or
// where neither region nor host would change. `name`: for messages.
Endpoint redirected(const Endpoint& from, const Response& response, const std::optional<ServerError>& error,
                    std::string_view name);

}  // namespace larder::internal::s3
