#include "codecs/plugin_codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include <larder/plugin/codec.h>

#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::size_t longest_text = 256;
constexpr std::size_t longest_name = 32;
constexpr std::size_t longest_list = 32;
constexpr std::size_t longest_magic = 16;
constexpr std::size_t usual_room = std::size_t{64} << 10;
constexpr std::size_t most_room = std::size_t{16} << 20;

// Words that the compress argument takes for something else.
constexpr std::array<std::string_view, 4> reserved_names = {"auto", "none", "true", "false"};

template <class... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
  fail(ErrorKind::malformed, "the plugin ", parts...);
}

std::string text_of(const char* text, std::string_view what) {
  if (text == nullptr) refuse("gives no ", what);
  const std::size_t size = ::strnlen(text, longest_text + 1);
  if (size == 0 || size > longest_text) refuse("gives a ", what, " of no or more than ", longest_text, " bytes");
  return {text, size};
}

std::string name_of(const char* text, std::string_view what) {
  const std::string name = text_of(text, what);
  const auto fits = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
  };
  const bool begins_well = name.front() >= 'a' && name.front() <= 'z';
  if (name.size() > longest_name || !begins_well || !std::ranges::all_of(name, fits))
    refuse("gives the ", what, ' ', internal::quoted(name), ", which is no name of a codec");
  if (std::ranges::find(reserved_names, name) != reserved_names.end())
    refuse("gives the ", what, ' ', internal::quoted(name), ", which means something else");
  return name;
}

std::string extension_of(const char* text, std::string_view what) {
  const std::string extension = text_of(text, what);
  if (extension.size() < 2 || extension.front() != '.' || extension.find('/') != std::string::npos)
    refuse("gives the ", what, ' ', internal::quoted(extension), ", which is no dot and letters");
  return extension;
}

template <class Make>
std::vector<std::string> list_of(const char* const* texts, std::string_view what, Make make) {
  std::vector<std::string> list;
  for (; texts != nullptr && *texts != nullptr; ++texts) {
    if (list.size() == longest_list) refuse("gives more than ", longest_list, " times an ", what);
    list.push_back(make(*texts, what));
  }
  return list;
}

std::vector<std::string> magics_of(const larder_plugin_magic* magics) {
  std::vector<std::string> list;
  for (; magics != nullptr && magics->size != 0; ++magics) {
    if (list.size() == longest_list) refuse("gives more than ", longest_list, " magics");
    if (magics->bytes == nullptr || magics->size > longest_magic)
      refuse("gives a magic of more than ", longest_magic, " bytes, or without any");
    list.emplace_back(static_cast<const char*>(magics->bytes), magics->size);
  }
  return list;
}

void require_functions(const larder_plugin_codec_v1& described) {
  const bool all = described.encoder_create != nullptr && described.encoder_step != nullptr &&
                   described.encoder_destroy != nullptr && described.decoder_create != nullptr &&
                   described.decoder_step != nullptr && described.decoder_restart != nullptr &&
                   described.decoder_destroy != nullptr;
  if (!all) refuse("lacks a function that a codec must have");
}

CodecInfo info_of(const larder_plugin_codec_v1& described) {
  CodecInfo info;
  info.name = name_of(described.name, "name");
  info.aliases = list_of(described.aliases, "alias", name_of);
  info.extensions = list_of(described.extensions, "extension", extension_of);
  info.magics = magics_of(described.magics);
  info.library = text_of(described.library, "library");
  info.has_levels = (described.flags & LARDER_PLUGIN_HAS_LEVELS) != 0;
  info.has_checksum = (described.flags & LARDER_PLUGIN_HAS_CHECKSUM) != 0;
  if (!info.has_levels) return info;
  info.min_level = described.min_level;
  info.max_level = described.max_level;
  info.default_level = described.default_level;
  if (info.min_level > info.default_level || info.default_level > info.max_level)
    refuse("gives levels from ", info.min_level, " to ", info.max_level, " with the default ", info.default_level);
  return info;
}

ErrorKind kind_of(std::int32_t code) noexcept {
  switch (code) {
    case LARDER_PLUGIN_TRUNCATED:
    case LARDER_PLUGIN_MALFORMED:
    case LARDER_PLUGIN_LIMIT:
    case LARDER_PLUGIN_UNSUPPORTED:
    case LARDER_PLUGIN_CHECKSUM:
      return static_cast<ErrorKind>(code);
    default:
      return ErrorKind::io;
  }
}

[[noreturn]] void fail_with(std::int32_t code, const larder_plugin_message& message) {
  const std::string_view text(message.text, ::strnlen(message.text, sizeof message.text));
  std::string line = text.empty() ? join("the plugin says nothing but the number ", code) : std::string(text);
  std::ranges::replace_if(
      line, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; }, ' ');
  throw Error(kind_of(code), line);
}

// An encoder or decoder of the plugin, destroyed with it.
class Handle {
 public:
  using Destroy = void (*)(void*);
  Handle(void* handle, Destroy destroy, const larder_plugin_message& message) : handle_(handle), destroy_(destroy) {
    if (handle_ == nullptr) fail_with(LARDER_PLUGIN_IO, message);
  }
  ~Handle() { destroy_(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void* get() const noexcept { return handle_; }

 private:
  void* handle_;
  Destroy destroy_;
};

using StepFunction = std::int32_t (*)(void*, larder_plugin_step*, larder_plugin_message*);

// What it claims to have done is judged here, before anybody counts on it.
Step take_step(StepFunction function, void* handle, Bytes in, MutableBytes out, bool last, ErrorKind lie) {
  larder_plugin_step step{};
  step.in = in.data();
  step.in_size = in.size();
  step.out = out.data();
  step.out_size = out.size();
  step.last = last ? 1 : 0;
  larder_plugin_message message{};
  if (const std::int32_t code = function(handle, &step, &message); code != LARDER_PLUGIN_FINE) fail_with(code, message);
  if (step.consumed > in.size() || step.produced > out.size())
    fail(lie, "the plugin claims to have taken ", step.consumed, " of ", in.size(), " bytes and to have given ",
         step.produced, " where ", out.size(), " fit");
  return {.consumed = step.consumed, .produced = step.produced, .ended = step.ended != 0};
}

class PluginEncoder final : public Encoder {
 public:
  PluginEncoder(const larder_plugin_codec_v1& described, int level, larder_plugin_message message = {})
      : described_(described), handle_(described.encoder_create(level, &message), described.encoder_destroy, message) {}

  std::size_t room() const override {
    if (described_.encoder_room == nullptr) return usual_room;
    const std::size_t wanted = described_.encoder_room(handle_.get());
    if (wanted > most_room) fail(ErrorKind::io, "the plugin wants room for ", wanted, " bytes at once");
    return std::max(wanted, usual_room);
  }

  Step step(Bytes in, MutableBytes out, bool last) override {
    return take_step(described_.encoder_step, handle_.get(), in, out, last, ErrorKind::io);
  }

 private:
  const larder_plugin_codec_v1& described_;
  Handle handle_;
};

larder_plugin_limits limits_for(const Limits& limits) {
  return {.size = sizeof(larder_plugin_limits), .window = limits.window, .codec_memory = limits.codec_memory};
}

class PluginDecoder final : public Decoder {
 public:
  PluginDecoder(const larder_plugin_codec_v1& described, const std::vector<std::string>& magics, const Limits& limits)
      : PluginDecoder(described, magics, limits_for(limits), {}) {}

  Step step(Bytes in, MutableBytes out, bool last) override {
    return take_step(described_.decoder_step, handle_.get(), in, out, last, ErrorKind::malformed);
  }

  void restart() override {
    larder_plugin_message message{};
    if (const std::int32_t code = described_.decoder_restart(handle_.get(), &message); code != LARDER_PLUGIN_FINE)
      fail_with(code, message);
  }

  Tail tail(Bytes next) override {
    if (described_.decoder_tail == nullptr) {
      const bool magic = std::ranges::any_of(magics_, [&](const auto& one) { return as_text(next).starts_with(one); });
      return {.kind = magic ? Tail::Kind::stream : Tail::Kind::end};
    }
    std::size_t padding = 0;
    switch (described_.decoder_tail(handle_.get(), next.data(), next.size(), &padding)) {
      case LARDER_PLUGIN_STREAM:
        return {.kind = Tail::Kind::stream};
      case LARDER_PLUGIN_PADDING:
        return {.kind = Tail::Kind::padding, .size = padding};
      default:
        return {.kind = Tail::Kind::end};
    }
  }

 private:
  PluginDecoder(const larder_plugin_codec_v1& described, const std::vector<std::string>& magics,
                const larder_plugin_limits& limits, larder_plugin_message message)
      : described_(described),
        magics_(magics),
        handle_(described.decoder_create(&limits, &message), described.decoder_destroy, message) {}

  const larder_plugin_codec_v1& described_;
  std::vector<std::string> magics_;
  Handle handle_;
};

class PluginCodec final : public Codec {
 public:
  explicit PluginCodec(const larder_plugin_codec_v1& described) : Codec(info_of(described)), described_(described) {}

 private:
  std::unique_ptr<Encoder> do_encoder(int level) const override {
    return std::make_unique<PluginEncoder>(described_, level);
  }
  std::unique_ptr<Decoder> do_decoder(const Limits& limits) const override {
    return std::make_unique<PluginDecoder>(described_, info().magics, limits);
  }

  const larder_plugin_codec_v1& described_;
};

}  // namespace

std::unique_ptr<Codec> plugin_codec(const larder_plugin_codec_v1* described) {
  if (described->version != LARDER_PLUGIN_VERSION)
    fail(ErrorKind::unsupported, "the plugin is made for version ", described->version, " of larder's ABI, not ",
         LARDER_PLUGIN_VERSION);
  if (described->size < sizeof(larder_plugin_codec_v1))
    refuse("describes a codec in ", described->size, " bytes, not ", sizeof(larder_plugin_codec_v1));
  require_functions(*described);
  return std::make_unique<PluginCodec>(*described);
}

}  // namespace larder::internal
