// File systems that a child process mounts for itself: nobody else sees them, and they are gone with it.
#pragma once

#include <functional>
#include <string>

#include <larder/bytes.h>

namespace larder::testing {

// Whether this process may mount; prints why not.
bool can_mount();

// In a child with mounts of its own, where a tmpfs of this size ("1m") is mounted on `at` (a directory that exists):
// whether `body` returned true.
bool true_on_tmpfs(const Path& at, const std::string& size, const std::function<bool()>& body);

// In such a child: the tmpfs becomes read-only, or writable again.
void remount(const Path& at, bool read_only);

}  // namespace larder::testing
