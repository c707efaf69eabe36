#include "cli/run_now.hpp"

#include <gmock/gmock.h>

#include "../placement/job_text.hpp"

namespace karbonetes::cli {
namespace {

using ::testing::HasSubstr;

JobRecord record(const char* state) {
  auto object = test::job();
  if (*state != '\0') object["metadata"]["labels"]["carbon-aware.io/state"] = state;
  object["spec"]["suspend"] = std::string(state) == "waiting";
  return record_of(test::ReadJob(object).view);
}

TEST(RunNow, AsksForAWaitingJobOnce) {
  EXPECT_TRUE(run_now(record("waiting")).ask);
  auto asked = record("waiting");
  asked.facts.overrides.run_now = true;
  EXPECT_FALSE(run_now(asked).ask);
  EXPECT_FALSE(run_now(asked).failed);
}

TEST(RunNow, SaysWhyItDoesNot) {
  const auto released = run_now(record("released"));
  EXPECT_FALSE(released.ask || released.failed);
  EXPECT_THAT(released.sentence, HasSubstr("not waiting: released"));
  const auto suspended = run_now(record("user-suspended"));
  EXPECT_TRUE(suspended.failed);
  EXPECT_THAT(suspended.sentence, HasSubstr("kubectl patch job train -n team-a"));
  auto stranger = record("");
  stranger.facts.opted_in = false;
  EXPECT_TRUE(run_now(stranger).failed);
}

TEST(RunNow, ThePatchTouchesTheAnnotationAlone) {
  EXPECT_EQ(run_now_patch(), R"({"metadata":{"annotations":{"carbon-aware.io/run-now":"true"}}})");
}

}  // namespace
}  // namespace karbonetes::cli
