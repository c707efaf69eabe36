// The SignalHub over Providers: steps the chains whenever a source has news, and once a second,
// since sources age and recover silently.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/snapshot.hpp"
#include "providers/chain.hpp"
#include "providers/chains.hpp"
#include "providers/config.hpp"
#include "providers/history.hpp"
#include "providers/sources.hpp"

namespace karbonetes::providers {

namespace {

constexpr Millis kTick = std::chrono::seconds(1);

struct Link {
  std::vector<std::size_t> members;  // indices of sources, best first
  Chain chain;
  // As last announced.
  std::shared_ptr<const carbon::Signal> announced;
  carbon::GreenState state = carbon::GreenState::Unknown;
  carbon::Freshness freshness = carbon::Freshness::Unknown;
};

bool same_windows(const carbon::Signal& a, const carbon::Signal& b) {
  return std::ranges::equal(a.green_windows, b.green_windows, [](const auto& x, const auto& y) {
    return x.start == y.start && x.end == y.end;
  });
}

bool same_forecast(const carbon::Signal& a, const carbon::Signal& b) {
  if (a.forecast == b.forecast) return true;
  return a.forecast && b.forecast && same_points(a.forecast->series(), b.forecast->series());
}

class Hub final : public SignalHub {
 public:
  Hub(std::vector<SourceConfig> configs, std::vector<std::unique_ptr<Provider>> providers,
      const Clock& clock, metrics::Registry& metrics)
      : configs_(std::move(configs)),
        providers_(std::move(providers)),
        clock_(clock),
        metrics_(metrics) {
    for (auto& members : chains_of(configs_)) {
      const auto size = members.size();
      links_.push_back({std::move(members), Chain(size), nullptr});
    }
    for (const Link& link : links_) failovers(link);  // a counter that starts at nought
    step();
  }
  ~Hub() override { Hub::stop(); }

  std::shared_ptr<const carbon::Signals> current() const override { return snapshot_.get(); }

  std::vector<SourceStatus> sources() const override {
    std::vector<SourceStatus> out;
    out.reserve(configs_.size());
    for (std::size_t i = 0; i < configs_.size(); ++i) {
      const SourceConfig& config = configs_[i];
      Health health = providers_[i]->health();
      out.push_back({config.name, name(config.type), config.zone, config.kind, health.last_answer,
                     std::move(health.last_error), health.next_fetch});
    }
    return out;
  }

  void start(std::function<void()> on_change) override {
    for (auto& provider : providers_) {
      provider->start([this] {
        const std::lock_guard lock(mutex_);
        news_ = true;
        wake_.notify_all();
      });
    }
    thread_ = std::jthread([this, on_change = std::move(on_change)](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        if (step() && on_change) on_change();
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, kTick, [this] { return news_; });
        news_ = false;
      }
    });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    for (auto& provider : providers_) provider->stop();
  }

 private:
  // Chooses, publishes, and says whether a decision could come out differently than after the last
  // step.
  bool step() {
    const TimePoint now = clock_.now();
    std::vector<std::shared_ptr<const carbon::Signal>> signals;
    std::vector<MemberView> views;
    for (std::size_t i = 0; i < providers_.size(); ++i) {
      const Health health = providers_[i]->health();
      signals.push_back(providers_[i]->current());
      views.push_back({carbon::freshness(*signals.back(), now), health.failures_in_a_row,
                       health.successes, configs_[i].refresh});
    }
    carbon::Signals out;
    out.default_source = configs_.front().name;
    bool news = false;
    for (Link& link : links_) {
      std::vector<MemberView> members;
      members.reserve(link.members.size());
      for (const std::size_t i : link.members) members.push_back(views[i]);
      const std::size_t before = link.members[link.chain.active()];
      if (link.chain.step(members, now)) {
        failed_over(link, before, link.members[link.chain.active()]);
      }
      const auto& head = configs_[link.members.front()];
      const auto& signal = signals[link.members[link.chain.active()]];
      if (!head.zone.empty()) out.by_zone.emplace(head.zone, head.name);
      out.by_source[head.name] = signal;
      news = differs(link, signal, now) || news;
      show_active(link);
    }
    snapshot_.set(std::move(out));
    return news;
  }

  static bool differs(Link& link, const std::shared_ptr<const carbon::Signal>& signal,
                      TimePoint now) {
    const auto state = carbon::state_at(*signal, now);
    const auto freshness = carbon::freshness(*signal, now);
    const auto& last = link.announced;
    const bool same = last && last->source == signal->source && state == link.state &&
                      freshness == link.freshness && last->says_green == signal->says_green &&
                      same_windows(*last, *signal) && same_forecast(*last, *signal);
    link.announced = signal;
    link.state = state;
    link.freshness = freshness;
    return !same;
  }

  metrics::Counter failovers(const Link& link) {
    return metrics_.counter("karbonetes_signal_failovers_total",
                            "Changes of the source that a chain of carbon sources uses",
                            {{"chain", configs_[link.members.front()].name}});
  }

  void failed_over(const Link& link, std::size_t from, std::size_t to) {
    failovers(link).increment();
    const std::string why = providers_[from]->health().last_error;
    spdlog::info("carbon signal {}: from source {} to {}{}", configs_[link.members.front()].name,
                 configs_[from].name, configs_[to].name, why.empty() ? "" : "; " + why);
  }

  void show_active(const Link& link) {
    const std::string& chain = configs_[link.members.front()].name;
    for (std::size_t m = 0; m < link.members.size(); ++m) {
      metrics_
          .gauge("karbonetes_signal_source_active",
                 "1 for the source that a chain of carbon sources uses, else 0",
                 {{"chain", chain}, {"source", configs_[link.members[m]].name}})
          .set(m == link.chain.active() ? 1 : 0);
    }
  }

  const std::vector<SourceConfig> configs_;
  const std::vector<std::unique_ptr<Provider>> providers_;
  const Clock& clock_;
  metrics::Registry& metrics_;
  std::vector<Link> links_;  // the constructor's, then the thread's own
  Snapshot<carbon::Signals> snapshot_;
  std::mutex mutex_;  // guards news_
  bool news_ = false;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<SignalHub>> make_hub(std::vector<SourceConfig> sources, const Clock& clock,
                                            metrics::Registry& metrics) {
  if (sources.empty()) {
    return fail(Errc::InvalidArgument, "no carbon source is configured; name at least one");
  }
  std::vector<std::unique_ptr<Provider>> providers;
  for (SourceConfig& source : sources) {
    fill_times(source);
    auto provider = make_source(source, clock, metrics);
    if (!provider) return fail(provider.error());
    providers.push_back(std::move(*provider));
  }
  return std::unique_ptr<SignalHub>(
      std::make_unique<Hub>(std::move(sources), std::move(providers), clock, metrics));
}

}  // namespace karbonetes::providers
