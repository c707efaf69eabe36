#include "controller/policy_status_writer.hpp"

#include <algorithm>
#include <vector>

#include "kube/client/paths.hpp"

namespace karbonetes::controller {

namespace {

using json::Document;

constexpr kube::Resource kPolicies{"carbon-aware.io", "v1alpha1", "carbonawarepolicies"};
constexpr const char* kFieldManager = "karbonetes-controller";
// A status changes by itself as windows open and the signal ages; nothing else may tell us.
constexpr Millis kLookAgain = std::chrono::minutes(1);

std::string path_of(const std::string& key) {
  const auto slash = key.find('/');
  return kube::object_path(kPolicies, key.substr(0, slash), key.substr(slash + 1));
}

// A member that is an object or array, else an empty one.
const Document& child(const Document& object, const char* key) {
  static const Document kNone = Document::object();
  if (!object.is_object()) return kNone;
  const auto it = object.find(key);
  return it == object.end() ? kNone : *it;
}

std::string text_of(const Document& object, const char* key) {
  const auto& value = child(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

PolicyStatusWriter::PolicyStatusWriter(
    kube::Client& client, const JobStore& jobs, const Snapshot<policy::PolicySet>& policies,
    std::function<std::shared_ptr<const carbon::Signals>()> signals, std::string system_namespace,
    const Clock& clock)
    : client_(client),
      jobs_(jobs),
      policies_(policies),
      signals_(std::move(signals)),
      system_namespace_(std::move(system_namespace)),
      clock_(clock) {}

void PolicyStatusWriter::released(const std::string& policy_key, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++news_[policy_key][reason];
}

void PolicyStatusWriter::forget() {
  const std::lock_guard lock(mutex_);
  forget_ = true;
}

std::map<std::string, PolicyCounts> PolicyStatusWriter::count() const {
  const auto policies = policies_.get();
  std::map<std::string, PolicyCounts> out;
  jobs_.for_each([&](const StoredJob& stored) {
    const auto& job = stored.kind;
    if (job.finished) return;
    const bool waiting = job.state == placement::JobState::Waiting;
    const bool shadow = job.state == placement::JobState::Shadow && !stored.own.released_at;
    if (!waiting && !shadow) return;
    auto& counts = out[policy::governing(*policies, job.ns, job.overrides, system_namespace_)];
    ++(waiting ? counts.waiting : counts.shadowed);
  });
  return out;
}

Result<PolicyStatusWriter::Written> PolicyStatusWriter::read(const std::string& key,
                                                             std::stop_token stop) {
  kube::CallOptions options;
  options.stop = std::move(stop);
  auto body = client_.get(path_of(key), options);
  if (!body) return fail(body.error());
  const auto object = json::parse(*body);
  if (!object) return fail(object.error());
  const auto& status = child(*object, "status");
  Written out;
  for (const auto& [reason, count] : child(status, "released").items()) {
    if (count.is_number_integer()) out.status.counts.released[reason] = count.get<std::int64_t>();
  }
  for (const auto& condition : child(status, "conditions")) {
    out.conditions[text_of(condition, "type")] = {text_of(condition, "status"),
                                                  text_of(condition, "lastTransitionTime")};
  }
  out.status.generation = -1;  // whatever else it says is written anew
  return out;
}

Status PolicyStatusWriter::write(const std::string& key, Written& written, PolicyStatus status,
                                 std::stop_token stop) {
  const auto body = apply_body(key, status, written.conditions, clock_.now());
  kube::CallOptions options;
  options.stop = std::move(stop);
  options.field_manager = kFieldManager;
  options.force = true;
  auto answer =
      client_.patch(path_of(key) + "/status", kube::PatchType::Apply,
                    body.dump(-1, ' ', false, Document::error_handler_t::replace), options);
  if (!answer) return fail(answer.error());
  for (const auto& condition : body["status"]["conditions"]) {
    written.conditions[text_of(condition, "type")] = {text_of(condition, "status"),
                                                      text_of(condition, "lastTransitionTime")};
  }
  written.status = std::move(status);
  return {};
}

Result<kube::Outcome> PolicyStatusWriter::run(std::stop_token stop) {
  const auto policies = policies_.get();
  const auto signals = signals_();
  const auto now = clock_.now();
  auto counts = count();
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(forget_, false)) written_.clear();
  }
  std::vector<std::string> keys;
  for (const auto& [key, policy] : policies->by_key) keys.push_back(key);
  for (const auto& [key, why] : policies->refused) {
    if (!policies->by_key.contains(key)) keys.push_back(key);
  }
  std::erase_if(written_, [&](const auto& entry) {
    return std::ranges::find(keys, entry.first) == keys.end();
  });

  std::optional<Error> first;
  for (const auto& key : keys) {
    auto it = written_.find(key);
    if (it == written_.end()) {
      auto found = read(key, stop);
      if (!found) {
        if (found.error().code != Errc::NotFound && !first) first = found.error();
        continue;
      }
      it = written_.emplace(key, std::move(*found)).first;
    }
    auto current = counts[key];
    current.released = it->second.status.counts.released;
    std::map<std::string, std::int64_t> news;
    {
      const std::lock_guard lock(mutex_);
      if (const auto n = news_.find(key); n != news_.end()) news = std::exchange(n->second, {});
    }
    for (const auto& [reason, n] : news) current.released[reason] += n;
    auto status = status_of(key, *policies, *signals, std::move(current), now);
    if (!worth_writing(it->second.status, status)) continue;
    if (auto written = write(key, it->second, std::move(status), stop); !written) {
      const std::lock_guard lock(mutex_);
      for (const auto& [reason, n] : news) news_[key][reason] += n;
      if (written.error().code != Errc::NotFound && !first) first = written.error();
    }
  }
  if (first) return fail(*first);
  return kube::Outcome{now + kLookAgain};
}

}  // namespace karbonetes::controller
