/* larder for C: codecs, values and stores. (C++ programs include <larder/larder.h>.)
 *
 * Errors. A function that can fail returns a larder_status: LARDER_OK, or what is wrong. It also fills *error, which
 * may be null. Results come through `out`, which is set to null or 0 where the function fails. A pointer that is null
 * without need is LARDER_USAGE. Nothing is thrown across this interface, and nothing here ends the process or prints,
 * but for one line on standard error where a value is read that was to be mapped.
 *
 * Handles are opaque. Each is freed by the function named beside its type, which takes null as well. A handle belongs
 * to one thread at a time, but for larder_store, which any thread may use, and a process that forks may use on both
 * sides. A thread must not be cancelled (pthread_cancel) in here.
 *
 * Texts are UTF-8, end with a zero, and are copied. Bytes that are passed in are borrowed for the call, where nothing
 * else is said; they may be null where their size is 0. */
#ifndef LARDER_H
#define LARDER_H

#include <stddef.h>
#include <stdint.h>

#include <larder/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface: functions, and members at the end of larder_stat, are only ever added. */
#define LARDER_C_VERSION 1

/* What went wrong: the numbers of larder::ErrorKind, and two more. */
typedef int larder_status;
enum larder_status_code {
  LARDER_OK = 0,
  LARDER_TRUNCATED = 1,        /* the input ends before what it announced */
  LARDER_MALFORMED = 2,        /* the input breaks the rules of its format */
  LARDER_LIMIT = 3,            /* the input, or a value, is larger than allowed */
  LARDER_UNSUPPORTED = 4,      /* valid, but larder, or this store, does not do it */
  LARDER_NOT_BUILT = 5,        /* this build lacks the library for it */
  LARDER_UNSAFE_REFERENCE = 6, /* a file names another place that it must not name */
  LARDER_CHECKSUM = 7,         /* the stored checksum disagrees with the data */
  LARDER_IO = 8,               /* the operating system refused or failed */
  LARDER_CONFLICT = 9,         /* somebody else changed or holds the target */
  LARDER_NOT_FOUND = 10,       /* there is no such file, key or value */
  LARDER_USAGE = 11,           /* a wrong argument, or a call in a wrong state */
  LARDER_UNKNOWN_OUTCOME = 12, /* it cannot be known whether it took effect */
  LARDER_NO_MEMORY = 100,      /* the system has no more */
  LARDER_INTERNAL = 101        /* a defect of larder, or an exception of a C++ callback */
};

typedef struct larder_error {
  larder_status status;
  int os_error;      /* errno, 0 where there was none */
  char message[500]; /* one line, "" for LARDER_OK; cut where it is longer */
} larder_error;

/* "truncated", "ok"... Never null. */
LARDER_API const char* larder_status_name(larder_status status);

/* Bytes that larder made: heap memory, or the pages of a file. Read-only. */
typedef struct larder_bytes larder_bytes;
LARDER_API const void* larder_bytes_data(const larder_bytes* bytes);
LARDER_API size_t larder_bytes_size(const larder_bytes* bytes);
LARDER_API void larder_bytes_free(larder_bytes* bytes);

/* ---- Readers and writers: files, values in stores, and codecs on top of them. After a failure they can only be freed.
 */

typedef struct larder_reader larder_reader;
LARDER_API larder_status larder_open_file(const char* path, larder_reader** out, larder_error* error);
/* *got < size only at the end. */
LARDER_API larder_status larder_reader_read(larder_reader* reader, void* buffer, size_t size, size_t* got,
                                            larder_error* error);
LARDER_API void larder_reader_free(larder_reader* reader);

/* What is written appears under its name when finish returns LARDER_OK. Freed without finish it never does, and what
 * stood there stays as it was. */
typedef struct larder_writer larder_writer;
LARDER_API larder_status larder_create_file(const char* path, larder_writer** out, larder_error* error);
LARDER_API larder_status larder_writer_write(larder_writer* writer, const void* data, size_t size, larder_error* error);
LARDER_API larder_status larder_writer_finish(larder_writer* writer, larder_error* error);
LARDER_API void larder_writer_free(larder_writer* writer);

/* ---- Codecs. `compression` is joblib's compress argument as a text: "zstd", "zstd:19", "gzip:6", "auto", "none".
 * `codec` is a name such as "zstd"; null: found by content, LARDER_MALFORMED where none fits. `most`: how many bytes
 * may come of it, LARDER_LIMIT beyond; 0: as many as the machine has memory. */

LARDER_API larder_status larder_compress(const char* compression, const void* data, size_t size, larder_bytes** out,
                                         larder_error* error);
LARDER_API larder_status larder_decompress(const char* codec, const void* data, size_t size, uint64_t most,
                                           larder_bytes** out, larder_error* error);

/* On the way to and from `below`, which is borrowed: it is freed later. finish ends the compressed stream, and leaves
 * `below` to be finished. */
LARDER_API larder_status larder_compressor(larder_writer* below, const char* compression, larder_writer** out,
                                           larder_error* error);
LARDER_API larder_status larder_decompressor(larder_reader* below, const char* codec, uint64_t most,
                                             larder_reader** out, larder_error* error);

/* ---- Arrays: numpy's, contiguous. */

typedef struct larder_array larder_array;
/* `dtype` as numpy writes it: "<f8", "float64", "[('a', '<i4'), ('b', '|S5')]". `fortran`: whether the first axis is
 * that of neighbours. The elements are borrowed until the array, and all that was made of it, is freed. */
LARDER_API larder_status larder_array_borrow(const char* dtype, const uint64_t* shape, size_t dimensions, int fortran,
                                             const void* elements, larder_array** out, larder_error* error);
/* As numpy writes it into .npy files, byte order included: "<f8". Lives as long as the array, like the shape. */
LARDER_API const char* larder_array_dtype(const larder_array* array);
LARDER_API size_t larder_array_dimensions(const larder_array* array);
LARDER_API const uint64_t* larder_array_shape(const larder_array* array);
LARDER_API int larder_array_is_fortran(const larder_array* array); /* and not in C order as well */
LARDER_API int larder_array_is_mapped(const larder_array* array);  /* pages of a file */
LARDER_API const void* larder_array_elements(const larder_array* array);
/* For writing; null where they cannot be written: borrowed, or mapped by "r". */
LARDER_API void* larder_array_mutable_elements(larder_array* array);
LARDER_API uint64_t larder_array_nbytes(const larder_array* array);
LARDER_API void larder_array_free(larder_array* array);

/* ---- Documents: what joblib, pickle and numpy files hold, as data. Nothing that a file says is ever executed. */

typedef struct larder_document larder_document;
/* mmap_mode: "r", "c" (changes stay in memory), for files also "r+", as numpy has them; null: read into memory. */
LARDER_API larder_status larder_load(const char* file, const char* mmap_mode, larder_document** out,
                                     larder_error* error);
LARDER_API larder_status larder_loads(const void* data, size_t size, larder_document** out, larder_error* error);
/* A document of one array, or one Python `bytes`. Elements that are borrowed stay so, bytes are copied. */
LARDER_API larder_status larder_document_of_array(const larder_array* array, larder_document** out,
                                                  larder_error* error);
LARDER_API larder_status larder_document_of_bytes(const void* data, size_t size, larder_document** out,
                                                  larder_error* error);
LARDER_API void larder_document_free(larder_document* document);

/* What `path` leads to: "coef_", "steps[0][1].coef_"; null or "": all of it. LARDER_NOT_FOUND where it leads nowhere,
 * LARDER_USAGE where another kind of value is. All of these outlive the document. */
LARDER_API larder_status larder_document_array(const larder_document* document, const char* path, larder_array** out,
                                               larder_error* error);
/* Of a str (as UTF-8), bytes or bytearray. */
LARDER_API larder_status larder_document_bytes(const larder_document* document, const char* path, larder_bytes** out,
                                               larder_error* error);
/* Any value, as the JSON text of larder::to_json. */
LARDER_API larder_status larder_document_json(const larder_document* document, const char* path, larder_bytes** out,
                                              larder_error* error);

/* compression: null leaves it to the extension of the file's name or key. The format is that of the extension too, else
 * joblib; of dumps `format`: "joblib", "pickle", "npy". */
LARDER_API larder_status larder_dump(const larder_document* document, const char* file, const char* compression,
                                     larder_error* error);
LARDER_API larder_status larder_dumps(const larder_document* document, const char* format, const char* compression,
                                      larder_bytes** out, larder_error* error);

/* ---- Stores: keys to bytes. */

typedef struct larder_store larder_store;
/* A directory, or "file:///var/cache?sync=data&bytes=10G", or "memory:". As larder::open_store. */
LARDER_API larder_status larder_store_open(const char* url, larder_store** out, larder_error* error);
/* Writers of the store are freed before it; readers, bytes, listings and documents may outlive it. */
LARDER_API void larder_store_free(larder_store* store);

/* The value, mapped where the store can and it has 64 KiB or more. Replacing or removing the key does not change it.
 * LARDER_NOT_FOUND where there is none, here and below. */
LARDER_API larder_status larder_store_get(larder_store* store, const char* key, larder_bytes** out,
                                          larder_error* error);
/* The same, after all of it was compared with its checksum. A value that is damaged is LARDER_CHECKSUM, and set aside:
 * from then on the key is absent. */
LARDER_API larder_status larder_store_get_verified(larder_store* store, const char* key, larder_bytes** out,
                                                   larder_error* error);
/* Up to `size` bytes from `offset`, which is not behind the end. */
LARDER_API larder_status larder_store_get_range(larder_store* store, const char* key, uint64_t offset, uint64_t size,
                                                larder_bytes** out, larder_error* error);
LARDER_API larder_status larder_store_reader(larder_store* store, const char* key, larder_reader** out,
                                             larder_error* error);

typedef struct larder_stat {
  size_t struct_size; /* set by the caller: sizeof(larder_stat) */
  uint64_t size;
  int64_t modified_ns; /* since 1970 */
  int64_t accessed_ns;
  int has_accessed; /* whether the store keeps accesses */
  int has_xxh3;     /* whether it knows the checksum */
  uint64_t xxh3;
  char etag[128]; /* another one after each put */
} larder_stat;

LARDER_API larder_status larder_store_stat(larder_store* store, const char* key, larder_stat* out, larder_error* error);

/* Published at once and whole. LARDER_LIMIT: the value alone is over the store's limit. */
LARDER_API larder_status larder_store_put(larder_store* store, const char* key, const void* data, size_t size,
                                          larder_error* error);
/* LARDER_CONFLICT: the key is there; the value has another etag, or is gone. */
LARDER_API larder_status larder_store_put_if_absent(larder_store* store, const char* key, const void* data, size_t size,
                                                    larder_error* error);
LARDER_API larder_status larder_store_put_if_match(larder_store* store, const char* key, const char* etag,
                                                   const void* data, size_t size, larder_error* error);
LARDER_API larder_status larder_store_writer(larder_store* store, const char* key, larder_writer** out,
                                             larder_error* error);

LARDER_API larder_status larder_store_remove(larder_store* store, const char* key, larder_error* error);
LARDER_API larder_status larder_store_move(larder_store* store, const char* from, const char* to, larder_error* error);
/* Counts as an access: it is among the last to be evicted. */
LARDER_API larder_status larder_store_touch(larder_store* store, const char* key, larder_error* error);

/* As larder_load and larder_dump. mmap_mode: "r", "c" or null. */
LARDER_API larder_status larder_store_load(larder_store* store, const char* key, const char* mmap_mode,
                                           larder_document** out, larder_error* error);
LARDER_API larder_status larder_store_dump(larder_store* store, const char* key, const larder_document* document,
                                           const char* compression, larder_error* error);

/* Keys that begin with `prefix` (null: all), one at a time, in no order. *key lives until the next call; it is null at
 * the end. */
typedef struct larder_listing larder_listing;
LARDER_API larder_status larder_store_list(larder_store* store, const char* prefix, larder_listing** out,
                                           larder_error* error);
LARDER_API larder_status larder_listing_next(larder_listing* listing, const char** key, larder_error* error);
LARDER_API void larder_listing_free(larder_listing* listing);

/* The value of `key`; where there is none, `compute` writes it to `writer`, which it neither finishes nor frees, and
 * returns LARDER_OK. Among all processes that ask at once one computes and the others get its value. Where compute
 * returns anything else, this becomes the result, with *error as compute left it, and one of the others computes. */
typedef larder_status (*larder_compute)(void* context, larder_writer* writer, larder_error* error);
LARDER_API larder_status larder_store_get_or_compute(larder_store* store, const char* key, larder_compute compute,
                                                     void* context, larder_bytes** out, larder_error* error);

#ifdef __cplusplus
}
#endif

#endif
