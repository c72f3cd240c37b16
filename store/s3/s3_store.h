// Putting an S3Store together, from parts that tests exchange, and the pieces that it is made of.
#pragma once

#include <memory>
#include <string>

#include <larder/s3_store.h>

#include "store/s3/bucket.h"
#include "store/s3/parts.h"
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
// Nothing is left where it is dropped: the upload is aborted.
std::unique_ptr<Writer> upload_writer(std::shared_ptr<Bucket> bucket, const Supported& supported, std::string key,
                                      const PutOptions& options);

// do_move: copies on the server, in parts over 5 GiB, then removes the value that was copied and, where the server can,
// no later one. A value that is put under `from` meanwhile is moved in its stead, or stays. most_at_once: the bytes
// that one request copies.
bool move_object(const std::shared_ptr<Bucket>& bucket, const Supported& supported, const std::string& from,
                 const std::string& to, std::uint64_t most_at_once = most_copied_at_once);

// `below`, a store of `bucket`, whose gets, puts and touches are written down there (S3Options::accesses).
std::unique_ptr<Store> accessed_store(std::unique_ptr<Store> below, const std::shared_ptr<Bucket>& bucket,
                                      const Supported& supported);

// do_list: in the order of the server; what is no key of larder is left out. Errors `malformed`: a listing that goes
// round in a circle, or on and on without a key.
std::unique_ptr<Listing> object_listing(std::shared_ptr<Bucket> bucket, const ListOptions& options);

}  // namespace larder::internal::s3
