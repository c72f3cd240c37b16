// SHA-256 and HMAC: the published values, every length around a block, and every cut.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "store/s3/sha256.h"
#include "tests/support/hexadecimal.h"

namespace larder::internal::s3 {

namespace {

std::string sha256_of(std::string_view text) { return hex_digits(sha256(as_bytes(text))); }

std::string hmac_of(std::string_view key, std::string_view message) {
  return hex_digits(hmac_sha256(as_bytes(key), as_bytes(message)));
}

std::string counted_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 7 + 3) & 255);
  return bytes;
}

}  // namespace

// FIPS 180-4 and the examples that NIST publishes with it.
TEST_CASE("SHA-256 gives the published digests") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_of(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// The digest of the digests of the first 0 to 299 bytes, as Python's hashlib has it.
TEST_CASE("SHA-256 pads every length") {
  const std::string bytes = counted_bytes(300);
  Sha256 all;
  for (std::size_t size = 0; size < bytes.size(); ++size) all.add(sha256(as_bytes(bytes).first(size)));
  CHECK(hex_digits(all.finish()) == "7b074096cabb18dd0d1b468a173cb2f97f80e952525bca29542e606fd6d0753a");
}

TEST_CASE("SHA-256 does not mind how bytes are cut") {
  const std::string bytes = counted_bytes(200);
  const std::string whole = sha256_of(bytes);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (const std::size_t second : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}}) {
      const std::size_t middle = std::min(second, bytes.size() - first);
      Sha256 hash;
      hash.add(as_bytes(bytes).first(first));
      hash.add(as_bytes(bytes).subspan(first, middle));
      hash.add(as_bytes(bytes).subspan(first + middle));
      REQUIRE(hex_digits(hash.finish()) == whole);
    }
  }
}

// RFC 4231, cases 1, 2, 3, 6 and 7: keys shorter and longer than a block.
TEST_CASE("HMAC-SHA-256 gives the published codes") {
  CHECK(hmac_of(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac_of("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac_of(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(hmac_of(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(hmac_of(std::string(131, '\xaa'),
                "This is a test using a larger than block-size key and a larger than block-size data. The key needs to "
                "be hashed before being used by the HMAC algorithm.") ==
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("hexadecimal digits are two a byte, in lower case") {
  CHECK(hex_digits(as_bytes(testing::from_hex("00ff0a"))) == "00ff0a");
  CHECK(hex_digits({}).empty());
}

}  // namespace larder::internal::s3
