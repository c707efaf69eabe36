// Jobs as the suites write and read them: a builder for manifests, and the questions that tests ask
// of a Job. All through kubectl, as a person would.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/kubectl.hpp"
#include "json/document.hpp"

namespace karbonetes::envtest {

inline constexpr const char* kNs = "carbon-demo";  // of config/samples/00-namespace.yaml

// What Karpenter, scheduler, KWOK and Job controller may take to run a pod that may run. Ordinarily
// 2 s; with two control planes on two cores more than 30 s were seen once between the pod's node
// and its end. None of it is ours.
inline constexpr std::chrono::seconds kRunsWithin{90};

struct JobSpec {
  std::string name;
  std::map<std::string, std::string> annotations{{"carbon-aware.io/enabled", "true"}};
  std::map<std::string, std::string> labels;
  bool suspend = false;
  std::string run_for = "1s";
  std::string managed_by;
  json::Document pod_spec = json::Document::object();  // merged over the container
  std::string cpu = "500m";

  JobSpec& with(const std::string& annotation,
                const std::string& value);  // "max-delay" -> carbon-aware.io/max-delay
};

[[nodiscard]] JobSpec job(const std::string& name);
[[nodiscard]] json::Document manifest(const JobSpec& spec);

class Jobs {
 public:
  explicit Jobs(const harness::Kubectl& kubectl, std::string ns = kNs)
      : kubectl_(kubectl), ns_(std::move(ns)) {}

  [[nodiscard]] Status create(const JobSpec& spec) const;
  [[nodiscard]] json::Document get(const std::string& name) const;  // {} when it is not there
  [[nodiscard]] std::string state(
      const std::string& name) const;  // carbon-aware.io/state; "" without
  [[nodiscard]] std::string annotation(
      const std::string& name, const std::string& key) const;  // "decision" -> carbon-aware.io/...
  [[nodiscard]] bool suspended(const std::string& name) const;
  [[nodiscard]] bool complete(const std::string& name) const;
  [[nodiscard]] std::vector<json::Document> pods(const std::string& name) const;
  // The NodePool under the Job's only pod; "" while it has no node.
  [[nodiscard]] std::string pool(const std::string& name) const;
  // Reasons of the Events about a Job, with repetitions.
  [[nodiscard]] std::vector<std::string> events(const std::string& name) const;

 private:
  const harness::Kubectl& kubectl_;
  std::string ns_;
};

}  // namespace karbonetes::envtest
