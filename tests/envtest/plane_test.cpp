// The control plane itself: that it is the real thing, that its parts can be killed and come back,
// and that what later suites lean on (audit, compaction, credentials) does what it says. One plane
// for the whole suite.
#include "harness/plane.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <set>

#include "harness/record.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/matchers.hpp"

namespace karbonetes::harness {
namespace {

using envtest::always;
using envtest::eventually;
using envtest::is_ok;
using envtest::sample;
using json::Document;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kNs = "carbon-demo";

class PlaneTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto begin = std::chrono::steady_clock::now();
    Options options;
    options.preference_policy = PreferencePolicy::Ignore;
    auto plane = Plane::start(std::move(options));
    ASSERT_OK(plane);
    plane_ = std::move(*plane);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    RecordProperty("seconds_until_ready", std::to_string(took.count()));
    ASSERT_OK(kubectl().apply_kustomization(sample("local")));
    ASSERT_TRUE(eventually(
        seconds(20), [] { return pool_is_ready("default") && pool_is_ready("green-batch"); }));
  }

  // Everything is stopped at the end: no child is left, and nothing in the temporary folder.
  static void TearDownTestSuite() {
    if (!plane_) return;
    const Record record = describe(*plane_);
    EXPECT_EQ(record.parts.size(), 6u);
    const auto root = plane_->layout().root;
    plane_->stop();
    plane_.reset();
    for (const auto& part : record.parts) EXPECT_FALSE(part.running()) << part.name;
    EXPECT_FALSE(std::filesystem::exists(root));
  }

  void SetUp() override { ASSERT_TRUE(plane_) << "the control plane did not start"; }

  static const Kubectl& kubectl() { return plane_->kubectl(); }

  static bool pool_is_ready(const std::string& name) {
    const auto pool = kubectl().get("", "nodepool/" + name);
    return pool && has_condition(*pool, "Ready");
  }

  static bool has_condition(const Document& object, const std::string& type) {
    for (const auto& condition :
         object.value("/status/conditions"_json_pointer, Document::array())) {
      if (condition.value("type", "") == type) return condition.value("status", "") == "True";
    }
    return false;
  }

  static bool job_has(const std::string& job, const std::string& condition) {
    const auto object = kubectl().get(kNs, "job/" + job);
    return object && has_condition(*object, condition);
  }

  static std::vector<Document> pods_of(const std::string& job) {
    return kubectl()
        .list(kNs, "pods", "batch.kubernetes.io/job-name=" + job)
        .value_or(std::vector<Document>{});
  }

  // The node pool on whose node the only pod of a Job was bound.
  static std::string pool_of(const std::string& job) {
    const auto pods = pods_of(job);
    if (pods.size() != 1) return "(" + std::to_string(pods.size()) + " pods)";
    const auto node = kubectl().get("", "node/" + pods[0]["spec"].value("nodeName", "none"));
    if (!node) return "(no node)";
    return (*node)["metadata"]["labels"].value("karpenter.sh/nodepool", "(no pool)");
  }

  static std::string job(const std::string& name, const std::string& annotations,
                         bool suspend = false) {
    return R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":")" + name +
           R"(","namespace":"carbon-demo"},"spec":{"backoffLimit":0,"suspend":)" +
           (suspend ? "true" : "false") + R"(,"template":{"metadata":{"annotations":)" +
           annotations +
           R"(},"spec":{"restartPolicy":"Never","containers":[{"name":"c",)"
           R"("image":"busybox","resources":{"requests":{"cpu":"500m"}}}]}}}})";
  }

  static std::string user_of(const std::filesystem::path& kubeconfig) {
    const auto answer = Kubectl(kubectl().program(), kubeconfig)
                            .call({"auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"});
    return answer ? *answer : answer.error().message;
  }

  static inline std::unique_ptr<Plane> plane_;
};

TEST_F(PlaneTest, ReportsThePinnedVersion) {
  const auto text = kubectl().call({"get", "--raw", "/version"});
  ASSERT_OK(text);
  const auto version = json::parse(*text);
  ASSERT_OK(version);
  EXPECT_THAT((*version)["gitVersion"].get<std::string>(), HasSubstr("v1.36"));
}

TEST_F(PlaneTest, PlainJobRunsOnANodeThatKarpenterLaunchesInTheDefaultPool) {
  ASSERT_OK(kubectl().apply(job("plain", "{}")));
  EXPECT_TRUE(eventually(seconds(60), [] { return job_has("plain", "Complete"); }));
  EXPECT_EQ(pool_of("plain"), "default");
}

TEST_F(PlaneTest, JobPodRunsForAsLongAsItsAnnotationSays) {
  ASSERT_OK(kubectl().apply(job("slow", R"({"kwok.karbonetes.io/run-for":"30m"})")));
  ASSERT_TRUE(eventually(seconds(60), [] {
    const auto pods = pods_of("slow");
    return pods.size() == 1 && pods[0]["status"].value("phase", "") == "Running";
  }));
  // Longer than the default of 1 s.
  EXPECT_TRUE(always(seconds(3), [] {
    const auto pods = pods_of("slow");
    return pods.size() == 1 && pods[0]["status"].value("phase", "") == "Running";
  }));
  EXPECT_OK(kubectl().remove(kNs, "job/slow"));
  EXPECT_TRUE(eventually(seconds(20), [] { return pods_of("slow").empty(); }));
}

TEST_F(PlaneTest, JobPodFailsWhenItsAnnotationSaysSo) {
  ASSERT_OK(kubectl().apply(job("failing", R"({"kwok.karbonetes.io/fail":"true"})")));
  EXPECT_TRUE(eventually(seconds(60), [] { return job_has("failing", "Failed"); }));
}

TEST_F(PlaneTest, SuspendedJobReleasedInOnePatchRunsInTheGreenPoolAndTheAuditLogHasIt) {
  ASSERT_OK(kubectl().apply(job("green", "{}", /*suspend=*/true)));
  ASSERT_TRUE(eventually(seconds(20), [] { return job_has("green", "Suspended"); }));
  EXPECT_TRUE(pods_of("green").empty());

  ASSERT_OK(kubectl().patch_json(kNs, "job/green", R"([
    {"op":"test","path":"/spec/suspend","value":true},
    {"op":"replace","path":"/spec/suspend","value":false},
    {"op":"add","path":"/spec/template/spec/tolerations","value":[
      {"key":"carbon-aware.io/green","operator":"Exists","effect":"NoSchedule"}]},
    {"op":"add","path":"/spec/template/spec/affinity","value":{"nodeAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["green-batch"]}]}]},
      "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,"preference":
        {"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["green-batch"]}]}}]}}}
  ])"));
  EXPECT_TRUE(eventually(seconds(60), [] { return job_has("green", "Complete"); }));
  EXPECT_EQ(pool_of("green"), "green-batch");

  const auto patches = eventually(seconds(5), []() -> std::optional<std::vector<AuditEvent>> {
    auto found = plane_->audit([](const AuditEvent& event) {
      return event.verb == "patch" && event.group == "batch" && event.resource == "jobs" &&
             event.subresource.empty() && event.name == "green";
    });
    if (!found || found->empty()) return std::nullopt;
    return *found;
  });
  ASSERT_TRUE(patches);
  ASSERT_EQ(patches->size(), 1u);
  EXPECT_EQ(patches->front().user, "kubernetes-admin");
  EXPECT_EQ(patches->front().ns, kNs);
  EXPECT_EQ(patches->front().code, 200);
  ASSERT_TRUE(patches->front().request.is_array());
  EXPECT_EQ(patches->front().request[1]["path"], "/spec/suspend");

  const auto created = plane_->audit([](const AuditEvent& event) {
    return event.verb == "create" && event.resource == "pods" && event.subresource == "binding" &&
           event.ns == kNs;
  });
  ASSERT_OK(created);
  ASSERT_FALSE(created->empty());
  EXPECT_EQ(created->front().user, "system:kube-scheduler");
}

TEST_F(PlaneTest, CredentialsForOthersAreWhoTheySayAndRbacHolds) {
  const auto jane = plane_->kubeconfig_for("jane", {"developers"});
  ASSERT_OK(jane);
  EXPECT_EQ(user_of(*jane), "jane");
  const auto refused = Kubectl(kubectl().program(), *jane).list(kNs, "jobs");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Forbidden);

  const auto account = plane_->service_account_kubeconfig(kNs, "default");
  ASSERT_OK(account);
  EXPECT_EQ(user_of(*account), "system:serviceaccount:carbon-demo:default");
  const auto missing = plane_->service_account_kubeconfig(kNs, "nobody");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::NotFound);
}

class Restart : public PlaneTest, public testing::WithParamInterface<Part> {};

TEST_P(Restart, KilledPartComesBackAndWorkGoesOn) {
  const Part part = GetParam();
  const auto pid = plane_->pid(part);
  ASSERT_OK(plane_->end(part, SIGKILL));
  EXPECT_FALSE(plane_->alive(part));
  EXPECT_EQ(plane_->end(part, SIGKILL).error().code, Errc::NotFound);
  if (part == Part::ApiServer) {
    const auto jobs = kubectl().list(kNs, "jobs");
    ASSERT_FALSE(jobs);
    EXPECT_EQ(jobs.error().code, Errc::Unavailable);
  }
  ASSERT_OK(plane_->start(part));
  EXPECT_TRUE(plane_->alive(part));
  EXPECT_NE(plane_->pid(part), pid);
  EXPECT_OK(plane_->wait_ready());

  std::string after = std::string("after-") + name(part);
  ASSERT_TRUE(
      eventually(seconds(20), [&] { return kubectl().apply(job(after, "{}")).has_value(); }));
  EXPECT_TRUE(eventually(seconds(60), [&] { return job_has(after, "Complete"); }));
}

INSTANTIATE_TEST_SUITE_P(Plane, Restart, testing::ValuesIn(kAllParts), [](const auto& test) {
  std::string text = name(test.param);
  std::erase(text, '-');
  return text;
});

// What a client sees that watches on from `version`: 200 with a stream, or 410 Gone.
bool watch_is_gone(const Kubectl& kubectl, const std::string& version) {
  const auto answer = kubectl.call(
      {"get", "--raw",
       "/apis/batch/v1/namespaces/carbon-demo/jobs?watch=1&timeoutSeconds=1&resourceVersion=" +
           version});
  if (!answer) return answer.error().code == Errc::Gone;
  return answer->find("\"code\":410") != std::string::npos;
}

TEST_F(PlaneTest, CompactionMakesAnOldWatchGone) {
  const auto list =
      kubectl().call({"get", "--raw", "/apis/batch/v1/namespaces/carbon-demo/jobs?limit=1"});
  ASSERT_OK(list);
  const auto document = json::parse(*list);
  ASSERT_OK(document);
  const auto old = (*document)["metadata"]["resourceVersion"].get<std::string>();
  EXPECT_FALSE(watch_is_gone(kubectl(), old));
  // Something must happen after it, or the old version is the newest.
  ASSERT_OK(kubectl().apply(job("later", "{}", true)));

  const auto revision = plane_->compact();
  ASSERT_OK(revision);
  EXPECT_GT(*revision, std::stoll(old));
  EXPECT_FALSE(watch_is_gone(kubectl(), old)) << "the apiserver's watch cache still knows it";

  EXPECT_OK(plane_->compact()) << "with nothing written since, compacting again is no error";

  ASSERT_OK(plane_->expire_watches(SIGTERM));
  EXPECT_TRUE(watch_is_gone(kubectl(), old));
  EXPECT_OK(kubectl().remove(kNs, "job/later"));
}

}  // namespace
}  // namespace karbonetes::harness
