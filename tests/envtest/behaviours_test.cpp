// What a user sees, on the real control plane with real Karpenter: Jobs run, wait, are released and
// land where they must. One plane and one controller for the whole suite; each test has Jobs of its
// own.
#include <gmock/gmock.h>

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
using testing::Not;

class BehavioursTest : public SharedPlaneTest {
 protected:
  void SetUp() override {
    SharedPlaneTest::SetUp();
    if (HasFatalFailure()) return;
    ASSERT_OK(deployment_->set_green(false));
  }

  // Created and seen to wait.
  static void hold(const JobSpec& spec) {
    ASSERT_OK(jobs().create(spec));
    ASSERT_EQ(jobs().state(spec.name), "waiting");
    ASSERT_TRUE(jobs().suspended(spec.name));
  }
  static bool released(const std::string& name, seconds within = seconds(15)) {
    return eventually(within, [&] { return jobs().state(name) == "released"; });
  }
  // Too big for what is left of another test's node: a pod that fits on a node that is already
  // there is bound to it before Karpenter looks, whatever it prefers.
  static JobSpec big_job(const std::string& name) {
    auto spec = job(name);
    spec.cpu = "3";
    return spec;
  }
  static std::string pool_once_placed(const std::string& name) {
    (void)eventually(kRunsWithin, [&] { return !jobs().pool(name).empty(); });
    return jobs().pool(name);
  }
};

// -- the five behaviours --

TEST_F(BehavioursTest, PlainJobRunsAtOnceAndIsNeverTouched) {
  auto plain = job("plain");
  plain.annotations.clear();
  ASSERT_OK(jobs().create(plain));
  EXPECT_EQ(pool_once_placed("plain"), "default");
  EXPECT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete("plain"); }));
  EXPECT_EQ(jobs().state("plain"), "");
  EXPECT_THAT(jobs().get("plain").dump(), Not(HasSubstr("carbon-aware.io")));
  const auto touched = plane_->audit([](const harness::AuditEvent& e) {
    return e.resource == "jobs" && e.name == "plain" &&
           e.user_agent.find("karbonetes") != std::string::npos;
  });
  ASSERT_OK(touched);
  EXPECT_TRUE(touched->empty());
}

TEST_F(BehavioursTest, NotGreenWaitsWithoutPodsAndWithoutANode) {
  hold(job("waits"));
  EXPECT_TRUE(always(seconds(3), [&] { return jobs().pods("waits").empty(); }));
  EXPECT_TRUE(eventually(seconds(10), [&] {
    const auto events = jobs().events("waits");
    return std::ranges::find(events, "CarbonWaiting") != events.end();
  }));
  EXPECT_GE(
      deployment_->metric("a", R"(karbonetes_waiting_jobs{namespace="carbon-demo"})").value_or(0),
      1);
  EXPECT_THAT(jobs().annotation("waits", "decision"), HasSubstr("not green"));
}

TEST_F(BehavioursTest, GreenAtCreationRunsOnGreenBatchWithoutWaiting) {
  ASSERT_OK(deployment_->set_green(true));
  ASSERT_OK(jobs().create(big_job("green-now")));
  EXPECT_EQ(jobs().state("green-now"), "released");
  EXPECT_EQ(pool_once_placed("green-now"), "green-batch");
  EXPECT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete("green-now"); }));
}

TEST_F(BehavioursTest, WaitingJobIsReleasedInPlaceWhenGreen) {
  hold(big_job("released-green"));
  const auto uid = jobs().get("released-green")["metadata"]["uid"];
  ASSERT_OK(deployment_->set_green(true));
  ASSERT_TRUE(released("released-green"));
  EXPECT_EQ(jobs().annotation("released-green", "release-reason"), "green");
  EXPECT_EQ(pool_once_placed("released-green"), "green-batch");
  EXPECT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete("released-green"); }));
  EXPECT_EQ(jobs().get("released-green")["metadata"]["uid"], uid);
  // One patch carried suspend=false and the placement together.
  const auto patches = plane_->audit([](const harness::AuditEvent& e) {
    return e.verb == "patch" && e.resource == "jobs" && e.name == "released-green" &&
           e.code == 200 && e.user_agent.find("karbonetes") != std::string::npos;
  });
  ASSERT_OK(patches);
  ASSERT_EQ(patches->size(), 1u);
  EXPECT_THAT((*patches)[0].request.dump(), HasSubstr("/spec/suspend"));
  EXPECT_THAT((*patches)[0].request.dump(), HasSubstr("nodeSelectorTerms"));
}

TEST_F(BehavioursTest, DeadlineReleasesToTheFallbackPoolInTime) {
  hold(job("deadline").with("max-delay", "4s"));
  ASSERT_TRUE(released("deadline"));
  EXPECT_EQ(jobs().annotation("deadline", "release-reason"), "fallback");
  const auto deadline = parse_rfc3339(jobs().annotation("deadline", "deadline"));
  const auto at = parse_rfc3339(jobs().annotation("deadline", "released-at"));
  ASSERT_OK(deadline);
  ASSERT_OK(at);
  EXPECT_LE(*at - *deadline, seconds(1));
  EXPECT_GE(*at, *deadline);
  EXPECT_EQ(pool_once_placed("deadline"), "default");
}

TEST_F(BehavioursTest, StrictRunsOnlyOnGreenBatch) {
  hold(job("strict").with("strict", "true"));
  ASSERT_OK(deployment_->set_green(true));
  ASSERT_TRUE(released("strict"));
  const auto terms = jobs().get("strict").at(
      "/spec/template/spec/affinity/nodeAffinity/"
      "requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms"_json_pointer);
  EXPECT_EQ(terms.size(), 1u);
  EXPECT_EQ(pool_once_placed("strict"), "green-batch");
}

// -- whose Job it is --

TEST_F(BehavioursTest, SuspendedByItsUserIsNeverReleased) {
  auto spec = job("user-suspended").with("max-delay", "2s");
  spec.suspend = true;
  ASSERT_OK(jobs().create(spec));
  EXPECT_EQ(jobs().state("user-suspended"), "user-suspended");
  ASSERT_OK(deployment_->set_green(true));
  EXPECT_TRUE(always(seconds(5), [&] { return jobs().suspended("user-suspended"); }));
}

TEST_F(BehavioursTest, ManagedByAnotherControllerIsLeftAlone) {
  auto spec = job("managed").with("max-delay", "1s");
  spec.managed_by = "example.com/operator";
  ASSERT_OK(jobs().create(spec));
  EXPECT_TRUE(eventually(seconds(10), [&] { return jobs().state("managed") == "missed"; }));
  EXPECT_FALSE(jobs().suspended("managed"));
}

TEST_F(BehavioursTest, JobQueuedByKueueIsGatedAndNeverUnsuspended) {
  auto spec = job("queued").with("max-delay", "3s");
  spec.labels["kueue.x-k8s.io/queue-name"] = "team";
  spec.suspend = true;  // as Kueue's own webhook does
  ASSERT_OK(jobs().create(spec));
  EXPECT_EQ(jobs().state("queued"), "waiting");
  const auto gate = [&] {
    return jobs().get("queued").value(
        "/metadata/annotations/kueue.x-k8s.io~1admission-gated-by"_json_pointer, "");
  };
  EXPECT_EQ(gate(), "carbon-aware.io/gate");
  ASSERT_TRUE(released("queued"));
  EXPECT_EQ(gate(), "");
  EXPECT_TRUE(always(seconds(3), [&] { return jobs().suspended("queued"); }));
}

TEST_F(BehavioursTest, UsersTwoRequiredTermsAreAndedIntoOurs) {
  auto spec = big_job("two-terms");
  spec.pod_spec = *json::parse(
      R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{
      "nodeSelectorTerms":[
        {"matchExpressions":[{"key":"kubernetes.io/arch","operator":"In","values":["amd64"]}]},
        {"matchExpressions":[{"key":"kubernetes.io/os","operator":"In","values":["linux"]}]}]}}}})");
  hold(spec);
  ASSERT_OK(deployment_->set_green(true));
  ASSERT_TRUE(released("two-terms"));
  const auto terms =
      jobs()
          .get("two-terms")
          .at("/spec/template/spec/affinity/nodeAffinity/"
              "requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms"_json_pointer);
  ASSERT_EQ(terms.size(), 4u);
  for (const auto& term : terms) EXPECT_EQ(term["matchExpressions"].size(), 2u);
  EXPECT_EQ(pool_once_placed("two-terms"), "green-batch");
}

// -- changes while waiting --

TEST_F(BehavioursTest, RunNowReleasesAtOnce) {
  hold(job("run-now"));
  ASSERT_OK(
      kubectl().call({"annotate", "job", "run-now", "-n", kNs, "carbon-aware.io/run-now=true"}));
  ASSERT_TRUE(released("run-now"));
  EXPECT_EQ(jobs().annotation("run-now", "release-reason"), "run-now");
}

TEST_F(BehavioursTest, OptInTakenBackReleasesAsItsAuthorWroteIt) {
  hold(job("opted-out"));
  ASSERT_OK(
      kubectl().call({"annotate", "job", "opted-out", "-n", kNs, "carbon-aware.io/enabled-"}));
  ASSERT_TRUE(released("opted-out"));
  EXPECT_EQ(jobs().annotation("opted-out", "release-reason"), "opted-out");
  EXPECT_FALSE(jobs().get("opted-out").contains("/spec/template/spec/affinity"_json_pointer));
}

TEST_F(BehavioursTest, UserWhoStartsAWaitingJobWins) {
  hold(job("user-starts"));
  ASSERT_OK(kubectl().patch_json(kNs, "job/user-starts",
                                 R"([{"op":"replace","path":"/spec/suspend","value":false}])"));
  EXPECT_TRUE(eventually(seconds(10), [&] { return jobs().state("user-starts") == "released"; }));
  EXPECT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete("user-starts"); }));
}

std::string policy(const std::string& name, const std::string& spec) {
  return "apiVersion: carbon-aware.io/v1alpha1\nkind: CarbonAwarePolicy\nmetadata:\n  name: " +
         name + "\n  namespace: carbon-demo\nspec:\n" + spec;
}

// A minute of the day at least six hours away.
std::string window_that_is_closed() {
  const bool morning =
      SystemClock().now().time_since_epoch() % std::chrono::hours(24) < std::chrono::hours(12);
  const std::string hour = morning ? "18" : "06";
  return "  green:\n    timeZone: UTC\n    windows:\n      - {start: \"" + hour + ":00\", end: \"" +
         hour + ":01\"}\n";
}

TEST_F(BehavioursTest, PolicyEditedWhileAJobWaitsTakesEffectAtOnce) {
  ASSERT_OK(kubectl().apply(policy("edited", "  maxDelay: 1h\n")));
  hold(job("policy-edited").with("policy", "edited"));
  // All day green by the policy's own windows.
  ASSERT_OK(kubectl().apply(policy("edited",
                                   "  maxDelay: 1h\n  green:\n    timeZone: UTC\n    windows:\n"
                                   "      - {start: \"00:00\", end: \"24:00\"}\n")));
  ASSERT_TRUE(released("policy-edited"));
  EXPECT_EQ(jobs().annotation("policy-edited", "release-reason"), "green");
}

TEST_F(BehavioursTest, PolicyDeletedWhileAJobWaitsFallsToTheNext) {
  // Its windows are never open now; the next policy in the order goes by the signal.
  ASSERT_OK(kubectl().apply(policy("deleted", "  maxDelay: 1h\n" + window_that_is_closed())));
  hold(job("policy-deleted").with("policy", "deleted"));
  ASSERT_OK(deployment_->set_green(true));
  EXPECT_TRUE(always(seconds(2), [&] { return jobs().state("policy-deleted") == "waiting"; }));
  ASSERT_OK(kubectl().remove(kNs, "carbonawarepolicy/deleted"));
  ASSERT_TRUE(released("policy-deleted"));
  EXPECT_EQ(jobs().annotation("policy-deleted", "release-reason"), "green");
}

TEST_F(BehavioursTest, DeadlineHoldsWithoutASignal) {
  hold(job("no-signal").with("max-delay", "6s"));
  ASSERT_OK(deployment_->stop_signal());
  EXPECT_TRUE(released("no-signal"));
  EXPECT_EQ(jobs().annotation("no-signal", "release-reason"), "fallback");
  ASSERT_OK(deployment_->start_signal());
}

// -- admission --

TEST_F(BehavioursTest, UnreadableAnnotationWarnsAndDoesNotBlock) {
  const auto answer = kubectl().call({"create", "-n", kNs, "-f", "-", "--warnings-as-errors"},
                                     manifest(job("warned").with("max-delay", "soon")).dump());
  ASSERT_FALSE(answer);  // by the warning alone
  EXPECT_THAT(answer.error().message, HasSubstr("max-delay"));
  EXPECT_EQ(jobs().state("warned"), "waiting");
  EXPECT_TRUE(eventually(seconds(10), [&] {
    const auto events = jobs().events("warned");
    return std::ranges::find(events, "CarbonAnnotationIgnored") != events.end();
  }));
}

TEST_F(BehavioursTest, DryRunShowsTheDecisionAndLeavesNothing) {
  const auto answer =
      kubectl().call({"create", "-n", kNs, "--dry-run=server", "-o", "json", "-f", "-"},
                     manifest(job("dry")).dump());
  ASSERT_OK(answer);
  EXPECT_THAT(*answer, HasSubstr(R"("carbon-aware.io/state": "waiting")"));
  EXPECT_EQ(jobs().get("dry"), Document::object());
}

TEST_F(BehavioursTest, GenerateNameAndLabelOptIn) {
  auto object = manifest(job("ignored"));
  object["metadata"].erase("name");
  object["metadata"].erase("annotations");
  object["metadata"]["generateName"] = "generated-";
  object["metadata"]["labels"] = {{"carbon-aware.io/enabled", "true"}};
  const auto answer = kubectl().call({"create", "-n", kNs, "-o", "name", "-f", "-"}, object.dump());
  ASSERT_OK(answer);
  const auto name =
      answer->substr(answer->find('/') + 1, answer->find('\n') - answer->find('/') - 1);
  EXPECT_EQ(jobs().state(name), "waiting");
}

// -- what people and dashboards see --

harness::Completed cli(const harness::Plane& plane, std::vector<std::string> args) {
  args.insert(args.begin(), {"--kubeconfig", plane.kubeconfig().string()});
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "kubectl-karbonetes";
  auto done = harness::run({program, args, {}}, "", seconds(20));
  EXPECT_OK(done);
  return done.value_or(harness::Completed{});
}

TEST_F(BehavioursTest, StatusAndExplainTellWhatWaitsAndWhy) {
  hold(job("explained").with("max-delay", "3h"));
  const auto status = cli(*plane_, {"status", "-n", kNs, "-o", "json"});
  ASSERT_TRUE(status.ok()) << status.err;
  EXPECT_THAT(status.out, HasSubstr("explained"));
  EXPECT_OK(json::parse(status.out));

  const auto explained = cli(*plane_, {"explain", "explained", "-n", kNs});
  ASSERT_TRUE(explained.ok()) << explained.err;
  EXPECT_THAT(explained.out, HasSubstr("not green"));
  EXPECT_THAT(explained.out, HasSubstr(jobs().annotation("explained", "deadline")));
  EXPECT_THAT(explained.out, HasSubstr("annotation carbon-aware.io/max-delay"));
  EXPECT_THAT(explained.out, HasSubstr("policy carbon-demo/default"));

  const auto unknown = cli(*plane_, {"explain", "no-such-job", "-n", kNs});
  EXPECT_EQ(unknown.exit.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no-such-job"));
}

TEST_F(BehavioursTest, MetricsHaveTheNamesThatDashboardsKnow) {
  for (const char* series : {
           "controller_runtime_reconcile_total{controller=\"jobs\",result=\"success\"}",
           "controller_runtime_active_workers{controller=\"jobs\"}",
           "workqueue_depth{name=\"jobs\"}",
           "workqueue_adds_total{name=\"jobs\"}",
           "leader_election_master_status{name=\"karbonetes-controller\"}",
           "controller_runtime_webhook_requests_total{code=\"200\",webhook=\"/"
           "mutate-batch-v1-job\"}",
           "controller_runtime_webhook_latency_seconds_count{webhook=\"/mutate-batch-v1-job\"}",
           "karbonetes_admissions_total{decision=\"held\"}",
           "karbonetes_wait_seconds_count",
           "karbonetes_signal_age_seconds{source=\"karbonetes-signal\"}",
           "karbonetes_releases_total{pool=\"green\",reason=\"green\"}",
       }) {
    EXPECT_TRUE(deployment_->metric("a", series)) << series;
  }
  EXPECT_EQ(
      deployment_->metric("a", "leader_election_master_status{name=\"karbonetes-controller\"}"), 1);
}

}  // namespace
}  // namespace karbonetes::envtest
