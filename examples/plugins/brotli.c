/* Brotli (RFC 7932) as a plugin of larder: a library that streams. A stream is that of the brotli program behind four
 * bytes of its own, because Brotli has no magic and larder finds the codec of a file by its first bytes. It has no
 * checksum. */
#include <brotli/decode.h>
#include <brotli/encode.h>
#include <stdio.h>
#include <stdlib.h>

#include <larder/plugin/abi.h>

static int32_t fail(int32_t code, larder_plugin_message* message, const char* text) {
  snprintf(message->text, sizeof message->text, "%s", text);
  return code;
}

static const unsigned char magic[4] = {0xce, 0xb2, 0xcf, 0x81};

typedef struct encoder {
  BrotliEncoderState* state;
  size_t begun; /* bytes of the magic that were written */
} encoder;

typedef struct decoder {
  BrotliDecoderState* state;
  size_t begun; /* bytes of the magic that were read */
} decoder;

static void* encoder_create(int32_t level, larder_plugin_message* message) {
  encoder* made = calloc(1, sizeof *made);
  if (made != NULL) made->state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
  if (made == NULL || made->state == NULL) {
    free(made);
    fail(LARDER_PLUGIN_LIMIT, message, "Brotli is out of memory");
    return NULL;
  }
  BrotliEncoderSetParameter(made->state, BROTLI_PARAM_QUALITY, (uint32_t)level);
  return made;
}

static int32_t encoder_step(void* self, larder_plugin_step* step, larder_plugin_message* message) {
  encoder* of = self;
  uint8_t* out = step->out;
  size_t room = step->out_size;
  while (of->begun < sizeof magic && room > 0) {
    *out++ = magic[of->begun++];
    --room;
  }
  const uint8_t* in = step->in;
  size_t left = step->in_size;
  const BrotliEncoderOperation operation = step->last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
  if (!BrotliEncoderCompressStream(of->state, operation, &left, &in, &room, &out, NULL))
    return fail(LARDER_PLUGIN_IO, message, "Brotli failed to compress");
  step->consumed = step->in_size - left;
  step->produced = step->out_size - room;
  step->ended = step->last && BrotliEncoderIsFinished(of->state);
  return LARDER_PLUGIN_FINE;
}

static void encoder_destroy(void* self) {
  encoder* of = self;
  BrotliEncoderDestroyInstance(of->state);
  free(of);
}

static void* decoder_create(const larder_plugin_limits* limits, larder_plugin_message* message) {
  (void)limits; /* the largest window of the format is 16 MiB */
  decoder* made = calloc(1, sizeof *made);
  if (made != NULL) made->state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
  if (made == NULL || made->state == NULL) {
    free(made);
    fail(LARDER_PLUGIN_LIMIT, message, "Brotli is out of memory");
    return NULL;
  }
  return made;
}

static int32_t decoder_step(void* self, larder_plugin_step* step, larder_plugin_message* message) {
  decoder* of = self;
  const uint8_t* in = step->in;
  size_t left = step->in_size;
  for (; of->begun < sizeof magic; ++of->begun, ++in, --left) {
    if (left == 0) {
      step->consumed = step->in_size;
      return LARDER_PLUGIN_FINE;
    }
    if (*in != magic[of->begun]) return fail(LARDER_PLUGIN_MALFORMED, message, "this is no Brotli stream of larder");
  }
  uint8_t* out = step->out;
  size_t room = step->out_size;
  const BrotliDecoderResult result = BrotliDecoderDecompressStream(of->state, &left, &in, &room, &out, NULL);
  if (result == BROTLI_DECODER_RESULT_ERROR)
    return fail(LARDER_PLUGIN_MALFORMED, message, BrotliDecoderErrorString(BrotliDecoderGetErrorCode(of->state)));
  step->consumed = step->in_size - left;
  step->produced = step->out_size - room;
  step->ended = result == BROTLI_DECODER_RESULT_SUCCESS;
  return LARDER_PLUGIN_FINE;
}

static int32_t decoder_restart(void* self, larder_plugin_message* message) {
  decoder* of = self;
  BrotliDecoderDestroyInstance(of->state);
  of->state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
  of->begun = 0;
  return of->state != NULL ? LARDER_PLUGIN_FINE : fail(LARDER_PLUGIN_LIMIT, message, "Brotli is out of memory");
}

static void decoder_destroy(void* self) {
  decoder* of = self;
  if (of->state != NULL) BrotliDecoderDestroyInstance(of->state);
  free(of);
}

static const char* const extensions[] = {".br", NULL};
static const larder_plugin_magic magics[] = {{magic, sizeof magic}, {NULL, 0}};

static const larder_plugin_codec_v1 codec = {
    .version = LARDER_PLUGIN_VERSION,
    .size = sizeof(larder_plugin_codec_v1),
    .name = "brotli",
    .library = "libbrotli",
    .extensions = extensions,
    .magics = magics,
    .flags = LARDER_PLUGIN_HAS_LEVELS,
    .min_level = BROTLI_MIN_QUALITY,
    .max_level = BROTLI_MAX_QUALITY,
    .default_level = 5,
    .encoder_create = encoder_create,
    .encoder_step = encoder_step,
    .encoder_destroy = encoder_destroy,
    .decoder_create = decoder_create,
    .decoder_step = decoder_step,
    .decoder_restart = decoder_restart,
    .decoder_destroy = decoder_destroy,
};

const larder_plugin_codec_v1* larder_plugin_codec(uint32_t index) { return index == 0 ? &codec : NULL; }
