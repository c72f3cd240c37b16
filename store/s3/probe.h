// What this server really does, by trying: many that speak S3 ignore a condition and answer 200.
#pragma once

#include "store/s3/bucket.h"

namespace larder::internal::s3 {

struct Supported {
  bool if_absent = false;          // PUT with If-None-Match: *: the second is 412
  bool if_match = false;           // PUT with a wrong If-Match is 412, with the right one 200
  bool remove_if_match = false;    // DELETE with a wrong If-Match is 412 and removes nothing
  bool upload_conditions = false;  // CompleteMultipartUpload regards them as well (else conditional values are put
                                   // whole, up to 5 GiB in memory: Error `unsupported` above `memory`)
  bool nests = false;              // "a" and "a/b"
  bool crc32 = false;              // keeps x-amz-checksum-crc32 and gives it back as FULL_OBJECT
};

// Some ten small requests; removes what it put. amazonaws.com is known. Denied puts (403): nothing is supported.
// Remembered by endpoint, bucket and prefix. Errors: those of Client for a server that does not answer.
Supported probe(Bucket& bucket);

}  // namespace larder::internal::s3
