/* Blosc with shuffle as a plugin of larder: a library that compresses buffers, cut into blocks here. One codec for each
 * size of element, because shuffle has to know it: blosc2, blosc4, blosc8.
 *
 * A stream is "BLOS", the size of elements and a zero; then blocks, each a length in four bytes, little-endian, and so
 * many bytes of Blosc's own format, whose header has the sizes; then a length of zero. No checksum. */
#include <blosc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <larder/plugin/abi.h>

enum { block_size = 1 << 20, packed_most = block_size + BLOSC_MAX_OVERHEAD, head_size = 6, length_size = 4 };

static int32_t fail(int32_t code, larder_plugin_message* message, const char* text) {
  snprintf(message->text, sizeof message->text, "%s", text);
  return code;
}

/* What waits to be given out. */
typedef struct pending {
  uint8_t* bytes;
  size_t begin;
  size_t end;
} pending;

static void give(pending* of, larder_plugin_step* step) {
  const size_t left = of->end - of->begin;
  const size_t room = step->out_size - step->produced;
  const size_t size = left < room ? left : room;
  if (size > 0) memcpy((uint8_t*)step->out + step->produced, of->bytes + of->begin, size);
  of->begin += size;
  step->produced += size;
}

/* Moves input to the end of what was gathered, up to `wanted` bytes of it; whether it is that much. */
static int gather(uint8_t* gathered, size_t* size, size_t wanted, larder_plugin_step* step) {
  const size_t missing = wanted - *size;
  const size_t left = step->in_size - step->consumed;
  const size_t taken = missing < left ? missing : left;
  if (taken > 0) memcpy(gathered + *size, (const uint8_t*)step->in + step->consumed, taken);
  *size += taken;
  step->consumed += taken;
  return *size == wanted;
}

static void put_length(uint8_t* at, uint32_t length) {
  for (int i = 0; i < length_size; ++i) at[i] = (uint8_t)(length >> 8 * i);
}

static uint32_t get_length(const uint8_t* at) {
  uint32_t length = 0;
  for (int i = 0; i < length_size; ++i) length |= (uint32_t)at[i] << 8 * i;
  return length;
}

/* ------ encoder */

typedef struct encoder {
  int level;
  uint8_t element;
  uint8_t* block; /* what was gathered */
  size_t size;
  pending out;
  int closed; /* the end is among what waits */
} encoder;

static void* encoder_of(uint8_t element, int32_t level, larder_plugin_message* message) {
  encoder* made = calloc(1, sizeof *made);
  if (made != NULL) {
    made->block = malloc(block_size);
    made->out.bytes = malloc(packed_most + 2 * length_size);
  }
  if (made == NULL || made->block == NULL || made->out.bytes == NULL) {
    if (made != NULL) {
      free(made->block);
      free(made->out.bytes);
    }
    free(made);
    fail(LARDER_PLUGIN_LIMIT, message, "out of memory");
    return NULL;
  }
  made->level = level;
  made->element = element;
  memcpy(made->out.bytes, "BLOS", 4);
  made->out.bytes[4] = element;
  made->out.bytes[5] = 0;
  made->out.end = head_size;
  return made;
}

static int pack_block(encoder* of) {
  const int packed = blosc_compress_ctx(of->level, BLOSC_SHUFFLE, of->element, of->size, of->block,
                                        of->out.bytes + length_size, packed_most, "lz4", 0, 1);
  if (packed <= 0) return 0;
  put_length(of->out.bytes, (uint32_t)packed);
  of->out.begin = 0;
  of->out.end = (size_t)packed + length_size;
  of->size = 0;
  return 1;
}

static int32_t encoder_step(void* self, larder_plugin_step* step, larder_plugin_message* message) {
  encoder* of = self;
  for (;;) {
    give(&of->out, step);
    if (of->out.begin < of->out.end) return LARDER_PLUGIN_FINE;
    if (of->closed) {
      step->ended = 1;
      return LARDER_PLUGIN_FINE;
    }
    const int full = gather(of->block, &of->size, block_size, step);
    if (!full && !step->last) return LARDER_PLUGIN_FINE;
    if (of->size > 0) {
      if (!pack_block(of)) return fail(LARDER_PLUGIN_IO, message, "Blosc failed to compress");
    } else {
      put_length(of->out.bytes, 0);
      of->out.begin = 0;
      of->out.end = length_size;
      of->closed = 1;
    }
  }
}

static void encoder_destroy(void* self) {
  encoder* of = self;
  free(of->block);
  free(of->out.bytes);
  free(of);
}

/* ------ decoder */

typedef struct decoder {
  uint8_t element;
  uint8_t* packed; /* what was gathered of the head, of a length, or of a block */
  size_t size;
  size_t wanted; /* bytes of the block; 0: a length is next */
  int in_stream; /* the head was read */
  pending out;
} decoder;

static void* decoder_of(uint8_t element, larder_plugin_message* message) {
  decoder* made = calloc(1, sizeof *made);
  if (made != NULL) {
    made->packed = malloc(packed_most);
    made->out.bytes = malloc(block_size);
  }
  if (made == NULL || made->packed == NULL || made->out.bytes == NULL) {
    if (made != NULL) {
      free(made->packed);
      free(made->out.bytes);
    }
    free(made);
    fail(LARDER_PLUGIN_LIMIT, message, "out of memory");
    return NULL;
  }
  made->element = element;
  return made;
}

/* The block that was gathered, into what waits. Its header says how long it is, and is not trusted. */
static int unpack_block(decoder* of) {
  size_t content = 0;
  if (blosc_cbuffer_validate(of->packed, of->wanted, &content) < 0 || content == 0 || content > block_size) return 0;
  const int size = blosc_decompress_ctx(of->packed, of->out.bytes, block_size, 1);
  if (size < 0 || (size_t)size != content) return 0;
  of->out.begin = 0;
  of->out.end = content;
  of->size = 0;
  of->wanted = 0;
  return 1;
}

static int32_t decoder_step(void* self, larder_plugin_step* step, larder_plugin_message* message) {
  decoder* of = self;
  for (;;) {
    give(&of->out, step);
    if (of->out.begin < of->out.end) return LARDER_PLUGIN_FINE;
    if (!of->in_stream) {
      if (!gather(of->packed, &of->size, head_size, step)) return LARDER_PLUGIN_FINE;
      if (memcmp(of->packed, "BLOS", 4) != 0 || of->packed[4] != of->element || of->packed[5] != 0)
        return fail(LARDER_PLUGIN_MALFORMED, message, "this is no stream of Blosc blocks with such elements");
      of->in_stream = 1;
      of->size = 0;
    } else if (of->wanted == 0) {
      if (!gather(of->packed, &of->size, length_size, step)) return LARDER_PLUGIN_FINE;
      of->wanted = get_length(of->packed);
      of->size = 0;
      if (of->wanted == 0) {
        step->ended = 1;
        return LARDER_PLUGIN_FINE;
      }
      if (of->wanted < BLOSC_MIN_HEADER_LENGTH || of->wanted > packed_most)
        return fail(LARDER_PLUGIN_MALFORMED, message, "a block has a length that no block has");
    } else {
      if (!gather(of->packed, &of->size, of->wanted, step)) return LARDER_PLUGIN_FINE;
      if (!unpack_block(of)) return fail(LARDER_PLUGIN_MALFORMED, message, "a block is damaged");
    }
  }
}

static int32_t decoder_restart(void* self, larder_plugin_message* message) {
  decoder* of = self;
  (void)message;
  of->in_stream = 0;
  of->size = 0;
  of->wanted = 0;
  return LARDER_PLUGIN_FINE;
}

static void decoder_destroy(void* self) {
  decoder* of = self;
  free(of->packed);
  free(of->out.bytes);
  free(of);
}

/* ------ one codec for each size of element */

#define ELEMENT(bytes)                                                                                      \
  static void* encoder_create_##bytes(int32_t level, larder_plugin_message* message) {                      \
    return encoder_of(bytes, level, message);                                                               \
  }                                                                                                         \
  static void* decoder_create_##bytes(const larder_plugin_limits* limits, larder_plugin_message* message) { \
    (void)limits;                                                                                           \
    return decoder_of(bytes, message);                                                                      \
  }                                                                                                         \
  static const char* const extensions_##bytes[] = {".blosc" #bytes, NULL};                                  \
  static const unsigned char magic_##bytes[head_size] = {'B', 'L', 'O', 'S', bytes, 0};                     \
  static const larder_plugin_magic magics_##bytes[] = {{magic_##bytes, head_size}, {NULL, 0}};

ELEMENT(2)
ELEMENT(4)
ELEMENT(8)

#define CODEC(bytes)                                                                                                 \
  {                                                                                                                  \
    .version = LARDER_PLUGIN_VERSION, .size = sizeof(larder_plugin_codec_v1), .name = "blosc" #bytes,                \
    .library = "Blosc " BLOSC_VERSION_STRING ", shuffle, LZ4", .extensions = extensions_##bytes,                     \
    .magics = magics_##bytes, .flags = LARDER_PLUGIN_HAS_LEVELS, .min_level = 1, .max_level = 9, .default_level = 5, \
    .encoder_create = encoder_create_##bytes, .encoder_step = encoder_step, .encoder_destroy = encoder_destroy,      \
    .decoder_create = decoder_create_##bytes, .decoder_step = decoder_step, .decoder_restart = decoder_restart,      \
    .decoder_destroy = decoder_destroy,                                                                              \
  }

static const larder_plugin_codec_v1 codecs[] = {CODEC(2), CODEC(4), CODEC(8)};

const larder_plugin_codec_v1* larder_plugin_codec(uint32_t index) {
  return index < sizeof codecs / sizeof codecs[0] ? &codecs[index] : NULL;
}
