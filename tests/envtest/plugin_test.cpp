// The plugin as people run it, `kubectl karbonetes ...`, against a real cluster that is sound, and
// then broken in the ways that doctor must find.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "base/base64.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/jobs.hpp"
#include "support/shared_plane_test.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::seconds;
using testing::HasSubstr;

class PluginTest : public SharedPlaneTest {
 protected:
  // `kubectl karbonetes ARGS`, found on the PATH.
  static Result<harness::Completed> plugin(std::vector<std::string> args,
                                           const std::filesystem::path& kubeconfig) {
    args.insert(args.begin(), "karbonetes");
    const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
    const char* path = std::getenv("PATH");
    return harness::run({kubectl().program(),
                         std::move(args),
                         {{"KUBECONFIG", kubeconfig.string()},
                          {"PATH", programs + ":" + (path == nullptr ? "/usr/bin" : path)}}},
                        "", seconds(60));
  }
  static Result<harness::Completed> plugin(std::vector<std::string> args) {
    return plugin(std::move(args), plane_->kubeconfig());
  }
  // The result of each check, by name: "ok", "problem: what", ...
  static std::map<std::string, std::string> doctor(const std::filesystem::path& kubeconfig) {
    const auto done = plugin({"doctor", "-n", kNs, "-o", "json"}, kubeconfig);
    EXPECT_OK(done);
    std::map<std::string, std::string> out;
    if (!done) return out;
    const auto report = json::parse(done->out);
    EXPECT_TRUE(report) << done->out << done->err;
    if (!report) return out;
    EXPECT_EQ((*report)["sound"] == true, done->ok()) << "the exit code says the same";
    for (const auto& check : (*report)["checks"])
      out[check["check"]] =
          check["result"].get<std::string>() + ": " + check["what"].get<std::string>();
    return out;
  }
  static std::map<std::string, std::string> doctor() { return doctor(plane_->kubeconfig()); }
  // Broken, found under that name, mended, found no more.
  template <typename Break, typename Mend>
  static void finds(const std::string& check, const std::string& what, Break&& break_it,
                    Mend&& mend) {
    ASSERT_OK(break_it());
    std::string last;
    EXPECT_TRUE(eventually(seconds(30),
                           [&] {
                             last = doctor()[check];
                             return last.starts_with("problem") &&
                                    last.find(what) != std::string::npos;
                           }))
        << check << ": " << last;
    ASSERT_OK(mend());
    EXPECT_TRUE(eventually(seconds(60),
                           [&] {
                             last = doctor()[check];
                             return !last.starts_with("problem");
                           }))
        << check << ": " << last;
  }
};

TEST_F(PluginTest, ASoundInstallationHasNoProblem) {
  std::map<std::string, std::string> found;
  ASSERT_TRUE(eventually(seconds(30), [&] {
    found = doctor();
    return found["signals"].starts_with("ok");
  })) << found["signals"];
  for (const auto& [check, result] : found)
    EXPECT_FALSE(result.starts_with("problem")) << check << ": " << result;
  for (const char* check : {"api-server", "crd", "leader", "webhook", "admission", "policies",
                            "node-pools", "waiting-jobs", "access"})
    EXPECT_THAT(found[check], testing::StartsWith("ok")) << check;
  // No Deployments run here, which is worth saying and no problem.
  EXPECT_THAT(found["controller"], testing::StartsWith("warning"));
  const auto jobs = kubectl().list("", "jobs");
  ASSERT_OK(jobs);
  for (const auto& job : *jobs)
    EXPECT_EQ(job["metadata"].value("name", "").find("doctor"), std::string::npos)
        << "a dry run stores nothing";
}

TEST_F(PluginTest, DoctorFindsWhatIsBroken) {
  finds(
      "webhook", "jobs.carbon-aware.io", [] { return deployment_->unregister_webhook(); },
      [] { return deployment_->register_webhook("a"); });
  const auto bundle = [](const std::string& pem) {
    const Document patch = Document::array({{{"op", "replace"},
                                             {"path", "/webhooks/0/clientConfig/caBundle"},
                                             {"value", base64_encode(pem)}}});
    return kubectl().patch_json("", "mutatingwebhookconfiguration/karbonetes", patch.dump());
  };
  // Somebody else's CA: the API server fails open, and the Job comes past.
  const auto other = harness::CertificateAuthority::make("other");
  ASSERT_OK(other);
  finds(
      "admission", "past the webhook", [&] { return bundle(other->certificate_pem()); },
      [&] { return bundle(plane_->ca_pem()); });
  finds(
      "node-pools", "green-batch", [] { return kubectl().remove("", "nodepool/green-batch"); },
      [] { return kubectl().apply_kustomization(sample("local")); });
  finds(
      "leader", "has not renewed",
      []() -> Status {
        deployment_->kill("a");
        return {};
      },
      [] { return deployment_->start("a"); });
}

TEST_F(PluginTest, DoctorFindsAnOldDefinition) {
  const auto before =
      kubectl().call({"get", "crd", "carbonawarepolicies.carbon-aware.io", "-o", "json"});
  ASSERT_OK(before);
  const auto field = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/strategy";
  finds(
      "crd", "lacks spec fields strategy",
      [&] {
        return kubectl().patch_json("", "crd/carbonawarepolicies.carbon-aware.io",
                                    Document::array({{{"op", "remove"}, {"path", field}}}).dump());
      },
      [&] { return kubectl().apply_file(source_file("config/crd/bases")); });
}

TEST_F(PluginTest, DoctorSaysWhatYouMayNotSee) {
  const auto kubeconfig = plane_->kubeconfig_for("intern", {"interns"});
  ASSERT_OK(kubeconfig);
  auto found = doctor(*kubeconfig);
  EXPECT_THAT(found["api-server"], testing::StartsWith("ok"));
  EXPECT_THAT(found["webhook"], testing::StartsWith("skipped"));
  EXPECT_THAT(found["admission"], testing::StartsWith("skipped"));
  EXPECT_THAT(found["access"], HasSubstr("patch jobs (run-now)"));
}

TEST_F(PluginTest, FormsOfStatusAgreeAndRunNowTakesALabel) {
  ASSERT_OK(deployment_->set_green(false));
  const Jobs jobs = PluginTest::jobs();
  for (const char* name : {"one", "two"}) {
    auto spec = job(name);
    spec.labels["batch"] = "nightly";
    ASSERT_OK(jobs.create(spec));
    ASSERT_EQ(jobs.state(name), "waiting");
  }
  const auto names = plugin({"status", "-n", kNs, "-l", "batch=nightly", "-o", "name"});
  ASSERT_OK(names);
  EXPECT_EQ(names->out, "job.batch/one\njob.batch/two\n");
  const auto text = plugin({"status", "-n", kNs, "-o", "json"});
  ASSERT_OK(text);
  ASSERT_TRUE(json::parse(text->out)) << text->out;
  const auto yaml = plugin({"status", "-n", kNs, "-o", "yaml"});
  ASSERT_OK(yaml);
  EXPECT_THAT(yaml->out, HasSubstr("name: \"one\""));

  const auto dry = plugin({"run-now", "-n", kNs, "-l", "batch=nightly", "--dry-run"});
  ASSERT_OK(dry);
  EXPECT_THAT(dry->out, HasSubstr("job one would be released"));
  EXPECT_EQ(jobs.state("one"), "waiting");
  const auto done = plugin({"run-now", "-n", kNs, "-l", "batch=nightly"});
  ASSERT_OK(done);
  EXPECT_TRUE(done->ok()) << done->err;
  for (const char* name : {"one", "two"})
    EXPECT_TRUE(eventually(seconds(20), [&] { return jobs.state(name) == "released"; })) << name;
}

TEST_F(PluginTest, CompletionKnowsTheCluster) {
  const Jobs jobs = PluginTest::jobs();
  ASSERT_OK(jobs.create(job("complete-me")));
  const auto done = plugin({"__complete", "explain", "-n", kNs, "comp"});
  ASSERT_OK(done);
  EXPECT_EQ(done->out, "complete-me\n:4\n");
  const auto spaces = plugin({"__complete", "status", "-n", "karb"});
  ASSERT_OK(spaces);
  EXPECT_EQ(spaces->out, "karbonetes-system\n:4\n");
}

}  // namespace
}  // namespace karbonetes::envtest
