#include <unistd.h>

#include <algorithm>

#include <larder/writer.h>

#include "io/descriptor.h"

namespace larder {

using internal::Descriptor;

namespace {

// Pipes and sockets tell no position: they start at 0.
std::uint64_t position_of(int number) {
  return static_cast<std::uint64_t>(std::max<off_t>(0, ::lseek(number, 0, SEEK_CUR)));
}

// Writes a descriptor that it may own.
class DescriptorWriter final : public Writer {
 public:
  DescriptorWriter(int number, Descriptor owned, std::string name)
      : Writer(position_of(number)), number_(number), owned_(std::move(owned)), name_(std::move(name)) {}

 private:
  void do_write(Bytes bytes) override { internal::write_all(number_, bytes, name_); }
  void do_finish() override {
    if (owned_.number() >= 0) owned_.close(name_);
  }
  std::string do_name() const override { return name_; }

  int number_;
  Descriptor owned_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Writer> fd_writer(int descriptor, std::string name) {
  return std::make_unique<DescriptorWriter>(descriptor, Descriptor(-1), std::move(name));
}

std::unique_ptr<Writer> internal::owning_writer(Descriptor descriptor, std::string name) {
  const int number = descriptor.number();
  return std::make_unique<DescriptorWriter>(number, std::move(descriptor), std::move(name));
}

}  // namespace larder
