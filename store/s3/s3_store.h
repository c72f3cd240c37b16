// Putting an S3Store together, from parts that tests exchange.
#pragma once

#include <memory>
#include <string>

#include <larder/s3_store.h>

#include "store/s3/bucket.h"
#include "store/s3/probe.h"

namespace larder::internal::s3 {

// A store of `bucket`, which can do what `supported` says.
std::unique_ptr<Store> make_store(std::shared_ptr<Bucket> bucket, const Supported& supported);

// What tests exchange in s3_store.
struct Parts {
  std::shared_ptr<Transport> transport;
  Surroundings surroundings;
  Pacing pacing;
};
Parts real_parts();
std::unique_ptr<Store> open(std::string_view bucket, std::string_view prefix, const S3Options& options,
                            const Parts& parts);

// do_put: gathers one part; a value that ends there is one PUT, a longer one an upload in parts, `threads` at once.
// store_name, key: for messages. Nothing is left where it is dropped: the upload is aborted.
std::unique_ptr<Writer> upload_writer(std::shared_ptr<Bucket> bucket, const Supported& supported, std::string key,
                                      const PutOptions& options);

}  // namespace larder::internal::s3
