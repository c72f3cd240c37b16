/* A codec as a shared library: what it exports, in C, so that any compiler and language can make one. It is loaded on
 * request only: CodecRegistry::load_plugin, larder --plugin.
 *
 * A plugin is a shared library with one exported function, larder_plugin_codec, which gives its codecs. This header is
 * all that it is compiled with; it links nothing of larder. docs/plugins.md is the guide, examples/plugins has two.
 *
 * Rules for every function: it may be called from any thread, but one encoder or decoder by one thread at a time; it
 * never throws, jumps out or ends the process; it keeps no pointer to a buffer after it returned. Structures and texts
 * that a plugin gives stay as they are for ever: a plugin is never unloaded. */
#ifndef LARDER_PLUGIN_ABI_H
#define LARDER_PLUGIN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LARDER_PLUGIN_VERSION 1u

#if defined(__GNUC__)
#define LARDER_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define LARDER_PLUGIN_EXPORT
#endif

/* What a function answers: all is well, or what is wrong (the numbers of larder::ErrorKind). Any other number is taken
 * for LARDER_PLUGIN_IO. */
enum {
  LARDER_PLUGIN_FINE = 0,
  LARDER_PLUGIN_TRUNCATED = 1,   /* the stream ends before it should */
  LARDER_PLUGIN_MALFORMED = 2,   /* this is no stream of the codec, or a damaged one */
  LARDER_PLUGIN_LIMIT = 3,       /* it asks for more than larder_plugin_limits allow, or memory is short */
  LARDER_PLUGIN_UNSUPPORTED = 4, /* valid, but not supported */
  LARDER_PLUGIN_CHECKSUM = 7,    /* the content disagrees with its checksum */
  LARDER_PLUGIN_IO = 8           /* anything else */
};

/* Room for what a function has to say about an answer that is not LARDER_PLUGIN_FINE: one line, ended by a zero. Empty
 * when the function is called. */
typedef struct larder_plugin_message {
  char text[256];
} larder_plugin_message;

/* How much decoding may demand. */
typedef struct larder_plugin_limits {
  uint32_t size;         /* of this structure, in bytes: later versions may add to its end */
  uint64_t window;       /* bytes of history */
  uint64_t codec_memory; /* bytes of working memory */
} larder_plugin_limits;

/* One call of a step. The caller fills the first five members, the plugin the others, which are 0 before. */
typedef struct larder_plugin_step {
  const void* in; /* what to take, `in_size` bytes; may be none */
  size_t in_size;
  void* out; /* where to put what comes of it, `out_size` bytes; never none */
  size_t out_size;
  int32_t last;    /* 1: no input follows `in` */
  int32_t ended;   /* 1: the stream is complete */
  size_t consumed; /* bytes taken of `in` */
  size_t produced; /* bytes put into `out` */
} larder_plugin_step;

/* What follows a stream that ended. */
enum {
  LARDER_PLUGIN_END = 0,    /* nothing that belongs to the codec */
  LARDER_PLUGIN_STREAM = 1, /* another stream: the decoder is restarted */
  LARDER_PLUGIN_PADDING = 2 /* `padding` bytes to pass over */
};

/* The first bytes of a stream. */
typedef struct larder_plugin_magic {
  const void* bytes;
  size_t size; /* 1 to 16 */
} larder_plugin_magic;

enum {
  LARDER_PLUGIN_HAS_LEVELS = 1,  /* the levels count; without it they are ignored */
  LARDER_PLUGIN_HAS_CHECKSUM = 2 /* streams carry a checksum of the content, which the decoder verifies */
};

/* One codec. Functions must be there where nothing else is said. */
typedef struct larder_plugin_codec_v1 {
  uint32_t version; /* LARDER_PLUGIN_VERSION */
  uint32_t size;    /* sizeof(larder_plugin_codec_v1) */

  const char* name;                  /* "brotli": lower-case letters, digits, - and _; 32 at most */
  const char* library;               /* what does the work, with its version, for people: "libbrotli 1.0.9" */
  const char* const* aliases;        /* other names; the list ends with NULL, and may be NULL itself */
  const char* const* extensions;     /* each with its dot: ".br"; likewise */
  const larder_plugin_magic* magics; /* the list ends with one of size 0, and may be NULL */
  uint32_t flags;                    /* LARDER_PLUGIN_HAS_... */
  int32_t min_level;
  int32_t max_level;
  int32_t default_level;

  /* Makes an encoder of one stream; NULL, and a message, where it cannot. */
  void* (*encoder_create)(int32_t level, larder_plugin_message* message);
  /* Compresses: takes some of `in`, puts bytes into `out`, and does at least one of both. With `last` it is called
   * until it sets `ended`. */
  int32_t (*encoder_step)(void* encoder, larder_plugin_step* step, larder_plugin_message* message);
  void (*encoder_destroy)(void* encoder);
  /* The least `out_size` that steps of that encoder need, 16 MiB at most; NULL for 64 KiB. */
  size_t (*encoder_room)(void* encoder);

  /* Makes a decoder of streams, one after another; NULL, and a message, where it cannot. */
  void* (*decoder_create)(const larder_plugin_limits* limits, larder_plugin_message* message);
  /* Decompresses. `ended` is set when the stream is complete and verified; no byte behind it may be taken. A call that
   * needs more than `in`, which is the last, does nothing and is fine. */
  int32_t (*decoder_step)(void* decoder, larder_plugin_step* step, larder_plugin_message* message);
  /* Gets ready for another stream. */
  int32_t (*decoder_restart)(void* decoder, larder_plugin_message* message);
  /* Judges what follows a stream: 16 bytes, or fewer at the end of the input, never none. NULL: another stream where
   * one of the magics stands there, else the end. */
  int32_t (*decoder_tail)(void* decoder, const void* next, size_t size, size_t* padding);
  void (*decoder_destroy)(void* decoder);
} larder_plugin_codec_v1;

/* The one function that a plugin exports: its codec number `index`, from 0 on; NULL where it has no more. */
LARDER_PLUGIN_EXPORT const larder_plugin_codec_v1* larder_plugin_codec(uint32_t index);

#ifdef __cplusplus
}
#endif

#endif
