// Jobs as JSON for tests: read through the same decoder as in production, and patches applied with
// nlohmann's RFC 6902, which is the oracle. The views in a ReadJob live as long as it does.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "json/document.hpp"
#include "json/reader.hpp"
#include "kube/model/job.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::test {

inline json::Document document(const std::string& text) {
  auto parsed = json::parse(text);
  if (!parsed) throw std::runtime_error(parsed.error().message + " in " + text);
  return std::move(*parsed);
}

struct ReadJob {
  explicit ReadJob(const json::Document& object) {
    auto status = reader->each(R"({"object":)" + object.dump() + "}",
                               [&](std::string_view, json::Value value) -> Status {
                                 auto job = kube::decode_job(value);
                                 if (!job) return fail(job.error());
                                 view = std::move(*job);
                                 return {};
                               });
    EXPECT_TRUE(status) << (status ? "" : status.error().message);
  }
  std::unique_ptr<json::Reader> reader = std::make_unique<json::Reader>();
  kube::JobView view;
};

inline placement::JobFacts facts(const json::Document& object) {
  return placement::facts_of(ReadJob(object).view);
}

// A Job as the API server would store it, with the opt-in.
inline json::Document job(const std::string& pod_spec = "{}") {
  auto object = document(
      R"({"metadata":{"name":"train","namespace":"team-a","uid":"u-1","resourceVersion":"41",
      "creationTimestamp":"2026-11-24T12:00:00Z","labels":{"app":"x"},
      "annotations":{"carbon-aware.io/enabled":"true"}},
      "spec":{"suspend":false,"template":{"metadata":{"labels":{"app":"x"}},"spec":{}}}})");
  object["spec"]["template"]["spec"] = document(pod_spec);
  return object;
}

inline TimePoint at(const char* text) { return *parse_rfc3339(text); }

}  // namespace karbonetes::test
