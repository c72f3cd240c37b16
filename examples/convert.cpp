// Takes the weights out of a model of scikit-learn, and gives them to PyTorch, which needs neither larder nor
// scikit-learn for that: torch.load("forest.pt", weights_only=True).
#include <larder/larder.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: convert MODEL.joblib\n");
    return 2;
  }
  const larder::Document model = larder::load(argv[1]);

  // Objects of classes have no place in a file of tensors, so without arrays_only this is refused, with a list of them.
  try {
    larder::carry(model.root(), "torch");
    return 1;
  } catch (const larder::Error& error) {
    std::printf("%s\n", error.what());
  }
  const larder::Carried weights = larder::carry(model.root(), "torch", {.arrays_only = true});
  larder::dump(weights.document.root(), "forest.pt");
  std::printf("%zu arrays are carried, %llu values are left out\n", weights.document.root().size(),
              static_cast<unsigned long long>(weights.left_out_count));

  const larder::Document again = larder::load("forest.pt", {.mmap_mode = larder::MapMode::read});
  return larder::equal(again.root(), weights.document.root()) ? 0 : 1;
}
