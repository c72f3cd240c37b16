// The real server that run.py started.
#pragma once

#include <memory>
#include <string>

#include <larder/s3_store.h>

#include "store/s3/bucket.h"

namespace larder::testing {

std::string variable(const char* name);  // of the environment; empty where it is not set
bool server_is(const char* name);

// Whether who gets a key while it is being replaced is given one value. S3Proxy is not one of them: it looks a file up
// by its name three times, for its size, its attributes and its bytes, and answers 400 where these belong to two files
// (4.1.0, AbstractNio2BlobStore.getBlob).
bool server_gets_whole_values();

// Of the server without TLS.
S3Options server_options();
// Makes a bucket whose name is new, and returns it.
std::string make_bucket();
// As s3_store, but the server is probed once, rather than for each bucket.
std::unique_ptr<Store> open_bucket(const std::string& bucket, const S3Options& options = server_options());
std::shared_ptr<internal::s3::Bucket> bucket_itself(const std::string& bucket);

}  // namespace larder::testing
