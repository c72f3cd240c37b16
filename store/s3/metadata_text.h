// User metadata as values of headers, which are ASCII, and lose the blanks around them.
#pragma once

#include <string>
#include <string_view>

namespace larder::internal::s3 {

// The text itself, or where it could not stand in a header as it is "=?UTF-8?B?...?=" (RFC 2047, 2), as S3 writes it.
std::string header_text(std::string_view utf8);
// What header_text made, as well of other tools; text in another form is given back as it is.
std::string text_of_header(std::string_view value);

}  // namespace larder::internal::s3
