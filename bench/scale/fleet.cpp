#include "scale/fleet.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.hpp"
#include "json/reader.hpp"
#include "kube/client/paths.hpp"
#include "placement/transitions.hpp"

namespace karbonetes::bench {

namespace {

using json::Document;

constexpr int kConnections = 32;
constexpr const char* kNote =
    "waiting for green electricity; at the latest it starts at its deadline";

Result<placement::JobFacts> facts_in(const std::string& text) {
  json::Reader reader;
  std::optional<placement::JobFacts> facts;
  auto status =
      reader.each("{\"object\":" + text + "}", [&](std::string_view, json::Value value) -> Status {
        auto job = kube::decode_job(value);
        if (!job) return fail(job.error());
        facts = placement::facts_of(*job);
        return {};
      });
  if (!status) return fail(status.error());
  return std::move(*facts);
}

// fn(i) for i in [0, count) on as many threads as there are connections. The first error ends it.
Status in_parallel(int count, int connections, const char* what,
                   const std::function<Status(int)>& fn) {
  std::atomic<int> next{0};
  std::mutex mutex;
  std::optional<Error> error;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < connections; ++t) {
      threads.emplace_back([&] {
        for (int i = next++; i < count; i = next++) {
          if (i > 0 && i % 10'000 == 0) fmt::print(stderr, "  {} of {} {}\n", i, count, what);
          if (const auto status = fn(i); !status) {
            const std::lock_guard lock(mutex);
            if (!error) error = status.error();
            next = count;
          }
        }
      });
    }
  }
  if (error) return fail(*error);
  return {};
}

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

Result<Fleet> Fleet::make(kube::Client& client, const std::string& model_file) {
  std::ifstream in(model_file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto review = json::parse(text);
  if (!review) return fail(Errc::Parse, model_file + ": " + review.error().message);
  Fleet fleet(client);
  fleet.model_ = (*review)["request"]["object"];
  fleet.model_.erase("status");
  auto& metadata = fleet.model_["metadata"];
  for (const char* key : {"uid", "creationTimestamp", "managedFields", "resourceVersion"})
    metadata.erase(key);
  metadata["namespace"] = kNamespace;
  // What the server gave this Job it gives each anew.
  auto& spec = fleet.model_["spec"];
  spec.erase("selector");
  auto& labels = spec["template"]["metadata"]["labels"];
  for (const char* key : {"controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
                          "batch.kubernetes.io/job-name"})
    labels.erase(key);
  return fleet;
}

Result<Document> Fleet::object(const std::string& name, bool opted_in) const {
  Document object = model_;
  object["metadata"]["name"] = name;
  object["spec"]["suspend"] = false;
  auto facts = facts_in(object.dump());
  if (!facts) return fail(facts.error());
  const auto now = SystemClock().now();
  facts->created = now;
  plan::Decision decision;
  decision.deadline = now + std::chrono::hours(8);
  decision.next_check = decision.deadline;
  decision.text = kNote;
  placement::PlanNote note;
  note.policy = "built-in";
  note.source = "karbonetes-signal";
  note.duration = std::chrono::minutes(45);
  Document patch = Document::array();
  placement::append_hold(patch, *facts, decision, note, now);
  object = object.patch(patch);
  if (opted_in) return object;
  object["metadata"]["annotations"]["carbon-aware.io/enabled"] = "no!!";  // as long as "true"
  object["metadata"]["labels"]["carbon-aware.io/state"] = "neither";      // as long as "waiting"
  return object;
}

Result<double> Fleet::create(const std::string& name, int count, bool opted_in) {
  created_.assign(static_cast<std::size_t>(count), {});
  const auto path = kube::namespace_path(kube::kJobs, kNamespace);
  const auto began = std::chrono::steady_clock::now();
  std::atomic<std::size_t> bytes{0};
  auto status = in_parallel(count, kConnections, "Jobs created", [&](int i) -> Status {
    const auto object = this->object(name + "-" + std::to_string(i), opted_in);
    if (!object) return fail(object.error());
    const auto stored = client_.create(path, object->dump());
    if (!stored) return fail(stored.error());
    bytes = stored->size();
    auto facts = facts_in(*stored);
    if (!facts) return fail(facts.error());
    if (!opted_in) created_[static_cast<std::size_t>(i)] = std::move(*facts);
    return {};
  });
  if (!status) return fail(status.error());
  stored_bytes_ = bytes;
  return seconds_since(began);
}

Result<std::vector<Fleet::Release>> Fleet::releases() const {
  std::vector<Release> out;
  const auto now = SystemClock().now();
  plan::Decision decision;
  decision.action = plan::Action::Release;
  decision.reason = plan::Reason::Green;
  decision.deadline = now + std::chrono::hours(8);
  decision.text = kNote;
  placement::Directives directives;
  directives.pool = plan::Pool::Green;
  directives.green_node_pool = "green-batch";
  directives.fallback_node_pool = "default";
  directives.green_taint_key = "carbon-aware.io/green";
  placement::PlanNote note;
  note.policy = "built-in";
  note.source = "karbonetes-signal";
  for (const auto& job : created_) {
    auto patch = placement::guards(job);
    if (auto s = placement::append_release(patch, job, decision, note, directives, now); !s)
      return fail(s.error());
    out.push_back({kube::object_path(kube::kJobs, job.ns, job.name), patch.dump()});
  }
  return out;
}

Result<double> Fleet::send(const std::vector<Release>& releases, int connections) {
  const auto began = std::chrono::steady_clock::now();
  auto status =
      in_parallel(static_cast<int>(releases.size()), connections, "patches", [&](int i) -> Status {
        const auto& release = releases[static_cast<std::size_t>(i)];
        auto answer = client_.patch(release.path, kube::PatchType::Json, release.body);
        if (!answer) return fail(answer.error());
        return {};
      });
  if (!status) return fail(status.error());
  return seconds_since(began);
}

Status Fleet::remove_all() {
  kube::CallOptions options;
  options.timeout = std::chrono::minutes(5);
  // The server answers with what it has removed: by the thousand, or the answer is too large.
  constexpr std::size_t kNothing = 1024;
  for (std::size_t answered = kNothing + 1; answered > kNothing;) {
    const auto done = client_.remove(
        kube::namespace_path(kube::kJobs, kNamespace) + "?propagationPolicy=Background&limit=1000",
        options);
    if (!done) return fail(done.error());
    answered = done->size();
  }
  return {};
}

}  // namespace karbonetes::bench
