// A CarbonAwarePolicy as the API server may hold it.
#include "api/v1alpha1/codec/policy_codec.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  json::Reader reader;
  const std::string wrapped = "{\"object\":" + std::string(fuzz::text(data, size)) + "}";
  const auto status = reader.each(wrapped, [](std::string_view, json::Value value) -> Status {
    const auto policy = api::decode_policy(value);
    fuzz::check_result(policy);
    return {};
  });
  if (!status) fuzz::check_error(status.error());
  return 0;
}
