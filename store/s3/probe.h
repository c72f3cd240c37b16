// What this server really does, by trying: many that speak S3 ignore a condition and answer 200.
#pragma once

#include "store/s3/bucket.h"

namespace larder::internal::s3 {

struct Supported {
  bool if_absent = false;          // PUT with If-None-Match: *: the second is refused
  bool if_match = false;           // PUT with a wrong If-Match is refused, with the right one done
  bool remove_if_match = false;    // DELETE with a wrong If-Match removes nothing, with the right one it does
  bool upload_conditions = false;  // CompleteMultipartUpload regards them as well (else conditional values are put
                                   // whole: Error `unsupported` above `memory`)
  bool nests = false;              // "a" and "a/b"
  bool crc32 = false;              // keeps x-amz-checksum-crc32 and gives it back as FULL_OBJECT

  bool operator==(const Supported&) const = default;
};

// What Amazon's own servers do: all of it.
Supported everything();

// Some 25 small requests to keys in .larder/, which it removes. Where nothing may be put (401, 403), nothing is
// supported. A server that compares first and puts then, in two steps, looks like one that does both in one (S3Proxy on
// a file system lost 5 to 19 of 128 increments that 16 threads made by If-Match): puts that seldom meet do not tell
// them apart. Errors: `not_found` (there is no such bucket), `io` (the server does not answer, or no put succeeds).
Supported try_out(Bucket& bucket);

// The same, remembered for the life of the process by endpoint, bucket and prefix; amazonaws.com is known. Thread-safe.
Supported probe(Bucket& bucket);

}  // namespace larder::internal::s3
