// A model in a bucket that several machines share: it is put once, loaded anywhere, replaced only by who saw the last
// version, and one array of it is read without the rest.
//
//   model_on_s3 [s3://BUCKET/PREFIX]
//
// Where the server is and who asks is in the environment, as for AWS's own tools: AWS_ENDPOINT_URL_S3,
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY. Without an URL, what follows happens in memory.
#include <larder/larder.h>

#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

namespace {

using larder::Document;
using larder::Store;

constexpr const char* key = "models/regression.joblib";

// What was learned: coefficients, and how often it was trained.
Document model_of(std::int64_t trained) {
  std::vector<double> coefficients(1000);
  std::iota(coefficients.begin(), coefficients.end(), static_cast<double>(trained));
  Document document;
  const auto model = document.dict();
  document.insert(model, document.str("trained"), larder::Value::integer(trained));
  document.insert(model, document.str("coef_"),
                  document.array(larder::Array::copy_of<double>(coefficients, {coefficients.size()})));
  document.set_root(model);
  return document;
}

// One more training, whoever else does the same at this moment: nobody's work is lost.
std::int64_t train(Store& store) {
  for (;;) {
    const auto before = store.stat(key);
    const std::int64_t trained = before ? larder::load(store, key).root().find("trained")->as_int() + 1 : 1;
    larder::PutOptions only_if_unchanged;
    only_if_unchanged.condition = before ? larder::Condition::match : larder::Condition::absent;
    if (before) only_if_unchanged.etag = before->etag;
    try {
      const auto writer = store.put(key, only_if_unchanged);
      larder::dump(model_of(trained).root(), *writer);
      writer->finish();
      return trained;
    } catch (const larder::Error& error) {
      if (error.kind() != larder::ErrorKind::conflict) throw;  // else somebody was faster: look again
    }
  }
}

void run(Store& store) {
  if (!store.capabilities().puts_if_match) {
    std::printf("%s ignores conditions: two trainings at once could lose one\n", store.name().c_str());
    return;
  }
  train(store);
  const std::int64_t trained = train(store);
  const larder::Array coefficients = larder::load_array(store, key, "coef_");
  std::printf("%s: trained %lld times, the last coefficient is %g\n", store.name(key).c_str(),
              static_cast<long long>(trained), coefficients.data<double>().back());
  store.remove(key);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    run(*larder::open_store(count > 1 ? arguments[1] : "memory:"));
    return 0;
  } catch (const larder::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
