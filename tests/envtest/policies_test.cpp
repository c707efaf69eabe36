// What a policy's mode, pace and status do, run-now from the command line, and what is learned of
// durations: on the real control plane, with the signal service's grid switched by hand.
#include <gmock/gmock.h>

#include <algorithm>

#include "base/clock.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/jobs.hpp"
#include "support/shared_plane_test.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;

class PoliciesTest : public SharedPlaneTest {
 protected:
  void SetUp() override {
    SharedPlaneTest::SetUp();
    if (HasFatalFailure()) return;
    ASSERT_OK(deployment_->set_green(false));
  }

  static Status policy(const std::string& name, const Document& spec) {
    const Document object = {{"apiVersion", "carbon-aware.io/v1alpha1"},
                             {"kind", "CarbonAwarePolicy"},
                             {"metadata", {{"name", name}, {"namespace", kNs}}},
                             {"spec", spec}};
    return kubectl().apply(object.dump());
  }
  static Document policy_status(const std::string& name) {
    const auto object = kubectl().get(kNs, "carbonawarepolicy/" + name);
    return object ? object->value("status", Document::object()) : Document::object();
  }
  static TimePoint released_at(const std::string& name) {
    return parse_rfc3339(jobs().annotation(name, "released-at")).value_or(TimePoint{});
  }
};

TEST_F(PoliciesTest, ShadowChangesNothingAndSaysWhatItWouldHaveDone) {
  ASSERT_OK(policy("watch", {{"mode", "Shadow"}, {"maxDelay", "1h"}}));
  auto spec = job("watched").with("policy", "watch");
  spec.run_for = "2s";
  ASSERT_OK(jobs().create(spec));
  EXPECT_EQ(jobs().state("watched"), "shadow");
  const auto pod_spec = jobs().get("watched").at("/spec/template/spec"_json_pointer);
  EXPECT_FALSE(pod_spec.contains("affinity"));
  EXPECT_FALSE(pod_spec.contains("tolerations"));
  ASSERT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete("watched"); }))
      << "it runs as if Karbonetes were not there";
  EXPECT_TRUE(jobs().annotation("watched", "released-at").empty()) << "it would still wait";
  EXPECT_TRUE(
      eventually(seconds(20), [&] { return policy_status("watch").value("shadowed", 0) == 1; }));
  EXPECT_THAT(jobs().events("watched"), Contains("CarbonShadowWaiting"));

  ASSERT_OK(deployment_->set_green(true));
  ASSERT_TRUE(eventually(seconds(20),
                         [&] { return !jobs().annotation("watched", "released-at").empty(); }));
  EXPECT_EQ(jobs().annotation("watched", "release-reason"), "green");
  EXPECT_TRUE(eventually(seconds(10), [&] {
    const auto events = jobs().events("watched");
    return std::ranges::count(events, "CarbonShadowReleased") == 1;
  }));
  EXPECT_EQ(deployment_->metric("a", R"(karbonetes_shadow_releases_total{reason="green"})"), 1);
  // The account waits for the would-be run's end, then says what it would have avoided.
  ASSERT_TRUE(
      eventually(seconds(30), [&] { return !jobs().annotation("watched", "account").empty(); }));
  const auto account = Document::parse(jobs().annotation("watched", "account"));
  EXPECT_TRUE(account.contains("shadow")) << account;
}

TEST_F(PoliciesTest, RunNowReleasesAtOnce) {
  ASSERT_OK(jobs().create(job("hurry")));
  ASSERT_EQ(jobs().state("hurry"), "waiting");
  const auto asked = deployment_->cli({"run-now", "-n", kNs, "hurry"});
  ASSERT_OK(asked);
  EXPECT_THAT(*asked, HasSubstr("job.batch/hurry is released now"));
  ASSERT_TRUE(eventually(seconds(15), [&] { return jobs().state("hurry") == "released"; }));
  EXPECT_EQ(jobs().annotation("hurry", "release-reason"), "run-now");
  EXPECT_GE(
      deployment_->metric("a", R"(karbonetes_releases_total{pool="fallback",reason="run-now"})")
          .value_or(0),
      1);
  EXPECT_TRUE(eventually(seconds(10), [&] {
    return std::ranges::count(jobs().events("hurry"), "CarbonReleased") == 1;
  }));
  const auto again = deployment_->cli({"run-now", "-n", kNs, "hurry"});
  ASSERT_OK(again);
  EXPECT_THAT(*again, HasSubstr("is not waiting"));
  EXPECT_FALSE(deployment_->cli({"run-now", "-n", kNs, "nobody"}));
}

TEST_F(PoliciesTest, ReleaseIsPacedByDeadlineAndNeverPastIt) {
  // One Job every two seconds, two at once.
  ASSERT_OK(policy("paced", {{"maxDelay", "1h"}, {"release", {{"perMinute", 30}, {"burst", 2}}}}));
  constexpr int kCount = 6;
  for (int i = 0; i < kCount; ++i) {
    auto spec = job("paced-" + std::to_string(i)).with("policy", "paced");
    spec.with("max-delay", std::to_string(60 - i) + "m");  // the last has the earliest deadline
    ASSERT_OK(jobs().create(spec));
  }
  ASSERT_OK(jobs().create(job("paced-due").with("policy", "paced").with("max-delay", "8s")));
  ASSERT_TRUE(
      eventually(seconds(20), [&] { return policy_status("paced").value("waiting", 0) == 7; }));
  ASSERT_OK(deployment_->set_green(true));
  ASSERT_TRUE(eventually(seconds(40), [&] {
    for (int i = 0; i < kCount; ++i) {
      if (jobs().state("paced-" + std::to_string(i)) != "released") return false;
    }
    return jobs().state("paced-due") == "released";
  }));
  std::vector<TimePoint> times;
  for (int i = 0; i < kCount; ++i) times.push_back(released_at("paced-" + std::to_string(i)));
  EXPECT_TRUE(std::ranges::is_sorted(times, std::greater<>{})) << "the earliest deadline first";
  // Seven Jobs, two of them at once: the last token comes ten seconds after the first.
  EXPECT_GE(times.front() - times.back(), seconds(6));
  const auto due = jobs().get("paced-due");
  const auto created = parse_rfc3339(due.value("/metadata/creationTimestamp"_json_pointer, ""))
                           .value_or(TimePoint{});
  EXPECT_LE(released_at("paced-due"), created + seconds(9));
  EXPECT_TRUE(eventually(seconds(20), [&] {
    const auto status = policy_status("paced");
    return status.value("waiting", -1) == 0 &&
           status.value("/released/green"_json_pointer, 0) +
                   status.value("/released/fallback"_json_pointer, 0) ==
               7;
  })) << policy_status("paced");
}

TEST_F(PoliciesTest, StatusIsTrueAndWrittenWithoutChurn) {
  ASSERT_OK(policy("quiet", {{"maxDelay", "1h"}, {"signal", {{"source", "nowhere"}}}}));
  const auto condition = [&](const char* type) {
    const auto status = policy_status("quiet");
    for (const auto& c : status.value("conditions", Document::array())) {
      if (c.value("type", "") == type) return c.value("reason", "");
    }
    return std::string();
  };
  EXPECT_TRUE(eventually(seconds(20), [&] { return condition("Ready") == "SourceNotConfigured"; }));
  ASSERT_OK(policy("quiet", {{"maxDelay", "1h"}}));
  EXPECT_TRUE(eventually(seconds(20), [&] { return condition("Ready") == "Accepted"; }));
  EXPECT_EQ(condition("SignalFresh"), "Fresh");
  const auto status = policy_status("quiet");
  EXPECT_EQ(status.value("/signal/state"_json_pointer, ""), "not-green") << status;
  EXPECT_EQ(status.value("/signal/source"_json_pointer, ""), "karbonetes-signal") << status;
  const auto version = [&] {
    const auto object = kubectl().get(kNs, "carbonawarepolicy/quiet");
    return object ? object->at("/metadata/resourceVersion"_json_pointer).get<std::string>()
                  : std::string();
  };
  const auto before = version();
  EXPECT_TRUE(always(seconds(8), [&] { return version() == before; }));
}

TEST_F(PoliciesTest, DurationsAreLearnedAndSurviveARestart) {
  ASSERT_OK(deployment_->set_green(true));
  for (const auto* name : {"learn-1", "learn-2"}) {
    auto spec = job(name);
    spec.run_for = "4s";
    ASSERT_OK(jobs().create(spec));
  }
  for (const auto* name : {"learn-1", "learn-2"})
    ASSERT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete(name); }));
  ASSERT_OK(deployment_->set_green(false));
  const auto learned = [&](const std::string& name) {
    EXPECT_TRUE(is_ok(jobs().create(job(name))));
    const auto note = Document::parse(jobs().annotation(name, "plan"), nullptr, false);
    const auto text = note.is_object() ? note.value("duration", "") : std::string();
    return parse_duration(text).value_or(Millis(0));
  };
  const auto first = learned("learn-3");
  EXPECT_GE(first, seconds(4));
  EXPECT_LE(first, seconds(15)) << "not the policy's 30m";

  const auto exit = deployment_->stop("a");  // orderly: what was learned is written
  EXPECT_EQ(exit.code, 0);
  ASSERT_OK(kubectl().call({"delete", "job", "-n", kNs, "learn-1", "learn-2", "learn-3"}));
  ASSERT_OK(deployment_->start("a"));
  EXPECT_EQ(learned("learn-4"), first);
}

TEST_F(PoliciesTest, TheSamplesAreAccepted) {
  for (const auto* name : {"carbonawarepolicy-lowest-window.yaml", "carbonawarepolicy-shadow.yaml"})
    EXPECT_OK(kubectl().apply_file(sample(name))) << name;
}

TEST_F(PoliciesTest, TheSchemaSaysWhatToWriteInstead) {
  const auto refusal = [&](const Document& spec) {
    const auto done = policy("bad", spec);
    return done ? std::string("accepted") : done.error().message;
  };
  EXPECT_THAT(refusal({{"green",
                        {{"threshold", {{"gramsPerKWh", 1}}}, {"percentile", {{"percent", 30}}}}}}),
              HasSubstr("exactly one of windows, threshold and percentile"));
  EXPECT_THAT(refusal({{"green", {{"percentile", {{"percent", 30}, {"horizon", "30m"}}}}}}),
              HasSubstr("write 1h to 168h"));
  EXPECT_THAT(refusal({{"release", {{"burst", 3}}}}), HasSubstr("burst needs perMinute"));
  EXPECT_THAT(refusal({{"strategy", "Cheapest"}}), HasSubstr("LowestWindow"));
  EXPECT_THAT(refusal({{"signal", {{"source", "Not A Name"}}}}), HasSubstr("configured source"));
  EXPECT_THAT(refusal({{"minSavingPercent", 101}}), HasSubstr("100"));
  EXPECT_EQ(refusal({{"green", {{"threshold", {{"gramsPerKWh", 200}, {"kind", "Marginal"}}}}},
                     {"strategy", "CarbonTime"}}),
            "accepted");
}

}  // namespace
}  // namespace karbonetes::envtest
