#include "cli/doctor.hpp"

#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "certs/issue.hpp"
#include "cli/yaml.hpp"
#include "fixtures.hpp"
#include "json/document.hpp"

namespace karbonetes::cli {
namespace {

using json::Document;
using std::chrono::hours;
using testing::HasSubstr;

const TimePoint kNow = at("2026-11-24T13:12:00Z");
constexpr const char* kSystem = "karbonetes-system";

Fetched document(const std::string& text) { return json::parse(text); }
Fetched failing(Errc code) { return fail(code, "the server says no"); }
Fetched list(Document items) { return Document{{"items", std::move(items)}}; }

void expect(const Finding& finding, Level level, const std::string& part) {
  EXPECT_EQ(finding.level, level) << finding.check << ": " << finding.what;
  EXPECT_THAT(finding.what, HasSubstr(part)) << finding.check;
  EXPECT_FALSE(finding.check.empty());
}

TEST(Doctor, ApiServer) {
  expect(check_api_server(document(R"({"major":"1","minor":"36+","gitVersion":"v1.36.3"})")),
         Level::Ok, "v1.36.3");
  expect(check_api_server(document(R"({"major":"1","minor":"29","gitVersion":"v1.29.1"})")),
         Level::Problem, "too old");
  expect(check_api_server(failing(Errc::Unavailable)), Level::Problem, "cannot be reached");
}

Document crd() {
  Document fields = Document::object();
  for (const char* field :
       {"mode", "signal", "green", "strategy", "minSavingPercent", "maxDelay", "maxDelayLimit",
        "expectedDuration", "whenSignalUnknown", "placement", "release"})
    fields[field] = Document::object();
  return {
      {"spec",
       {{"versions",
         {{{"name", "v1alpha1"},
           {"served", true},
           {"schema",
            {{"openAPIV3Schema", {{"properties", {{"spec", {{"properties", fields}}}}}}}}}}}}}}};
}

TEST(Doctor, Definition) {
  expect(check_crd(crd()), Level::Ok, "served");
  auto old = crd();
  old["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"].erase(
      "strategy");
  expect(check_crd(old), Level::Problem, "lacks spec fields strategy");
  auto unserved = crd();
  unserved["spec"]["versions"][0]["served"] = false;
  expect(check_crd(unserved), Level::Problem, "not served");
  expect(check_crd(failing(Errc::NotFound)), Level::Problem, "is not there");
  expect(check_crd(failing(Errc::Forbidden)), Level::Skipped, "may not read");
  expect(check_crd(document(R"({"spec":{"versions":"all"}})")), Level::Problem, "no version");
}

TEST(Doctor, Controller) {
  const auto with = [](int ready) {
    return list({{{"metadata", {{"name", "karbonetes"}}},
                  {"spec", {{"replicas", 2}}},
                  {"status", {{"readyReplicas", ready}}}}});
  };
  expect(check_controller(with(2), kSystem), Level::Ok, "2 of 2");
  expect(check_controller(with(1), kSystem), Level::Warning, "1 of 2");
  expect(check_controller(with(0), kSystem), Level::Problem, "0 of 2");
  expect(check_controller(list(Document::array()), kSystem), Level::Warning, "no Deployment");
}

TEST(Doctor, Leader) {
  const auto lease = [](const char* holder, const char* renewed) {
    return list(
        {{{"metadata",
           {{"name", "karbonetes"}, {"labels", {{"app.kubernetes.io/part-of", "karbonetes"}}}}},
          {"spec",
           {{"holderIdentity", holder}, {"renewTime", renewed}, {"leaseDurationSeconds", 15}}}}});
  };
  expect(check_leader(lease("a", "2026-11-24T13:11:58.000000Z"), kSystem, kNow), Level::Ok,
         "a leads");
  expect(check_leader(lease("a", "2026-11-24T13:00:00.000000Z"), kSystem, kNow), Level::Problem,
         "has not renewed");
  expect(check_leader(lease("a", "yesterday"), kSystem, kNow), Level::Problem, "has not renewed");
  expect(check_leader(lease("", "2026-11-24T13:11:58.000000Z"), kSystem, kNow), Level::Problem,
         "nobody");
  expect(check_leader(lease("karbonetes-uninstall", "2026-11-24T13:11:58.000000Z"), kSystem, kNow),
         Level::Problem, "uninstall");
  expect(check_leader(list(Document::array()), kSystem, kNow), Level::Problem, "no lease");
}

struct Certificates {
  certs::KeyPair ca = *certs::make_authority({"ca", {}}, kNow, hours(1000 * 24));
  certs::KeyPair leaf = *certs::issue_server(ca, {"x.svc"}, kNow, hours(90 * 24));
};

Document webhook(const std::string& bundle) {
  return {{"items",
           {{{"metadata", {{"name", "karbonetes"}}},
             {"webhooks",
              {{{"name", "jobs.carbon-aware.io"},
                {"clientConfig", {{"caBundle", base64_encode(bundle)}}},
                {"failurePolicy", "Ignore"},
                {"matchConditions", {{{"name", "opted-in"}}}},
                {"rules", {{{"resources", {"jobs"}}, {"operations", {"CREATE"}}}}}}}}}}}};
}

Document secret(const std::string& certificate) {
  return {{"data", {{"tls.crt", base64_encode(certificate)}}}};
}

TEST(Doctor, Webhook) {
  expect(check_webhook(webhook("x")), Level::Ok, "fails open");
  expect(check_webhook(list(Document::array())), Level::Problem, "jobs.carbon-aware.io");
  auto closed = webhook("x");
  closed["items"][0]["webhooks"][0]["failurePolicy"] = "Fail";
  expect(check_webhook(closed), Level::Warning, "failurePolicy");
  auto untrusted = webhook("");
  expect(check_webhook(untrusted), Level::Problem, "no caBundle");
  auto others = webhook("x");
  others["items"][0]["webhooks"][0]["rules"][0]["operations"] = {"DELETE"};
  expect(check_webhook(others), Level::Problem, "CREATE");
  auto all = webhook("x");
  all["items"][0]["webhooks"][0].erase("matchConditions");
  expect(check_webhook(all), Level::Warning, "matchConditions");
}

TEST(Doctor, Certificate) {
  const Certificates c, other;
  const auto& ca = c.ca.certificate_pem;
  const auto& leaf = c.leaf.certificate_pem;
  expect(check_certificate(webhook(ca), secret(leaf), kNow), Level::Ok, "valid until 2027-02-22");
  expect(check_certificate(webhook(other.ca.certificate_pem), secret(leaf), kNow), Level::Problem,
         "does not verify");
  expect(check_certificate(webhook("garbage"), secret(leaf), kNow), Level::Problem,
         "no certificate");
  expect(check_certificate(webhook(ca), secret("garbage"), kNow), Level::Problem,
         "no certificate yet");
  expect(check_certificate(webhook(ca), secret(leaf), kNow + hours(85 * 24)), Level::Warning,
         "valid until");
  expect(check_certificate(webhook(ca), secret(leaf), kNow + hours(91 * 24)), Level::Problem,
         "valid from");
  expect(check_certificate(webhook(ca), secret(leaf), kNow + hours(1001 * 24)), Level::Problem,
         "no CA");
  expect(check_certificate(webhook(ca), failing(Errc::Forbidden), kNow), Level::Skipped,
         "may not read");
  expect(check_certificate(failing(Errc::Forbidden), secret(leaf), kNow), Level::Skipped,
         "no webhook");
}

TEST(Doctor, Admission) {
  expect(check_admission(document(R"({"metadata":{"labels":{"carbon-aware.io/state":"waiting"}}})"),
                         "x"),
         Level::Ok, "waiting");
  expect(check_admission(document(R"({"metadata":{"name":"x"}})"), "x"), Level::Problem,
         "past the webhook");
  expect(check_admission(failing(Errc::Forbidden), "x"), Level::Skipped, "may not create");
  expect(check_admission(failing(Errc::Internal), "x"), Level::Problem, "refused");
}

TEST(Doctor, Access) {
  expect(check_access({{"list jobs", "status", true}}), Level::Ok, "may");
  expect(check_access({{"list jobs", "status", true}, {"patch jobs", "run-now", false}}),
         Level::Warning, "patch jobs (run-now)");
  expect(check_access({{"list jobs", "status", std::nullopt}}), Level::Skipped, "list jobs");
}

TEST(Doctor, Policies) {
  const auto with = [](const char* status) {
    return list({{{"metadata", {{"namespace", "team-a"}, {"name", "nightly"}}},
                  {"status",
                   {{"conditions",
                     {{{"type", "Ready"}, {"status", status}, {"message", "no such source"}}}}}}}});
  };
  expect(check_policies(with("True"), kSystem), Level::Ok, "1 in force");
  expect(check_policies(with("False"), kSystem), Level::Problem, "team-a/nightly: no such source");
}

TEST(Doctor, NodePools) {
  const auto pool = [](const char* name, Document taints = Document::array()) {
    return Document{{"metadata", {{"name", name}}},
                    {"spec", {{"template", {{"spec", {{"taints", taints}}}}}}}};
  };
  const Document green = {{{"key", "carbon-aware.io/green"}, {"effect", "NoSchedule"}}};
  const auto defaults = policy::resolve({}, "", {}, kSystem);
  const auto fallback =
      defaults.fallback_node_pool.value.empty() ? "any" : defaults.fallback_node_pool.value;
  expect(check_node_pools(list({pool("green-batch", green), pool(fallback.c_str())}), {}, kSystem),
         Level::Ok, "2, all");
  expect(check_node_pools(list({pool(fallback.c_str())}), {}, kSystem), Level::Problem,
         "no NodePool \"green-batch\"");
  const Document more = {{{"key", "carbon-aware.io/green"}, {"effect", "NoSchedule"}},
                         {{"key", "gpu"}, {"effect", "NoExecute"}}};
  expect(check_node_pools(list({pool("green-batch", more), pool(fallback.c_str())}), {}, kSystem),
         Level::Warning, "gpu");
  policy::PolicySet set;
  api::Policy policy;
  policy.namespace_ = "team-a";
  policy.name = "own";
  policy.spec.placement.green_node_pool = "solar";
  set.by_key["team-a/own"] = std::make_shared<const api::Policy>(policy);
  expect(check_node_pools(list({pool("green-batch", green), pool(fallback.c_str())}), set, kSystem),
         Level::Problem, "\"solar\" (policy team-a/own)");
  expect(check_node_pools(failing(Errc::NotFound), {}, kSystem), Level::Skipped, "not installed");
}

TEST(Doctor, Neighbours) {
  const auto with = [](const char* image, Document env = Document::array()) {
    return list(
        {{{"metadata", {{"namespace", "kube-system"}, {"name", "it"}}},
          {"spec",
           {{"template", {{"spec", {{"containers", {{{"image", image}, {"env", env}}}}}}}}}}}});
  };
  expect(check_karpenter(with("public.ecr.aws/karpenter/controller:1.8.0",
                              {{{"name", "PREFERENCE_POLICY"}, {"value", "Ignore"}}})),
         Level::Ok, "Ignore");
  expect(check_karpenter(with("nginx")), Level::Skipped, "no Deployment");
  expect(check_kueue(with("registry.k8s.io/kueue/kueue:v0.19.1")), Level::Ok, "gate");
  expect(check_kueue(with("registry.k8s.io/kueue/kueue:v0.17.0")), Level::Warning, "feature gate");
  expect(check_kueue(with("registry.k8s.io/kueue/kueue:v0.10.0")), Level::Warning, "older");
  expect(check_kueue(with("nginx")), Level::Skipped, "not installed");
}

TEST(Doctor, Waiting) {
  const auto waits = [](const char* deadline) { return job(waiting_json("train", "", deadline)); };
  expect(check_waiting(std::vector<JobRecord>{waits("2026-11-24T20:00:00Z")}, kNow), Level::Ok,
         "1, none");
  expect(check_waiting(std::vector<JobRecord>{waits("2026-11-24T13:00:00Z")}, kNow), Level::Problem,
         "1 of 1 wait past");
}

TEST(Doctor, HostileAnswersAreFindingsNotCrashes) {
  for (
      const char* text :
      {"[]", "null", "1", R"({"items":{"a":1}})", R"({"items":[1,null,{"metadata":[]}]})",
       R"({"items":[{"webhooks":[{"name":"jobs.carbon-aware.io","rules":7,"clientConfig":[]}]}]})"}) {
    const auto doc = document(text);
    (void)check_api_server(doc);
    (void)check_crd(doc);
    (void)check_controller(doc, kSystem);
    (void)check_leader(doc, kSystem, kNow);
    (void)check_webhook(doc);
    (void)check_certificate(doc, doc, kNow);
    (void)check_admission(doc, "x");
    (void)check_policies(doc, kSystem);
    (void)check_node_pools(doc, {}, kSystem);
    (void)check_karpenter(doc);
    (void)check_kueue(doc);
  }
  const auto finding = check_admission(fail(Errc::Internal, "\x1b[31mred\nline"), "x");
  EXPECT_EQ(finding.what.find('\x1b'), std::string::npos);
}

TEST(Doctor, FormsAgree) {
  const std::vector<Finding> findings{{"crd", Level::Ok, "fine", ""},
                                      {"webhook", Level::Problem, "gone: \"x\"", "mend it"},
                                      {"kueue", Level::Skipped, "none", ""},
                                      {"access", Level::Warning, "less", "ask"}};
  EXPECT_FALSE(sound(findings));
  const auto text = render_text(findings, false);
  EXPECT_THAT(text, HasSubstr("1 ok, 1 skipped, 1 warnings, 1 problems"));
  EXPECT_THAT(text, HasSubstr("webhook: mend it"));
  const auto json = json::parse(render_json(findings));
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["sound"], false);
  EXPECT_EQ((*json)["checks"][1]["result"], "problem");
  EXPECT_THAT(
      to_yaml(*json),
      HasSubstr(
          "  - check: \"webhook\"\n    result: \"problem\"\n    what: \"gone: \\\"x\\\"\"\n"));
}

TEST(Yaml, OddNamesAndEmptyThingsStayWhatTheyAre) {
  const Document document = {
      {"no", "no"},
      {"a", Document::array()},
      {"b", Document::object()},
      {"1x", nullptr},
      {"list", {1, {{"x", true}, {"y", {2, 3}}}, Document::array({Document::array({"z"})})}}};
  EXPECT_EQ(to_yaml(document),
            "\"no\": \"no\"\na: []\nb: {}\n\"1x\": null\nlist:\n  - 1\n  - x: true\n    \"y\":\n   "
            "   - 2\n      - 3\n  - - - \"z\"\n");
}

}  // namespace
}  // namespace karbonetes::cli
