#include "kube/model/cronjob.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "read_value.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class CronJobTest : public ::testing::Test {
 protected:
  Result<CronJobView> decode(const std::string& text) {
    return read_value<CronJobView>(reader_, text, &decode_cronjob);
  }

 private:
  json::Reader reader_;
};

TEST_F(CronJobTest, ReadsEveryFieldWeUse) {
  const auto cron = decode(R"({"kind": "CronJob",
      "metadata": {"name": "nightly", "namespace": "ml", "uid": "u", "resourceVersion": "7", "labels": {"not": "these"}},
      "spec": {"schedule": "0 2 * * *", "timeZone": "Europe/Berlin", "concurrencyPolicy": "Forbid", "suspend": false,
               "jobTemplate": {"metadata": {"labels": {"a": "1"}, "annotations": {"b": "2", "c": "3"}},
                               "spec": {"template": {}}}},
      "status": {"active": []}})");
  ASSERT_TRUE(cron) << cron.error().message;
  EXPECT_EQ(cron->name, "nightly");
  EXPECT_EQ(cron->ns, "ml");
  EXPECT_EQ(cron->uid, "u");
  EXPECT_EQ(cron->resource_version, "7");
  EXPECT_EQ(cron->schedule, "0 2 * * *");
  EXPECT_EQ(cron->time_zone, "Europe/Berlin");
  EXPECT_EQ(cron->concurrency_policy, "Forbid");
  EXPECT_THAT(cron->template_labels, ElementsAre(Pair("a", "1")));
  EXPECT_THAT(cron->template_annotations, ElementsAre(Pair("b", "2"), Pair("c", "3")));
}

TEST_F(CronJobTest, AbsentAndNullMembersAreEmptyAndThePolicyIsAllow) {
  for (
      const std::string text :
      {R"({})", R"({"metadata": null, "spec": null})",
       R"({"spec": {"timeZone": null, "concurrencyPolicy": null, "jobTemplate": {"metadata": null}}})"}) {
    const auto cron = decode(text);
    ASSERT_TRUE(cron) << text;
    EXPECT_EQ(cron->schedule, "");
    EXPECT_EQ(cron->time_zone, "");
    EXPECT_EQ(cron->concurrency_policy, "Allow");
    EXPECT_THAT(cron->template_labels, IsEmpty());
  }
}

TEST_F(CronJobTest, WrongTypesNameTheField) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([])", "CronJob: write an object"},
      {R"({"spec": []})", "spec: write an object"},
      {R"({"spec": {"schedule": 5}})", "spec.schedule: write a string"},
      {R"({"spec": {"jobTemplate": "x"}})", "spec.jobTemplate: write an object"},
      {R"({"spec": {"jobTemplate": {"metadata": {"annotations": {"k": {}}}}}})",
       "spec.jobTemplate.metadata.annotations[k]: write a string"},
  };
  for (const auto& [text, message] : cases) {
    const auto cron = decode(text);
    ASSERT_FALSE(cron) << text;
    EXPECT_EQ(cron.error().code, Errc::Parse);
    EXPECT_EQ(cron.error().message, message);
  }
}

}  // namespace
}  // namespace karbonetes::kube
