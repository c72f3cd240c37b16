// Signs requests for the tests in Python, by the signer, the scope and the time of AWS's test suite.
//
//   sign METHOD PATH PAYLOAD [q:NAME:VALUE | h:NAME:VALUE]...   all but METHOD in hex ("-" for nothing); answers the
//                                                               canonical request and the text to sign in hex, then
//                                                               the header Authorization
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "store/s3/sha256.h"
#include "store/s3/signing.h"
#include "tests/support/hexadecimal.h"
#include "tests/support/questions.h"

namespace {

using namespace larder::internal::s3;
using larder::testing::from_hex;
using larder::testing::to_hex;

void sign(const std::vector<std::string>& arguments) {
  using namespace std::chrono_literals;
  const std::string method = arguments.at(0);
  const std::string path = escape_path(from_hex(arguments.at(1)));
  const std::string payload = hex_digits(sha256(larder::as_bytes(from_hex(arguments.at(2)))));
  std::map<std::string, std::string> query;
  Headers headers;
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    const std::string pair = arguments[i].substr(2);
    const std::size_t colon = pair.find(':');
    const std::string name = from_hex(pair.substr(0, colon));
    const std::string value = from_hex(pair.substr(colon + 1));
    if (arguments[i].front() == 'q') {
      query[name] = value;
    } else {
      headers[name] = value;
    }
  }
  const std::string escaped_query = escape_query(query);
  const ToSign what{method, path, escaped_query, payload};
  const Credentials credentials{"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), {}};
  const Scope scope{"us-east-1", "service"};
  const UtcTime now = std::chrono::sys_days(std::chrono::August / 30 / 2015) + 12h + 36min;
  const std::string canonical = canonical_request(what, headers);
  std::cout << to_hex(canonical) << ' ' << to_hex(string_to_sign(canonical, scope, now)) << ' '
            << authorization(what, headers, credentials, scope, now) << '\n';
}

}  // namespace

int main() {
  return larder::testing::answer_questions([](const std::string& command, const std::vector<std::string>& arguments) {
    if (command == "sign") return sign(arguments);
    throw larder::Error(larder::ErrorKind::usage, command + " is no question");
  });
}
