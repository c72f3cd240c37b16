// Saves an array twice, compressed and plain, and gets it back: the first is read, the second is mapped.
#include <larder/larder.h>

#include <cstdio>
#include <numeric>
#include <vector>

int main() {
  std::vector<double> numbers(1'000'000);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  const auto array = larder::Array::copy_of<double>(numbers, {1000, 1000});

  larder::dump(array, "numbers.joblib.zst");  // compressed as the name says; joblib.load opens it
  larder::dump(array, "numbers.npy");         // plain, so that it can be mapped; numpy.load opens it

  const larder::Document read = larder::load("numbers.joblib.zst");
  const larder::Document mapped = larder::load("numbers.npy", {.mmap_mode = larder::MapMode::read});
  const larder::Array again = mapped.root().as_array();

  std::printf("%llu numbers, the last is %.0f, mapped: %s\n", static_cast<unsigned long long>(again.size()),
              again.data<double>().back(), again.mapped() ? "yes" : "no");
  return read.root().as_array().identical(array) && again.identical(array) && again.mapped() ? 0 : 1;
}
