/* A C program that keeps things in a store: settings, a counter that many processes share, arrays, and a result that is
 * computed once.
 *
 *   store_in_c [URL]     a directory ("shelf" where none is given), or "memory:" */
#include <larder.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program where something failed. */
static void require(larder_status status, const larder_error* error) {
  if (status == LARDER_OK) return;
  fprintf(stderr, "store_in_c: %s: %s\n", larder_status_name(status), error->message);
  exit(1);
}

static void print_value(larder_store* store, const char* key) {
  larder_error error;
  larder_bytes* value;
  require(larder_store_get(store, key, &value, &error), &error);
  printf("%s = %.*s\n", key, (int)larder_bytes_size(value), (const char*)larder_bytes_data(value));
  larder_bytes_free(value);
}

/* Adds 1, whoever else does so at the same time: put_if_match refuses where the value is not the one that was read. */
static void count_up(larder_store* store, const char* key) {
  larder_error error;
  larder_status status = larder_store_put_if_absent(store, key, "1", 1, &error);
  while (status == LARDER_CONFLICT) {
    char number[32];
    larder_bytes* value;
    larder_stat stat;
    stat.struct_size = sizeof stat;
    require(larder_store_stat(store, key, &stat, &error), &error);
    require(larder_store_get(store, key, &value, &error), &error);
    snprintf(number, sizeof number, "%.*s", (int)larder_bytes_size(value), (const char*)larder_bytes_data(value));
    larder_bytes_free(value);
    snprintf(number, sizeof number, "%ld", strtol(number, NULL, 10) + 1);
    status = larder_store_put_if_match(store, key, stat.etag, number, strlen(number), &error);
  }
  require(status, &error);
}

/* Stores an array that numpy.load and joblib.load can read as well, and maps it back. */
static void keep_array(larder_store* store) {
  static double elements[100][200];
  const uint64_t shape[2] = {100, 200};
  larder_error error;
  larder_array* array;
  larder_document* document;

  elements[99][199] = 42;
  require(larder_array_borrow("float64", shape, 2, 0, elements, &array, &error), &error);
  require(larder_document_of_array(array, &document, &error), &error);
  require(larder_store_dump(store, "arrays/small.joblib", document, "zstd", &error), &error); /* compressed */
  require(larder_store_dump(store, "arrays/large.npy", document, "none", &error), &error);    /* can be mapped */
  larder_document_free(document);
  larder_array_free(array);

  require(larder_store_load(store, "arrays/large.npy", "r", &document, &error), &error);
  require(larder_document_array(document, NULL, &array, &error), &error);
  larder_document_free(document); /* the array stays */
  printf("%s, %" PRIu64 " x %" PRIu64 ", mapped: %s, the last is %g\n", larder_array_dtype(array),
         larder_array_shape(array)[0], larder_array_shape(array)[1], larder_array_is_mapped(array) ? "yes" : "no",
         ((const double*)larder_array_elements(array))[100 * 200 - 1]);
  larder_array_free(array);
}

static larder_status slow_answer(void* context, larder_writer* writer, larder_error* error) {
  ++*(int*)context;
  return larder_writer_write(writer, "42", 2, error);
}

/* One of all processes that ask computes, the others get its value. */
static void compute_once(larder_store* store) {
  int computed = 0;
  int asked;
  for (asked = 0; asked < 3; ++asked) {
    larder_error error;
    larder_bytes* answer;
    require(larder_store_get_or_compute(store, "answers/life", slow_answer, &computed, &answer, &error), &error);
    larder_bytes_free(answer);
  }
  printf("asked 3 times, computed %s\n", computed > 1 ? "too often" : "once at most");
}

static void print_keys(larder_store* store, const char* prefix) {
  larder_error error;
  larder_listing* listing;
  const char* key;
  require(larder_store_list(store, prefix, &listing, &error), &error);
  for (;;) {
    require(larder_listing_next(listing, &key, &error), &error);
    if (key == NULL) break;
    printf("there is %s\n", key);
  }
  larder_listing_free(listing);
}

int main(int argc, char** argv) {
  larder_error error;
  larder_store* store;
  require(larder_store_open(argc > 1 ? argv[1] : "shelf", &store, &error), &error);
  require(larder_store_put(store, "settings/colour", "blue", 4, &error), &error);
  print_value(store, "settings/colour");
  count_up(store, "counters/starts");
  print_value(store, "counters/starts");
  keep_array(store);
  compute_once(store);
  print_keys(store, "arrays/");
  larder_store_free(store);
  return 0;
}
