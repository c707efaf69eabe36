// CronJobs and their children on the real CronJob controller. The grid is never green: what is seen
// is what the deadlines do. All CronJobs tick every minute and are made at once, so that the suite
// takes about three minutes and not nine.
#include <gmock/gmock.h>

#include <set>

#include "base/time.hpp"
#include "support/eventually.hpp"
#include "support/jobs.hpp"
#include "support/shared_plane_test.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::minutes;
using std::chrono::seconds;

Document cronjob(const std::string& name, const std::string& concurrency) {
  auto child = job("unused").with("expected-duration", "30s");
  const auto child_manifest = manifest(child);
  return {
      {"apiVersion", "batch/v1"},
      {"kind", "CronJob"},
      {"metadata", {{"name", name}, {"namespace", kNs}}},
      {"spec",
       {{"schedule", "* * * * *"},
        {"concurrencyPolicy", concurrency},
        {"successfulJobsHistoryLimit", 20},
        {"jobTemplate",
         {{"metadata", {{"annotations", child.annotations}}}, {"spec", child_manifest["spec"]}}}}}};
}

TimePoint scheduled_at(const Document& child) {
  const auto text = child.value(
      "/metadata/annotations/batch.kubernetes.io~1cronjob-scheduled-timestamp"_json_pointer,
      std::string());
  return parse_rfc3339(text).value_or(TimePoint{});
}

class CronJobsTest : public SharedPlaneTest {
 protected:
  static void SetUpTestSuite() {
    SharedPlaneTest::SetUpTestSuite();
    ASSERT_TRUE(deployment_);
    for (const auto& [name, concurrency] :
         {std::pair{"allow", "Allow"}, {"forbid", "Forbid"}, {"replace", "Replace"}}) {
      ASSERT_OK(kubectl().apply(cronjob(name, concurrency).dump()));
    }
  }

  // Oldest first.
  static std::vector<Document> children(const std::string& name) {
    auto all = plane_->kubectl().list(kNs, "jobs").value_or(std::vector<Document>{});
    std::erase_if(all, [&](const Document& child) {
      return child.value("/metadata/ownerReferences/0/name"_json_pointer, "") != name;
    });
    std::ranges::sort(all, {}, scheduled_at);
    return all;
  }
  static std::vector<Document> completed(const std::string& name) {
    auto all = children(name);
    std::erase_if(all, [](const Document& child) {
      return child.value("/status/succeeded"_json_pointer, 0) != 1;
    });
    return all;
  }

  // Children that ran to their end, each released half a minute after its tick, at consecutive
  // ticks: none skipped, none replaced.
  static void expect_no_starvation(const std::string& name) {
    ASSERT_TRUE(eventually(minutes(4), [&] { return completed(name).size() >= 2; })) << name;
    const auto done = completed(name);
    EXPECT_EQ(scheduled_at(done[1]) - scheduled_at(done[0]), minutes(1)) << name;
    for (const auto& child : {done[0], done[1]}) {
      const auto& annotations = child["metadata"]["annotations"];
      const auto deadline = parse_rfc3339(annotations.value("carbon-aware.io/deadline", ""));
      const auto released = parse_rfc3339(annotations.value("carbon-aware.io/released-at", ""));
      ASSERT_TRUE(deadline && released) << annotations.dump();
      EXPECT_EQ(*deadline - scheduled_at(child), seconds(30)) << name;
      EXPECT_GE(*released, *deadline) << name;
      EXPECT_LE(*released - *deadline, seconds(5)) << name;
      EXPECT_EQ(annotations.value("carbon-aware.io/release-reason", ""), "fallback") << name;
    }
  }
};

TEST_F(CronJobsTest, ChildWaitsAndStillBelongsToItsCronJobWhenReleased) {
  ASSERT_TRUE(eventually(seconds(75), [] { return !children("allow").empty(); }));
  const auto child = children("allow")[0];
  const std::string name = child["metadata"]["name"];
  EXPECT_EQ(jobs().state(name), "waiting");
  EXPECT_TRUE(jobs().suspended(name));
  // Allow: the whole maxDelay, from the scheduled time.
  const auto deadline = parse_rfc3339(jobs().annotation(name, "deadline"));
  ASSERT_TRUE(deadline);
  EXPECT_EQ(*deadline - scheduled_at(child), std::chrono::hours(8));
  const auto owner = child["metadata"]["ownerReferences"][0];
  EXPECT_EQ(owner["kind"], "CronJob");
  EXPECT_EQ(owner["controller"], true);

  ASSERT_OK(
      plane_->kubectl().call({"annotate", "job", name, "-n", kNs, "carbon-aware.io/run-now=true"}));
  ASSERT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete(name); }));
  EXPECT_EQ(jobs().get(name)["metadata"]["ownerReferences"][0], owner);
  EXPECT_TRUE(eventually(seconds(20), [] {
    const auto parent = plane_->kubectl().get(kNs, "cronjob/allow");
    return parent &&
           !parent->value("/status/lastSuccessfulTime"_json_pointer, std::string()).empty();
  }));
}

TEST_F(CronJobsTest, ForbidSkipsNoTickBecauseAChildWaits) { expect_no_starvation("forbid"); }

TEST_F(CronJobsTest, ReplaceDeletesNoChildThatWaits) {
  expect_no_starvation("replace");
  const auto deleted = plane_->audit([](const harness::AuditEvent& e) {
    return e.verb == "delete" && e.resource == "jobs" && e.name.starts_with("replace-");
  });
  ASSERT_OK(deleted);
  EXPECT_TRUE(deleted->empty());
}

TEST_F(CronJobsTest, ScheduleThatBecomesTighterCapsAChildThatWaits) {
  auto sparse = cronjob("edited", "Forbid");
  sparse["spec"]["schedule"] = "0 0 1 1 *";
  ASSERT_OK(plane_->kubectl().apply(sparse.dump()));
  ASSERT_OK(
      plane_->kubectl().call({"create", "job", "edited-now", "-n", kNs, "--from=cronjob/edited"}));
  ASSERT_EQ(jobs().state("edited-now"), "waiting");
  sparse["spec"]["schedule"] = "* * * * *";
  ASSERT_OK(plane_->kubectl().apply(sparse.dump()));
  EXPECT_TRUE(eventually(seconds(75), [] { return jobs().state("edited-now") == "released"; }));
  EXPECT_EQ(jobs().annotation("edited-now", "release-reason"), "fallback");
}

}  // namespace
}  // namespace karbonetes::envtest
