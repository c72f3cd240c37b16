/* Plugins for the tests. The codec is "copy": "CPY1", then blocks of one length byte and so many bytes, then a zero.
 * LIE says what is wrong with the plugin, as far as larder sees it on loading; 0: nothing. */
#include <stdlib.h>
#include <string.h>

#include <larder/plugin/abi.h>

enum {
  FINE,
  OTHER_VERSION,
  TOO_SMALL,
  NO_CODEC,
  NO_FUNCTION,
  LEVELS_UPSIDE_DOWN,
  TAKEN_NAME,
  SECOND_IS_TAKEN,
  ENDLESS
};

static const char magic[4] = {'C', 'P', 'Y', '1'};

typedef struct state {
  size_t begun;
  size_t left;
} state;

static void* create_encoder(int32_t level, larder_plugin_message* message) {
  (void)level;
  (void)message;
  return calloc(1, sizeof(state));
}

static void* create_decoder(const larder_plugin_limits* limits, larder_plugin_message* message) {
  (void)message;
  return limits->size == sizeof *limits ? calloc(1, sizeof(state)) : NULL;
}

static int32_t encode(void* self, larder_plugin_step* step, larder_plugin_message* message) {
  state* of = self;
  unsigned char* out = step->out;
  const size_t size = step->in_size < 255 ? step->in_size : 255;
  (void)message;
  for (; of->begun < sizeof magic; ++of->begun) out[step->produced++] = (unsigned char)magic[of->begun];
  if (size > 0) {
    out[step->produced++] = (unsigned char)size;
    memcpy(out + step->produced, step->in, size);
    step->produced += size;
    step->consumed = size;
  } else if (step->last) {
    out[step->produced++] = 0;
    step->ended = 1;
  }
  return LARDER_PLUGIN_FINE;
}

static int32_t decode(void* self, larder_plugin_step* step, larder_plugin_message* message) {
  state* of = self;
  const unsigned char* in = step->in;
  while (step->consumed < step->in_size && step->produced < step->out_size) {
    const unsigned char next = in[step->consumed];
    if (of->left > 0) {
      ((unsigned char*)step->out)[step->produced++] = next;
      --of->left;
    } else if (of->begun < sizeof magic) {
      if (next != (unsigned char)magic[of->begun++]) {
        strcpy(message->text, "no copy");
        return LARDER_PLUGIN_MALFORMED;
      }
    } else if (next > 0) {
      of->left = next;
    } else {
      ++step->consumed;
      step->ended = 1;
      return LARDER_PLUGIN_FINE;
    }
    ++step->consumed;
  }
  return LARDER_PLUGIN_FINE;
}

static int32_t restart(void* self, larder_plugin_message* message) {
  (void)message;
  memset(self, 0, sizeof(state));
  return LARDER_PLUGIN_FINE;
}

static const char* const extensions[] = {".copy", NULL};
static const char* const other_extensions[] = {".other-copy", NULL};
static const larder_plugin_magic magics[] = {{magic, sizeof magic}, {NULL, 0}};

#define CODEC(called, ends, begins)                                                                                \
  {                                                                                                                \
    .version = LIE == OTHER_VERSION ? LARDER_PLUGIN_VERSION + 1 : LARDER_PLUGIN_VERSION,                           \
    .size = LIE == TOO_SMALL ? 16 : sizeof(larder_plugin_codec_v1), .name = called, .library = "the tests' own",   \
    .extensions = ends, .magics = begins, .flags = LIE == LEVELS_UPSIDE_DOWN ? LARDER_PLUGIN_HAS_LEVELS : 0,       \
    .min_level = 9, .max_level = 1, .default_level = 5, .encoder_create = create_encoder, .encoder_step = encode,  \
    .encoder_destroy = LIE == NO_FUNCTION ? NULL : free, .decoder_create = create_decoder, .decoder_step = decode, \
    .decoder_restart = restart, .decoder_destroy = free                                                            \
  }

static const larder_plugin_codec_v1 first = CODEC(LIE == TAKEN_NAME ? "zlib" : "copy", extensions, magics);
static const larder_plugin_codec_v1 second = CODEC("copy", other_extensions, NULL);

const larder_plugin_codec_v1* larder_plugin_codec(uint32_t index) {
  if (LIE == ENDLESS) return &first;
  if (LIE == SECOND_IS_TAKEN && index == 1) return &second;
  return index == 0 && LIE != NO_CODEC ? &first : NULL;
}
