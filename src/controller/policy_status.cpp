#include "controller/policy_status.hpp"

#include <cmath>
#include <utility>

#include "plan/outlook.hpp"

namespace karbonetes::controller {

namespace {

using json::Document;

constexpr std::size_t kMaxMessage = 1024;

struct Condition {
  const char* type;
  bool holds;
  const char* reason;
  std::string message;
};

Condition ready(const PolicyStatus& status) {
  if (!status.refused.empty()) {
    return {"Ready", false, "Unreadable",
            status.refused + "; the last version that could be read holds, or the next policy"};
  }
  if (!status.note.empty()) return {"Ready", false, "SourceNotConfigured", status.note};
  return {"Ready", true, "Accepted", "the policy governs its Jobs"};
}

Condition signal_fresh(const PolicyStatus& status) {
  if (status.freshness == "fresh")
    return {"SignalFresh", true, "Fresh", "source " + status.source + " answers"};
  if (status.source.empty())
    return {"SignalFresh", false, "Unknown", "no carbon source has answered yet"};
  return {"SignalFresh", false, status.freshness == "stale" ? "Stale" : "Unknown",
          "source " + status.source + " has been silent for too long"};
}

std::string cut(std::string text) {
  if (text.size() > kMaxMessage) text.resize(kMaxMessage);
  return text;
}

}  // namespace

PolicyStatus status_of(const std::string& key, const policy::PolicySet& policies,
                       const carbon::Signals& signals, PolicyCounts counts, TimePoint now) {
  PolicyStatus out;
  out.counts = std::move(counts);
  if (const auto it = policies.refused.find(key); it != policies.refused.end())
    out.refused = it->second;
  const auto it = policies.by_key.find(key);
  if (it != policies.by_key.end()) out.generation = it->second->generation;

  const auto slash = key.find('/');
  policy::Overrides overrides;
  overrides.policy = key.substr(slash + 1);
  auto resolved = policy::resolve(policies, key.substr(0, slash), overrides, "");
  auto selected = carbon::select(signals, resolved.signal_source.value, resolved.signal_zone.value);
  out.note = std::move(selected.note);
  const carbon::Signal& signal = *selected.signal;
  out.source = signal.source;
  out.zone = signal.zone;
  out.freshness = carbon::name(carbon::freshness(signal, now));
  if (signal.forecast) out.kind = std::string(carbon::name(signal.forecast->kind()));
  out.grams_per_kwh = carbon::intensity_at(signal, now);
  if (!signal.source.empty()) out.observed_at = signal.observed_at;

  const auto outlook = plan::outlook_at(resolved.green.value.get(), signal, now);
  out.state = carbon::name(outlook.state);
  if (outlook.state == carbon::GreenState::NotGreen) out.next_green = outlook.next_green;
  return out;
}

bool worth_writing(const PolicyStatus& written, const PolicyStatus& current) {
  if (written.generation != current.generation || written.refused != current.refused ||
      written.source != current.source || written.zone != current.zone ||
      written.kind != current.kind || written.state != current.state ||
      written.freshness != current.freshness || written.note != current.note ||
      written.next_green != current.next_green || written.counts != current.counts) {
    return true;
  }
  if (written.observed_at.has_value() != current.observed_at.has_value()) return true;
  return current.observed_at && *current.observed_at - *written.observed_at >= kFreshEnough;
}

Document apply_body(const std::string& key, const PolicyStatus& status,
                    const std::map<std::string, std::pair<std::string, std::string>>& previous,
                    TimePoint now) {
  const auto slash = key.find('/');
  Document signal = Document::object();
  const auto put = [&](const char* field, const std::string& text) {
    if (!text.empty()) signal[field] = text;
  };
  put("source", status.source);
  put("zone", status.zone);
  put("kind", status.kind);
  put("state", status.state);
  put("freshness", status.freshness);
  if (status.grams_per_kwh)
    signal["gramsPerKWh"] = static_cast<std::int64_t>(std::llround(*status.grams_per_kwh));
  if (status.observed_at) signal["observedAt"] = format_rfc3339(*status.observed_at);

  Document conditions = Document::array();
  for (const auto& condition : {ready(status), signal_fresh(status)}) {
    const std::string state = condition.holds ? "True" : "False";
    const auto old = previous.find(condition.type);
    const bool same = old != previous.end() && old->second.first == state;
    conditions.push_back({{"type", condition.type},
                          {"status", state},
                          {"observedGeneration", status.generation},
                          {"lastTransitionTime", same ? old->second.second : format_rfc3339(now)},
                          {"reason", condition.reason},
                          {"message", cut(condition.message)}});
  }
  Document out = {{"observedGeneration", status.generation},
                  {"conditions", std::move(conditions)},
                  {"signal", std::move(signal)},
                  {"waiting", status.counts.waiting},
                  {"shadowed", status.counts.shadowed},
                  {"released", status.counts.released}};
  if (status.next_green) out["nextGreen"] = format_rfc3339(*status.next_green);
  return {{"apiVersion", "carbon-aware.io/v1alpha1"},
          {"kind", "CarbonAwarePolicy"},
          {"metadata", {{"namespace", key.substr(0, slash)}, {"name", key.substr(slash + 1)}}},
          {"status", std::move(out)}};
}

}  // namespace karbonetes::controller
