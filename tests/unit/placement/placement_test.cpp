#include "placement/placement.hpp"

#include "job_text.hpp"

namespace karbonetes::placement {
namespace {

using json::Document;
using test::document;
using test::facts;
using test::job;

Directives green(bool strict = false) {
  Directives d;
  d.pool = plan::Pool::Green;
  d.strict = strict;
  d.green_node_pool = "green-batch";
  d.fallback_node_pool = "default";
  d.green_taint_key = "carbon-aware.io/green";
  d.do_not_disrupt = false;
  return d;
}

Directives fallback(std::string pool = "default") {
  Directives d = green();
  d.pool = plan::Pool::Fallback;
  d.fallback_node_pool = std::move(pool);
  return d;
}

// The Job after placement.
Document placed(const Document& object, const Directives& directives) {
  Document patch = Document::array();
  const auto status = append_placement(patch, facts(object).pod, directives);
  EXPECT_TRUE(status) << (status ? "" : status.error().message);
  return object.patch(patch);
}

Document pod_spec(const Document& object) { return object["spec"]["template"]["spec"]; }

TEST(Placement, GreenWithoutAffinityIsGolden) {
  EXPECT_EQ(pod_spec(placed(job(), green())), document(R"({
    "tolerations":[{"key":"carbon-aware.io/green","operator":"Exists"}],
    "affinity":{"nodeAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["green-batch"]}]},
        {"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["default"]}]}]},
      "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,"preference":
        {"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["green-batch"]}]}}]}}})"));
}

TEST(Placement, StrictHasNoFallbackAndNoPreference) {
  EXPECT_EQ(pod_spec(placed(job(), green(true)))["affinity"], document(R"({"nodeAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["green-batch"]}]}]}}})"));
}

TEST(Placement, NoFallbackPoolMeansAnyButGreen) {
  auto d = green();
  d.fallback_node_pool = "";
  const auto terms = pod_spec(
      placed(job(), d))["affinity"]["nodeAffinity"]
                       ["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
  ASSERT_EQ(terms.size(), 2U);
  EXPECT_EQ(
      terms[1]["matchExpressions"][0],
      document(R"({"key":"karpenter.sh/nodepool","operator":"NotIn","values":["green-batch"]})"));
}

TEST(Placement, UsersTwoRequiredTermsAreAndedIntoEachOfOurs) {
  const auto spec = pod_spec(placed(job(R"({"affinity":{
      "podAntiAffinity":{"keep":"me"},
      "nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]},
        {"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}]}}}})"),
                                    green()));
  const auto& affinity = spec["affinity"];
  EXPECT_EQ(affinity["podAntiAffinity"], document(R"({"keep":"me"})"));
  EXPECT_EQ(affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
                    ["nodeSelectorTerms"],
            document(R"([
    {"matchExpressions":[{"key":"zone","operator":"In","values":["a"]},
                         {"key":"karpenter.sh/nodepool","operator":"In","values":["green-batch"]}]},
    {"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}],
     "matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["green-batch"]}]},
    {"matchExpressions":[{"key":"zone","operator":"In","values":["a"]},
                         {"key":"karpenter.sh/nodepool","operator":"In","values":["default"]}]},
    {"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}],
     "matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["default"]}]}])"));
}

TEST(Placement, UsersPreferencesAndTolerationsAreKept) {
  const auto spec = pod_spec(placed(job(R"({
      "tolerations":[{"key":"gpu","operator":"Exists"}],
      "affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":7,"preference":{}}]}}})"),
                                    green()));
  ASSERT_EQ(spec["tolerations"].size(), 2U);
  EXPECT_EQ(spec["tolerations"][0], document(R"({"key":"gpu","operator":"Exists"})"));
  const auto& preferred =
      spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
  ASSERT_EQ(preferred.size(), 2U);
  EXPECT_EQ(preferred[0]["weight"], 7);
}

TEST(Placement, TermThatMatchesNothingStaysSo) {
  // A term without expressions matches no node; with our requirement in it, it would.
  const auto spec = pod_spec(placed(job(R"({"affinity":{"nodeAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{},
        {"matchExpressions":[{"key":"zone","operator":"Exists"}]}]}}}})"),
                                    green(true)));
  const auto& terms = spec["affinity"]["nodeAffinity"]
                          ["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
  ASSERT_EQ(terms.size(), 1U);
  EXPECT_EQ(terms[0]["matchExpressions"][0]["key"], "zone");
}

TEST(Placement, FallbackRequiresItsPool) {
  const auto spec = pod_spec(placed(job(), fallback()));
  EXPECT_FALSE(spec.contains("tolerations"));
  EXPECT_EQ(spec["affinity"], document(R"({"nodeAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["default"]}]}]}}})"));
}

TEST(Placement, FallbackToAnyPoolAndUntouchedChangeNothing) {
  EXPECT_EQ(placed(job(), fallback("")), job());
  Directives untouched = green();
  untouched.pool = plan::Pool::Untouched;
  untouched.do_not_disrupt = true;
  EXPECT_EQ(placed(job(), untouched), job());
}

TEST(Placement, JobThatPinsItsNodePoolKeepsIt) {
  const auto by_selector = job(R"({"nodeSelector":{"karpenter.sh/nodepool":"gpu"}})");
  EXPECT_EQ(placed(by_selector, green()), by_selector);
  EXPECT_EQ(placed(by_selector, fallback()), by_selector);
  const auto by_term =
      job(R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
      {"nodeSelectorTerms":[{"matchExpressions":[{"key":"karpenter.sh/nodepool","operator":"In","values":["gpu"]}]}]}}}})");
  EXPECT_EQ(placed(by_term, green()), by_term);
}

TEST(Placement, AppliedTwiceChangesNothing) {
  auto d = green();
  d.do_not_disrupt = true;
  const auto once = placed(job(), d);
  EXPECT_EQ(placed(once, d), once);
}

TEST(Placement, TolerationThatCoversTheTaintIsEnough) {
  const auto everything = job(R"({"tolerations":[{"operator":"Exists"}]})");
  EXPECT_EQ(pod_spec(placed(everything, green()))["tolerations"].size(), 1U);
  const auto one_effect = job(
      R"({"tolerations":[{"key":"carbon-aware.io/green","operator":"Exists","effect":"NoExecute"}]})");
  EXPECT_EQ(pod_spec(placed(one_effect, green()))["tolerations"].size(), 2U);
}

TEST(Placement, DoNotDisruptIsAddedUnlessItsAuthorSpoke) {
  auto d = green();
  d.do_not_disrupt = true;
  const auto annotation = [&](const Document& object) {
    return placed(object,
                  d)["spec"]["template"]["metadata"]["annotations"]["karpenter.sh/do-not-disrupt"];
  };
  EXPECT_EQ(annotation(job()), "true");
  auto with_annotations = job();
  with_annotations["spec"]["template"]["metadata"]["annotations"] = {{"a", "b"}};
  EXPECT_EQ(annotation(with_annotations), "true");
  with_annotations["spec"]["template"]["metadata"]["annotations"] = {
      {"karpenter.sh/do-not-disrupt", "false"}};
  EXPECT_EQ(annotation(with_annotations), "false");
  auto no_metadata = job();
  no_metadata["spec"]["template"].erase("metadata");
  EXPECT_EQ(annotation(no_metadata), "true");
}

TEST(Placement, UnreadableTemplatesAreErrorsAndNothingElse) {
  for (const auto& [affinity, tolerations] :
       {std::pair{"[1]", ""}, std::pair{"{", ""}, std::pair{"", "{}"}}) {
    PodTemplate pod;
    pod.affinity = affinity;
    pod.tolerations = tolerations;
    Document patch = Document::array();
    const auto status = append_placement(patch, pod, green());
    ASSERT_FALSE(status) << affinity << tolerations;
    EXPECT_EQ(status.error().code, Errc::Parse);
  }
}

TEST(Placement, HostileShapesInsideAffinityDoNotCrash) {
  for (const char* spec :
       {R"({"affinity":{"nodeAffinity":7}})", R"({"affinity":{"nodeAffinity":{
           "requiredDuringSchedulingIgnoredDuringExecution":[]}}})",
        R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
           {"nodeSelectorTerms":[1,null,{"matchExpressions":{"a":1}},{"matchExpressions":[1,{"key":2}]}]}}}})",
        R"({"tolerations":[1,null,{"key":3}]})", R"({"nodeSelector":[]})"}) {
    const auto shape = document(spec);
    PodTemplate pod;
    if (shape.contains("affinity")) pod.affinity = shape["affinity"].dump();
    if (shape.contains("tolerations")) pod.tolerations = shape["tolerations"].dump();
    if (shape.contains("nodeSelector")) pod.node_selector = shape["nodeSelector"].dump();
    Document patch = Document::array();
    EXPECT_TRUE(append_placement(patch, pod, green())) << spec;
    EXPECT_FALSE(patch.empty()) << spec;
  }
}

}  // namespace
}  // namespace karbonetes::placement
