// A codec that a plugin describes in C (<larder/plugin/abi.h>).
#pragma once

#include <memory>

#include <larder/codec.h>
#include <larder/plugin/abi.h>

namespace larder::internal {

// Wraps what a plugin gave, which must stay for ever. Error `unsupported` for another version of the ABI, `malformed`
// for what cannot be true or be used: missing functions, levels upside down, names that are none. What it claims later
// on is checked when it claims it.
std::unique_ptr<Codec> plugin_codec(const larder_plugin_codec_v1* described);

}  // namespace larder::internal
