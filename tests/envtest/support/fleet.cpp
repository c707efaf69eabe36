#include "support/fleet.hpp"

#include <algorithm>
#include <chrono>

#include "support/eventually.hpp"

namespace karbonetes::envtest {

namespace {

using json::Document;

constexpr const char* kLabel = "test.karbonetes.io/fleet";
constexpr std::chrono::seconds kCreateTimeout{120};

const Document::json_pointer kJobName{"/metadata/name"};
const Document::json_pointer kState{"/metadata/labels/carbon-aware.io~1state"};
const Document::json_pointer kReason{"/metadata/annotations/carbon-aware.io~1release-reason"};
const Document::json_pointer kDeadline{"/metadata/annotations/carbon-aware.io~1deadline"};
const Document::json_pointer kReleasedAt{"/metadata/annotations/carbon-aware.io~1released-at"};
const Document::json_pointer kPodsJob{"/metadata/labels/batch.kubernetes.io~1job-name"};

bool starts_the_job(const harness::AuditEvent& event) {
  if (event.verb != "patch" || event.resource != "jobs" || !event.subresource.empty()) return false;
  if (event.user_agent.rfind("karbonetes-controller", 0) != 0) return false;
  return std::ranges::any_of(event.request, [](const Document& operation) {
    return operation.value("path", "") == "/spec/suspend" && operation.contains("value") &&
           operation["value"] == false;
  });
}

std::string show(const std::map<std::string, int>& counts) {
  std::string out;
  for (const auto& [name, count] : counts) out += " " + name + "=" + std::to_string(count);
  return out;
}

// Those of `names` that do not have exactly one, as text; empty when all do.
std::string not_one(const std::set<std::string>& names, const std::map<std::string, int>& counts) {
  std::map<std::string, int> wrong;
  for (const auto& name : names) {
    const auto it = counts.find(name);
    const int count = it == counts.end() ? 0 : it->second;
    if (count != 1) wrong[name] = count;
  }
  return show(wrong);
}

}  // namespace

Fleet::Fleet(const harness::Plane& plane, std::string name, int size, JobSpec model)
    : plane_(plane), name_(std::move(name)), size_(size), model_(std::move(model)) {
  model_.labels[kLabel] = name_;
  model_.cpu = "10m";
}

Document Fleet::object(int number) const {
  auto spec = model_;
  spec.name = name(number);
  return manifest(spec);
}

Status Fleet::create() const {
  Document list{{"apiVersion", "v1"}, {"kind", "List"}, {"items", Document::array()}};
  for (int i = 0; i < size_; ++i) list["items"].push_back(object(i));
  auto done = plane_.kubectl().call({"create", "-n", kNs, "-f", "-"}, list.dump(), kCreateTimeout);
  if (!done) return fail(done.error());
  return {};
}

Status Fleet::create_one(int number) const {
  auto done = plane_.kubectl().call({"create", "-n", kNs, "-f", "-"}, object(number).dump());
  if (!done) return fail(done.error());
  return {};
}

Status Fleet::remove(int number) const {
  return plane_.kubectl().remove(kNs, "job/" + name(number));
}

std::set<std::string> Fleet::names() const {
  std::set<std::string> out;
  for (int i = 0; i < size_; ++i) out.insert(name(i));
  return out;
}

bool Fleet::is_mine(const std::string& job_name) const {
  return job_name.rfind(name_ + "-", 0) == 0;
}

std::vector<Document> Fleet::jobs() const {
  return plane_.kubectl()
      .list(kNs, "jobs.batch", std::string(kLabel) + "=" + name_)
      .value_or(std::vector<Document>{});
}

int Fleet::count(const std::string& state) const {
  const auto all = plane_.kubectl().list(kNs, "jobs.batch", std::string(kLabel) + "=" + name_);
  if (!all) return -1;
  return static_cast<int>(
      std::ranges::count_if(*all, [&](const Document& j) { return j.value(kState, "") == state; }));
}

int Fleet::suspended() const {
  const auto all = jobs();
  return static_cast<int>(std::ranges::count_if(
      all, [](const Document& j) { return j.value("/spec/suspend"_json_pointer, false); }));
}

int Fleet::complete() const {
  const auto all = jobs();
  return static_cast<int>(std::ranges::count_if(
      all, [](const Document& j) { return j.value("/status/succeeded"_json_pointer, 0) == 1; }));
}

std::map<std::string, Fleet::Release> Fleet::releases() const {
  std::map<std::string, Release> out;
  for (const auto& j : jobs()) {
    const auto deadline = parse_rfc3339(j.value(kDeadline, ""));
    const auto at = parse_rfc3339(j.value(kReleasedAt, ""));
    if (deadline && at) out[j.value(kJobName, "")] = {*deadline, *at};
  }
  return out;
}

TimePoint Fleet::last_deadline() const {
  TimePoint last{};
  for (const auto& j : jobs()) {
    if (const auto at = parse_rfc3339(j.value(kDeadline, ""))) last = std::max(last, *at);
  }
  return last;
}

std::map<std::string, int> Fleet::pods() const {
  std::map<std::string, int> out;
  const auto all = plane_.kubectl().list(kNs, "pods").value_or(std::vector<Document>{});
  for (const auto& pod : all) {
    const auto owner = pod.value(kPodsJob, "");
    if (is_mine(owner)) ++out[owner];
  }
  return out;
}

std::map<std::string, int> Fleet::events(const std::string& reason) const {
  std::map<std::string, int> out;
  const auto all =
      plane_.kubectl().list(kNs, "events.events.k8s.io").value_or(std::vector<Document>{});
  for (const auto& event : all) {
    const auto about = event.value("/regarding/name"_json_pointer, "");
    if (event.value("reason", "") != reason || !is_mine(about)) continue;
    out[about] += event.value("/series/count"_json_pointer, 1);
  }
  return out;
}

std::map<std::string, int> Fleet::starts(int code) const {
  std::map<std::string, int> out;
  const auto patches = plane_.audit(starts_the_job);
  if (!patches) return out;
  for (const auto& patch : *patches) {
    if (is_mine(patch.name) && patch.code == code) ++out[patch.name];
  }
  return out;
}

testing::AssertionResult Fleet::one_patch_each(const Exactly& exactly) const {
  // The specification was written as often as it should: nothing escapes this count.
  std::map<std::string, int> generations;
  for (const auto& j : jobs()) {
    const int generation = j.value("/metadata/generation"_json_pointer, 0);
    if (generation != exactly.generation) generations[j.value(kJobName, "")] = generation;
  }
  if (!generations.empty()) {
    return testing::AssertionFailure()
           << "generations, where " << exactly.generation << " is right:" << show(generations);
  }
  // And by whom: one successful patch, but for those whose writer died while it was served.
  auto started = starts(200);
  const auto cut_off = starts(504);
  int died = 0;
  for (const auto& name : names()) {
    if (!started.contains(name) && cut_off.contains(name)) {
      started[name] = 1;
      ++died;
    }
  }
  if (const auto wrong = not_one(names(), started); !wrong.empty()) {
    return testing::AssertionFailure() << "patches that start a Job, where one is right:" << wrong;
  }
  if (died > exactly.cut_off) {
    return testing::AssertionFailure() << died << " patches were cut off:" << show(cut_off);
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult Fleet::all_wait() const {
  const auto all = jobs();
  if (static_cast<int>(all.size()) != size_) {
    return testing::AssertionFailure() << all.size() << " of " << size_ << " Jobs are there";
  }
  for (const auto& j : all) {
    const bool held = j.value("/spec/suspend"_json_pointer, false);
    const bool started = j.contains("/status/startTime"_json_pointer);
    if (j.value(kState, "") != "waiting" || !held || started) {
      return testing::AssertionFailure() << "does not wait: " << j.dump();
    }
  }
  if (const auto there = pods(); !there.empty()) {
    return testing::AssertionFailure() << "pods of waiting Jobs:" << show(there);
  }
  if (const auto done = starts(); !done.empty()) {
    return testing::AssertionFailure() << "started:" << show(done);
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult Fleet::each_ran_exactly_once(const std::string& reason,
                                                      std::chrono::seconds within,
                                                      Exactly exactly) const {
  const auto wanted = names();
  if (!eventually(within, [&] { return complete() == size_; })) {
    return testing::AssertionFailure()
           << complete() << " of " << size_ << " Jobs are complete; waiting: " << count("waiting")
           << ", released: " << count("released");
  }
  // Events follow the patches, and may not be in yet.
  (void)eventually(within, [&] { return not_one(wanted, events("CarbonReleased")).empty(); });
  for (const auto& j : jobs()) {
    if (j.value(kState, "") != "released" || j.value(kReason, "") != reason) {
      return testing::AssertionFailure() << "not released for " << reason << ": " << j.dump();
    }
  }
  if (auto once = one_patch_each(exactly); !once) return once;
  if (const auto wrong = not_one(wanted, pods()); !wrong.empty()) {
    return testing::AssertionFailure() << "pods, where one is right:" << wrong;
  }
  if (const auto wrong = not_one(wanted, events("CarbonReleased")); !wrong.empty()) {
    return testing::AssertionFailure() << "CarbonReleased, where one is right:" << wrong;
  }
  return testing::AssertionSuccess();
}

Status add_nodes(const harness::Kubectl& kubectl) {
  const auto node = [](const std::string& pool, const Document& taints) {
    const Document room{{"cpu", "1000"}, {"memory", "1000Gi"}, {"pods", "2000"}};
    return Document{{"apiVersion", "v1"},
                    {"kind", "Node"},
                    {"metadata",
                     {{"name", "node-" + pool},
                      {"labels",
                       {{"karpenter.sh/nodepool", pool},
                        {"kubernetes.io/os", "linux"},
                        {"kubernetes.io/arch", "amd64"}}}}},
                    {"spec", {{"taints", taints}}},
                    {"status", {{"allocatable", room}, {"capacity", room}}}};
  };
  const Document green_only = Document::array(
      {{{"key", "carbon-aware.io/green"}, {"value", "true"}, {"effect", "NoSchedule"}}});
  const Document list{{"apiVersion", "v1"},
                      {"kind", "List"},
                      {"items", Document::array({node("default", Document::array()),
                                                 node("green-batch", green_only)})}};
  auto done = kubectl.call({"create", "-f", "-"}, list.dump());
  if (!done) return fail(done.error());
  return {};
}

}  // namespace karbonetes::envtest
