#include "store/local/home.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/text.h"
#include "store/local/header.h"
#include "store/local/key_hash.h"
#include "store/local/seal.h"
#include "store/local/sweep.h"

namespace larder::internal {

namespace {

void require_seals(const Directories& directories) {
  if (!has_xxh3()) {
    fail(ErrorKind::not_built, directories.name(),
         ": this build of larder lacks the library for checksums (xxhash); checksums=false makes a store without them");
  }
  if (!can_be_sealed(directories.root().number(), directories.name())) {
    fail(ErrorKind::unsupported, directories.name(),
         ": its file system has no user extended attributes, which checksums need; checksums=false makes a store "
         "without them");
  }
}

}  // namespace

Home::Home(Directories directories, const LocalOptions& options, Recovery& recovery)
    : options_(options), directories_(std::move(directories)) {
  if (options_.checksums) require_seals(directories_);
  for (unsigned stripe = 0; stripe < layout::stripes; ++stripe) {
    const std::string name = join("publish-", hex(stripe, 2).substr(2));
    publish_locks_[stripe] = std::make_unique<SharedLock>(
        [this, name] {
          const std::string path = join(layout::home, '/', layout::locks);
          for (;;) {
            directories_.make(path, Sync::none);
            if (auto file = directories_.open_file(join(path, '/', name), O_RDWR | O_CREAT)) return std::move(*file);
          }
        },
        join("the lock ", name, " of ", directories_.name()));
  }
  if (options_.read_only) {
    check_header(directories_);
    return;
  }
  const auto own = session();
  make_header(directories_, *own);
  can_keep_existing_ = internal::can_keep_existing(directories_, *own);
  const bool index_rebuilt = limiting_.open(options_);
  recovery = sweep(directories_, [this](std::string_view item) {
    const SharedLock::Holder held(publish_lock(item));
    limiting_.tell(std::string(item));
  });
  recovery.index_rebuilt = index_rebuilt;
}

std::shared_ptr<Session> Home::session() {
  Kept& kept = kept_.get();
  const std::lock_guard lock(kept.mutex);
  if (!kept.session) kept.session = std::make_shared<Session>(directories_);
  return kept.session;
}

void Home::give_up(const std::shared_ptr<Session>& session) {
  Kept& kept = kept_.get();
  const std::lock_guard lock(kept.mutex);
  if (kept.session == session) kept.session.reset();
}

Descriptor Home::internal_directory(std::string_view name) {
  return directories_.make(name.empty() ? std::string(layout::home) : join(layout::home, '/', name), Sync::none);
}

unsigned Home::stripe_of(std::string_view item) noexcept {
  return static_cast<unsigned>(key_hash(item) % layout::stripes);
}

}  // namespace larder::internal
