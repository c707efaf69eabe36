#include "kube/model/job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "read_value.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class JobTest : public ::testing::Test {
 protected:
  Result<JobView> decode(const std::string& text) {
    return read_value<JobView>(reader_, text, &decode_job);
  }

 private:
  json::Reader reader_;
};

constexpr auto kFull = R"({
  "apiVersion": "batch/v1", "kind": "Job",
  "metadata": {
    "name": "train-1", "generateName": "train-", "namespace": "ml", "uid": "u-1", "resourceVersion": "42",
    "creationTimestamp": "2026-11-24T22:03:51Z", "deletionTimestamp": "2026-11-24T23:00:00Z", "generation": 3,
    "labels": {"b": "2", "a": "1"},
    "annotations": {"carbon-aware.io/enabled": "true", "note": "line\nbreak"},
    "ownerReferences": [
      {"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": "u-8"},
      {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "u-9", "controller": true}],
    "managedFields": [{"manager": "x", "fieldsV1": {"f:metadata": {}}}]
  },
  "spec": {
    "parallelism": 1, "suspend": true, "managedBy": "kueue.x-k8s.io/multikueue",
    "template": {
      "metadata": {"labels": {"team": "x"}, "annotations": {"k": "v"}},
      "spec": {
        "containers": [{"name": "main", "image": "i"}],
        "affinity": {"nodeAffinity": {}}, "tolerations": [{"key": "k"}], "nodeSelector": {"zone": "a"}
      }
    }
  },
  "status": {
    "startTime": "2026-11-24T22:04:00Z", "completionTime": "2026-11-24T22:30:00Z", "active": 2,
    "conditions": [{"type": "Suspended", "status": "False"}, {"status": "True", "type": "Complete"}]
  }
})";

TEST_F(JobTest, ReadsEveryFieldWeUse) {
  const auto job = decode(kFull);
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->ns, "ml");
  EXPECT_EQ(job->name, "train-1");
  EXPECT_EQ(job->generate_name, "train-");
  EXPECT_EQ(job->uid, "u-1");
  EXPECT_EQ(job->resource_version, "42");
  EXPECT_EQ(job->creation_timestamp, "2026-11-24T22:03:51Z");
  EXPECT_EQ(job->deletion_timestamp, "2026-11-24T23:00:00Z");
  EXPECT_THAT(job->labels, ElementsAre(Pair("b", "2"), Pair("a", "1")));
  EXPECT_EQ(job->annotation("note"), "line\nbreak");
  EXPECT_EQ(job->label("a"), "1");
  EXPECT_EQ(job->label("missing"), "");
  ASSERT_TRUE(job->controller_owner);
  EXPECT_EQ(job->controller_owner->kind, "CronJob");
  EXPECT_EQ(job->controller_owner->name, "nightly");
  EXPECT_EQ(job->controller_owner->uid, "u-9");
  EXPECT_TRUE(job->has_spec);
  EXPECT_TRUE(job->suspend);
  EXPECT_EQ(job->managed_by, "kueue.x-k8s.io/multikueue");
  EXPECT_TRUE(job->has_template_metadata);
  EXPECT_EQ(job->template_annotations, R"({"k": "v"})");
  EXPECT_EQ(job->affinity, R"({"nodeAffinity": {}})");
  EXPECT_EQ(job->tolerations, R"([{"key": "k"}])");
  EXPECT_EQ(job->node_selector, R"({"zone": "a"})");
  EXPECT_EQ(job->start_time, "2026-11-24T22:04:00Z");
  EXPECT_EQ(job->completion_time, "2026-11-24T22:30:00Z");
  EXPECT_EQ(job->active, 2);
  EXPECT_TRUE(job->complete);
  EXPECT_FALSE(job->failed);
  EXPECT_FALSE(job->suspended_condition);
  EXPECT_TRUE(job->finished());
}

TEST(JobOfTheApiServer, IsReadFromAnAdmissionReview) {
  std::ifstream file(KARBONETES_SOURCE_DIR "/tests/unit/kube/model/testdata/admission-review.json");
  const std::string review(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(review.empty());
  json::Reader reader;
  bool seen = false;
  const Status status =
      reader.each(review, [&](std::string_view key, json::Value request) -> Status {
        if (key != "request") return {};
        return request.each([&](std::string_view member, json::Value object) -> Status {
          if (member != "object") return {};
          const auto job = decode_job(object);
          if (!job) return fail(job.error());
          seen = true;
          EXPECT_EQ(job->name, "job-900000");
          EXPECT_EQ(job->ns, "default");
          EXPECT_EQ(job->labels.size(), 4U);
          EXPECT_EQ(job->annotation("carbon-aware.io/max-delay"), "8h");
          EXPECT_EQ(job->annotation("example.com/energy-profile"), R"({"cpuW":35,"gpuW":0})");
          EXPECT_TRUE(job->has_spec);
          EXPECT_TRUE(job->has_template_metadata);
          EXPECT_EQ(job->template_annotations, "");
          EXPECT_EQ(job->tolerations.substr(0, 1), "[");
          EXPECT_FALSE(job->finished());
          return {};
        });
      });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_TRUE(seen);
}

TEST_F(JobTest, OrderOfMembersDoesNotMatter) {
  const auto job = decode(R"({"status":{"conditions":[{"status":"True","type":"Failed"}]},
      "spec":{"template":{"spec":{"nodeSelector":{}},"metadata":{}}}, "metadata":{"name":"x"}})");
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->name, "x");
  EXPECT_TRUE(job->failed);
  EXPECT_TRUE(job->finished());
  EXPECT_EQ(job->node_selector, "{}");
}

TEST_F(JobTest, AbsentAndNullMembersAreEmpty) {
  for (
      const std::string text :
      {R"({})", R"({"metadata": null, "spec": null, "status": null})",
       R"({"metadata": {"name": null, "labels": null, "annotations": null, "ownerReferences": null},
            "status": {"conditions": null, "active": null, "startTime": null}})"}) {
    const auto job = decode(text);
    ASSERT_TRUE(job) << text << job.error().message;
    EXPECT_EQ(job->name, "");
    EXPECT_THAT(job->labels, IsEmpty());
    EXPECT_THAT(job->annotations, IsEmpty());
    EXPECT_FALSE(job->controller_owner);
    EXPECT_FALSE(job->has_spec);
    EXPECT_FALSE(job->has_template_metadata);
    EXPECT_FALSE(job->finished());
    EXPECT_EQ(job->active, 0);
  }
}

TEST_F(JobTest, NullInsideTheTemplateIsEmpty) {
  const auto job =
      decode(R"({"spec": {"suspend": null, "managedBy": null, "template": {"metadata": null,
      "spec": {"affinity": null, "tolerations": null, "nodeSelector": null}}}})");
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_TRUE(job->has_spec);
  EXPECT_FALSE(job->suspend);
  EXPECT_FALSE(job->has_template_metadata);
  EXPECT_EQ(job->affinity, "");
  EXPECT_EQ(job->tolerations, "");
  EXPECT_EQ(job->node_selector, "");

  const auto annotations = decode(R"({"spec": {"template": {"metadata": {"annotations": null}}}})");
  ASSERT_TRUE(annotations);
  EXPECT_TRUE(annotations->has_template_metadata);
  EXPECT_EQ(annotations->template_annotations, "");
}

TEST_F(JobTest, NullLabelIsAnEmptyString) {
  const auto job = decode(R"({"metadata": {"labels": {"a": null, "b": "x"}}})");
  ASSERT_TRUE(job);
  EXPECT_THAT(job->labels, ElementsAre(Pair("a", ""), Pair("b", "x")));
}

TEST_F(JobTest, UnknownAndUnsetConditionsAreIgnored) {
  const auto job = decode(R"({"status": {"conditions": [{"type": "Complete", "status": "False"},
      {"type": "Failed", "status": "Unknown"}, {"type": "SuccessCriteriaMet", "status": "True"}, {},
      {"type": "Suspended", "status": "True", "reason": "JobSuspended"}, null]}})");
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_FALSE(job->finished());
  EXPECT_TRUE(job->suspended_condition);
}

TEST_F(JobTest, OwnersThatDoNotControlAreNotTheOwner) {
  const auto job = decode(
      R"({"metadata": {"ownerReferences": [{"kind": "A", "controller": false}, {"kind": "B"}]}})");
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->controller_owner);
}

TEST_F(JobTest, RepeatedMembersDoNotPileUp) {
  const auto job = decode(R"({"metadata": {"labels": {"a": "1"}, "labels": {"b": "2"}}})");
  ASSERT_TRUE(job);
  EXPECT_THAT(job->labels, ElementsAre(Pair("b", "2")));
}

TEST_F(JobTest, WrongTypesNameTheField) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"(7)", "Job: write an object"},
      {R"(null)", "Job: write an object"},
      {R"({"metadata": []})", "metadata: write an object"},
      {R"({"metadata": {"name": 7}})", "metadata.name: write a string"},
      {R"({"metadata": {"uid": {}}})", "metadata.uid: write a string"},
      {R"({"metadata": {"labels": ["a"]}})", "metadata.labels: write an object"},
      {R"({"metadata": {"labels": {"team": 7}}})", "metadata.labels[team]: write a string"},
      {R"({"metadata": {"annotations": {"carbon-aware.io/enabled": true}}})",
       "metadata.annotations[carbon-aware.io/enabled]: write a string"},
      {R"({"metadata": {"ownerReferences": {}}})", "metadata.ownerReferences: write an array"},
      {R"({"metadata": {"ownerReferences": [7]}})", "metadata.ownerReferences[]: write an object"},
      {R"({"metadata": {"ownerReferences": [{"controller": "true"}]}})",
       "metadata.ownerReferences[].controller: write true or false"},
      {R"({"spec": "x"})", "spec: write an object"},
      {R"({"spec": {"suspend": "true"}})", "spec.suspend: write true or false"},
      {R"({"spec": {"template": []}})", "spec.template: write an object"},
      {R"({"spec": {"template": {"metadata": 1}}})", "spec.template.metadata: write an object"},
      {R"({"spec": {"template": {"spec": {"affinity": "x"}}}})",
       "spec.template.spec.affinity: write an object"},
      {R"({"spec": {"template": {"spec": {"tolerations": {}}}}})",
       "spec.template.spec.tolerations: write an array"},
      {R"({"status": {"active": "2"}})", "status.active: write a whole number"},
      {R"({"status": {"active": 1.5}})", "status.active: write a whole number"},
      {R"({"status": {"conditions": [{"type": 1}]}})", "status.conditions[].type: write a string"},
  };
  for (const auto& [text, message] : cases) {
    const auto job = decode(text);
    ASSERT_FALSE(job) << text;
    EXPECT_EQ(job.error().code, Errc::Parse) << text;
    EXPECT_EQ(job.error().message, message);
  }
}

TEST_F(JobTest, BrokenJsonIsAParseError) {
  for (const std::string text :
       {R"({"metadata": {"name": "x")", R"({"metadata": {"name": nul}})", R"({"spec": tru})",
        R"({"metadata": {"labels": {"a": "\q"}}})", R"({"metadata" {}})"}) {
    const auto job = decode(text);
    ASSERT_FALSE(job) << text;
    EXPECT_EQ(job.error().code, Errc::Parse) << text;
  }
}

TEST_F(JobTest, HugeKeysAreCutInErrors) {
  const auto job =
      decode(R"({"metadata": {"labels": {")" + std::string(100'000, 'k') + R"(": 1}}})");
  ASSERT_FALSE(job);
  EXPECT_LT(job.error().message.size(), 200U);
}

}  // namespace
}  // namespace karbonetes::kube
