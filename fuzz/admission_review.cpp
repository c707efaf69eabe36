// An AdmissionReview as anybody who reaches the port may send it, through decode, decision, answer.
#include <memory>

#include "json/document.hpp"
#include "target.hpp"
#include "webhook/review.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const policy::PolicySet policies;
  static const carbon::Signals signals;
  static const webhook::CronLookup cron = [](std::string_view, std::string_view) {
    return std::optional<plan::CronFacts>(
        plan::CronFacts{plan::ConcurrencyPolicy::Forbid, "0 * * * *", ""});
  };
  static const webhook::DurationLookup durations;
  json::Reader reader;
  const auto request = webhook::decode_review(reader, fuzz::text(data, size));
  fuzz::check_result(request);
  if (!request) return 0;
  webhook::Admission admission;
  if (request->job) {
    admission = webhook::admit(*request->job, request->ns,
                               {policies, signals, cron, durations, "karbonetes-system",
                                TimePoint(std::chrono::seconds(1'764'000'000))});
  }
  const auto answer = json::parse(webhook::encode_response(request->uid, admission));
  fuzz::check(answer && (*answer)["response"]["allowed"] == true, "a Job is always allowed");
  return 0;
}
