// Jobs and policies as the API server writes them, for the tests of this room.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "base/time.hpp"
#include "cli/pages.hpp"

namespace karbonetes::cli {

inline TimePoint at(const char* text) { return *parse_rfc3339(text); }

// labels and annotations: the inside of a JSON object.
inline std::string job_json(std::string_view name, std::string_view labels,
                            std::string_view annotations,
                            std::string_view spec = R"("suspend":true)",
                            std::string_view status = "", std::string_view metadata = "") {
  return fmt::format(
      R"({{"metadata":{{"name":"{}","namespace":"team-a","uid":"u","resourceVersion":"7",)"
      R"("creationTimestamp":"2026-11-24T10:00:00Z","labels":{{{}}},"annotations":{{{}}}{}}},)"
      R"("spec":{{{},"template":{{"spec":{{}}}}}},"status":{{{}}}}})",
      name, labels, annotations, metadata, spec, status);
}

inline constexpr std::string_view kOptIn = R"("carbon-aware.io/enabled":"true")";

inline std::string waiting_json(std::string_view name, std::string_view more = "",
                                std::string_view deadline = "2026-11-24T18:00:00Z") {
  return job_json(
      name, R"("carbon-aware.io/state":"waiting")",
      fmt::format(
          R"({},"carbon-aware.io/waiting-since":"2026-11-24T10:00:00Z",)"
          R"("carbon-aware.io/deadline":"{}","carbon-aware.io/decision":"not green until 22:00"{})",
          kOptIn, deadline, more));
}

inline JobRecord job(const std::string& json) {
  auto record = read_job(json);
  EXPECT_TRUE(record) << (record ? "" : record.error().message);
  return record ? *record : JobRecord{};
}

inline std::string policy_json(std::string_view ns, std::string_view name, std::string_view spec) {
  return fmt::format(
      R"({{"metadata":{{"name":"{}","namespace":"{}","resourceVersion":"1","generation":1}},"spec":{{{}}}}})",
      name, ns, spec);
}

inline policy::PolicySet policies(const std::string& items) {
  policy::PolicySet set;
  std::vector<std::string> notes;
  EXPECT_TRUE(read_policies(R"({"metadata":{},"items":[)" + items + "]}", set, notes));
  EXPECT_TRUE(notes.empty()) << notes.front();
  return set;
}

}  // namespace karbonetes::cli
