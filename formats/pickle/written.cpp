#include "formats/pickle/written.h"

#include "base/text.h"

namespace larder::internal {

void Written::too_many() { fail(ErrorKind::limit, "a pickle cannot refer to more than 2^32 - 1 objects"); }

void Written::find_page(std::uintptr_t number) {
  auto& page = pages_[number];
  if (page == nullptr) page = std::make_unique<Page>();
  page_ = page.get();
  number_ = number;
}

}  // namespace larder::internal
