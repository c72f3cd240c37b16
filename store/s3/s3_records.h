// What a store on S3 knows beside its values: the server's time, what was used when, and what writers left behind.
#pragma once

#include <memory>

#include <larder/store_report.h>

#include "store/s3/access_log.h"
#include "store/s3/bucket.h"
#include "store/s3/probe.h"

namespace larder::internal::s3 {

// log: null where accesses are not written down.
std::unique_ptr<StoreRecords> s3_records(std::shared_ptr<Bucket> bucket, const Supported& supported,
                                         std::shared_ptr<AccessLog> log);

}  // namespace larder::internal::s3
