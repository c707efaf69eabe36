// Jobs as the API server writes them, for the tests of this room.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "base/time.hpp"
#include "cli/pages.hpp"

namespace karbonetes::dashboard {

inline TimePoint at(const char* text) { return *parse_rfc3339(text); }
inline std::int64_t ms(const char* text) { return at(text).time_since_epoch().count(); }

// labels, annotations, spec, status: the inside of a JSON object.
struct JobText {
  std::string name = "train";
  std::string labels = R"("carbon-aware.io/state":"waiting")";
  std::string annotations =
      R"("carbon-aware.io/enabled":"true","carbon-aware.io/waiting-since":"2026-11-25T08:00:00Z",)"
      R"("carbon-aware.io/deadline":"2026-11-25T18:00:00Z","carbon-aware.io/decision":"not green")";
  std::string spec = R"("suspend":true)";
  std::string status;
};

inline std::string text(const JobText& job) {
  return fmt::format(
      R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"{}","namespace":"team-a",)"
      R"("uid":"u-{}","resourceVersion":"7","creationTimestamp":"2026-11-25T08:00:00Z",)"
      R"("labels":{{{}}},"annotations":{{{}}}}},"spec":{{{},"template":{{"spec":{{}}}}}},)"
      R"("status":{{{}}}}})",
      job.name, job.name, job.labels, job.annotations, job.spec, job.status);
}

inline cli::JobRecord record(const JobText& job) {
  auto read = cli::read_job(text(job));
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? *read : cli::JobRecord{};
}

inline JobText running(std::string name = "runs") {
  JobText job;
  job.name = std::move(name);
  job.labels = R"("carbon-aware.io/state":"released")";
  job.annotations =
      R"("carbon-aware.io/enabled":"true","carbon-aware.io/released-at":"2026-11-25T08:30:00Z",)"
      R"("carbon-aware.io/release-reason":"green")";
  job.spec = R"("suspend":false)";
  job.status = R"("startTime":"2026-11-25T08:30:01Z","active":1)";
  return job;
}

inline JobText ended(std::string name, const char* type, const char* when) {
  JobText job = running(std::move(name));
  job.status =
      fmt::format(R"("startTime":"2026-11-25T08:30:01Z","completionTime":"{}",)"
                  R"("conditions":[{{"type":"{}","status":"True","lastTransitionTime":"{}"}}])",
                  when, type, when);
  return job;
}

}  // namespace karbonetes::dashboard
