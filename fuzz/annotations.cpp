// What people write under carbon-aware.io/: never an error, at most a sentence that is not long.
#include "api/v1alpha1/names.hpp"
#include "placement/plan_note.hpp"
#include "policy/overrides.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  policy::Overrides overrides;
  const auto split = text.find('=');
  const std::string key = std::string(api::kPrefix) + std::string(text.substr(0, split));
  const auto value = split == std::string_view::npos ? std::string_view() : text.substr(split + 1);
  const auto sentence = policy::apply_annotation(overrides, key, value);
  if (sentence) fuzz::check(sentence->size() < 1024, "a warning is a sentence");
  if (const auto note = placement::decode_note(value)) {
    const auto again = placement::decode_note(placement::encode_note(*note));
    fuzz::check(again.has_value(), "a note survives its text");
  }
  return 0;
}
