#include "kube/model/lease.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "json/document.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::HasSubstr;

TEST(Lease, ReadsWhatTheServerSends) {
  const auto lease = decode_lease(R"({"kind": "Lease", "apiVersion": "coordination.k8s.io/v1",
      "metadata": {"name": "karbonetes", "namespace": "kube-system", "resourceVersion": "812", "uid": "x"},
      "spec": {"holderIdentity": "a_1", "leaseDurationSeconds": 30, "acquireTime": "2026-11-24T22:00:00.000000Z",
               "renewTime": "2026-11-24T22:03:51.250000Z", "leaseTransitions": 4, "preferredHolder": null}})");
  ASSERT_TRUE(lease) << lease.error().message;
  EXPECT_EQ(lease->name, "karbonetes");
  EXPECT_EQ(lease->ns, "kube-system");
  EXPECT_EQ(lease->resource_version, "812");
  EXPECT_EQ(lease->holder, "a_1");
  EXPECT_EQ(lease->duration, Seconds(30));
  EXPECT_EQ(lease->acquire_time, parse_rfc3339("2026-11-24T22:00:00Z").value());
  EXPECT_EQ(lease->renew_time, parse_rfc3339("2026-11-24T22:03:51.25Z").value());
  EXPECT_EQ(lease->transitions, 4);
}

TEST(Lease, SurvivesEncodingAndDecoding) {
  Lease lease;
  lease.ns = "n";
  lease.name = "x";
  lease.resource_version = "9";
  lease.holder = "pod \"quoted\"";
  lease.duration = Seconds(15);
  lease.acquire_time = parse_rfc3339("2026-11-24T22:00:00.123Z").value();
  lease.renew_time = parse_rfc3339("2026-11-24T22:00:10.456Z").value();
  lease.transitions = 2;
  const auto again = decode_lease(encode_lease(lease));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->ns, lease.ns);
  EXPECT_EQ(again->name, lease.name);
  EXPECT_EQ(again->resource_version, lease.resource_version);
  EXPECT_EQ(again->holder, lease.holder);
  EXPECT_EQ(again->duration, lease.duration);
  EXPECT_EQ(again->acquire_time, lease.acquire_time);
  EXPECT_EQ(again->renew_time, lease.renew_time);
  EXPECT_EQ(again->transitions, lease.transitions);
}

TEST(Lease, WhatOthersWroteInItsMetadataIsWrittenBack) {
  const auto lease = decode_lease(R"({"metadata": {"name": "x", "namespace": "n", "uid": "u",
      "labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": {"a/b": "c\"d"},
      "finalizers": ["f"], "managedFields": [{"manager": "helm"}]}})");
  ASSERT_TRUE(lease) << lease.error().message;
  const auto document = json::parse(encode_lease(*lease));
  ASSERT_TRUE(document);
  const auto& metadata = (*document)["metadata"];
  EXPECT_EQ(metadata["labels"]["app.kubernetes.io/managed-by"], "Helm");
  EXPECT_EQ(metadata["annotations"]["a/b"], "c\"d");
  EXPECT_EQ(metadata["finalizers"][0], "f");
  EXPECT_FALSE(metadata.contains("managedFields"));
}

TEST(Lease, NewLeaseCarriesNoResourceVersion) {
  const auto document = json::parse(encode_lease(Lease{}));
  ASSERT_TRUE(document);
  EXPECT_FALSE((*document)["metadata"].contains("resourceVersion"));
  EXPECT_EQ((*document)["spec"]["leaseDurationSeconds"], 15);
  EXPECT_EQ((*document)["apiVersion"], "coordination.k8s.io/v1");
}

TEST(Lease, AbsentAndNullMembersKeepTheirDefaults) {
  for (const std::string text :
       {R"({})", R"({"spec": null, "metadata": null})",
        R"({"spec": {"holderIdentity": null, "leaseDurationSeconds": null, "renewTime": null}})"}) {
    const auto lease = decode_lease(text);
    ASSERT_TRUE(lease) << text;
    EXPECT_EQ(lease->holder, "");
    EXPECT_EQ(lease->duration, Seconds(15));
    EXPECT_EQ(lease->renew_time, TimePoint{});
  }
}

TEST(Lease, ErrorsNameTheField) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([])", "Lease"},
      {R"({"spec": {"holderIdentity": 5}})", "spec.holderIdentity: write a string"},
      {R"({"spec": {"leaseDurationSeconds": -1}})", "spec.leaseDurationSeconds"},
      {R"({"spec": {"leaseTransitions": 99999999999}})", "spec.leaseTransitions"},
      {R"({"spec": {"renewTime": "yesterday"}})", "spec.renewTime"},
  };
  for (const auto& [text, message] : cases) {
    const auto lease = decode_lease(text);
    ASSERT_FALSE(lease) << text;
    EXPECT_EQ(lease.error().code, Errc::Parse);
    EXPECT_THAT(lease.error().message, HasSubstr(message));
  }
}

}  // namespace
}  // namespace karbonetes::kube
