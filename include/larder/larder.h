// All of larder.
#pragma once

#include <larder/array.h>
#include <larder/audit.h>
#include <larder/budget.h>
#include <larder/bytes.h>
#include <larder/choice.h>
#include <larder/codec.h>
#include <larder/compress.h>
#include <larder/document.h>
#include <larder/dtype.h>
#include <larder/dump.h>
#include <larder/error.h>
#include <larder/eviction.h>
#include <larder/item.h>
#include <larder/joblib_memory.h>
#include <larder/limits.h>
#include <larder/load.h>
#include <larder/local_store.h>
#include <larder/measure.h>
#include <larder/metadata.h>
#include <larder/pickle.h>
#include <larder/reader.h>
#include <larder/store.h>
#include <larder/store_report.h>
#include <larder/writer.h>
