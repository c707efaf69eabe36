#include "controller/observed_book.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "ledger/codec/observed_codec.hpp"

namespace karbonetes::controller {

namespace {

constexpr const char* kKey = "observed.json";

// What `kept` knows of instants that `mine` does not.
template <class Kind>
void fill(ledger::ObservedSeries<Kind>& mine, const ledger::ObservedSeries<Kind>& kept) {
  std::vector<ledger::Step<Kind>> all(mine.steps().begin(), mine.steps().end());
  auto next = mine.steps().begin();
  for (auto step : kept.steps()) {
    while (next != mine.steps().end() && next->until <= step.from) ++next;
    for (auto own = next; step.from < step.until; ++own) {
      if (own == mine.steps().end() || own->from >= step.until) {
        all.push_back(step);
        break;
      }
      if (step.from < own->from) all.push_back({step.from, own->from, step.value});
      step.from = std::max(step.from, own->until);
    }
  }
  mine = ledger::ObservedSeries<Kind>(std::move(all));
}

}  // namespace

ObservedBook::ObservedBook(ConfigMaps& maps,
                           std::function<std::shared_ptr<const carbon::Signals>()> signals,
                           const Clock& clock)
    : maps_(maps), signals_(std::move(signals)), clock_(clock) {}

// One source of each zone and kind speaks: the one that its chain trusts. The first of the list is
// asked last, so that of two chains of one zone and kind its word holds.
void ObservedBook::merge_locked() {
  const auto signals = signals_();
  const auto now = clock_.now();
  const auto take = [&](const carbon::Signal& signal) {
    if (!signal.forecast || carbon::freshness(signal, now) == carbon::Freshness::Unknown) return;
    // Beyond the source's last word nobody has observed anything.
    observed_.merge(signal.zone, signal.forecast->series(), now);
  };
  for (const auto& [name, signal] : signals->by_source) {
    if (name != signals->default_source) take(*signal);
  }
  if (const auto it = signals->by_source.find(signals->default_source);
      it != signals->by_source.end()) {
    take(*it->second);
  }
}

void ObservedBook::observe() {
  const std::lock_guard lock(mutex_);
  merge_locked();
}

ledger::ObservedZone ObservedBook::zone(std::string_view name) {
  const std::lock_guard lock(mutex_);
  merge_locked();
  return observed_.zone(name);
}

Status ObservedBook::load(std::stop_token stop) {
  auto map = maps_.read(kName, std::move(stop));
  if (!map) return fail(map.error());
  version_ = std::move(map->resource_version);
  const auto it = map->data.find(kKey);
  if (it == map->data.end()) return {};
  auto kept = ledger::decode_observed(it->second);
  if (!kept) {
    // What was kept is lost to the accounts, the Jobs are not.
    spdlog::error("what was observed before cannot be read: {}", kept.error().message);
    return {};
  }
  written_text_ = it->second;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, zone] : kept->zones) {
    auto& mine = observed_.zones[name];
    fill(mine.average, zone.average);
    fill(mine.marginal, zone.marginal);
  }
  return {};
}

Result<kube::Outcome> ObservedBook::save(std::stop_token stop) {
  KeptMap map;
  map.name = kName;
  map.resource_version = version_;
  {
    const std::lock_guard lock(mutex_);
    merge_locked();
    map.data[kKey] = ledger::encode_observed(observed_);
  }
  if (map.data[kKey] == written_text_) return kube::Outcome{};
  auto version = maps_.write(map, "observed", stop);
  if (version) {
    version_ = std::move(*version);
    written_text_ = std::move(map.data[kKey]);
    return kube::Outcome{};
  }
  const auto code = version.error().code;
  if (code == Errc::Conflict || code == Errc::AlreadyExists || code == Errc::NotFound) {
    // Another replica wrote: what it saw is taken in, and all is written at the next try.
    if (auto loaded = load(stop); !loaded) return fail(loaded.error());
  }
  return fail(version.error());
}

}  // namespace karbonetes::controller
