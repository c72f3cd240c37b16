// Files, or values of a store, that a format writes beside the one it was asked for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <larder/writer.h>

namespace larder::internal {

// None of them is there before `finish`; dropped without it, none ever is. Used by one thread.
class Siblings {
 public:
  // own: the bare name of what they lie beside. make: gives the Writer of one, by its bare name.
  Siblings(std::string own, std::function<std::unique_ptr<Writer>(const std::string& name)> make)
      : own_(std::move(own)), make_(std::move(make)) {}

  // A new one, borrowed. Error `unsafe_reference` for what is no plain name, `usage` for one that is taken.
  Writer& create(std::string_view name);

  // All of them appear. Returns their names in the order in which they were made.
  std::vector<std::string> finish();

 private:
  struct Sibling {
    std::string name;
    std::unique_ptr<Writer> writer;
  };
  std::string own_;
  std::function<std::unique_ptr<Writer>(const std::string& name)> make_;
  std::vector<Sibling> made_;
};

// Those beside the file at `path`. Error `unsafe_reference` for one that is a link.
Siblings siblings_beside(const Path& path, const FileOptions& options);

}  // namespace larder::internal
