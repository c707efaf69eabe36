// The running half of leader_election.hpp: reads and writes the lease and tells of changes.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "kube/runtime/leader_election.hpp"

namespace karbonetes::kube {

namespace {

constexpr Millis kReleaseTimeout = std::chrono::seconds(3);
constexpr Millis kShortestCall{50};
constexpr double kAcquireJitter = 1.2;  // client-go's JitterFactor: candidates do not march in step
// Candidates look twice as often as a leader writes, so that a lease that was given back is taken
// within 1.1 retry periods: reads are cheap, and meanwhile nobody does the work.
constexpr double kAcquirePace = 0.5;

ElectionConfig made_safe(ElectionConfig config) {
  config.lease_duration = std::max(config.lease_duration, Millis{3});
  config.renew_deadline =
      std::clamp(config.renew_deadline, Millis{2}, config.lease_duration * 2 / 3);
  config.retry_period = std::clamp(config.retry_period, Millis{1}, config.renew_deadline / 2);
  return config;
}

}  // namespace

class LeaderElector::Impl {
 public:
  Impl(std::unique_ptr<LeaseLock> lock, const Clock& clock, metrics::Registry& metrics,
       ElectionConfig config, std::function<void(bool)> on_change)
      : lock_(std::move(lock)),
        clock_(clock),
        config_(made_safe(std::move(config))),
        on_change_(std::move(on_change)),
        status_(metrics.gauge("leader_election_master_status", "1 while this process leads, else 0",
                              {{"name", config_.name}})),
        random_(std::random_device{}()) {
    status_.set(0);
  }

  ~Impl() { stop(); }

  void start() {
    if (thread_.joinable()) return;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }

  [[nodiscard]] bool leading() const {
    const std::lock_guard guard(mutex_);
    return is_leader(state_, config_, clock_.now());
  }

 private:
  template <typename Fn>
  auto with_state(Fn&& fn) {
    const std::lock_guard guard(mutex_);
    return fn(state_, clock_.now());
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      round(stop);
      tell(leading());
      std::unique_lock guard(mutex_);
      wake_.wait_for(guard, stop, pause(), [] { return false; });
    }
    give_back();
  }

  // Once: read unless we lead and know the lease already, then write when it is ours to write.
  void round(const std::stop_token& stop) {
    if (leading()) {
      const auto written = write(with_state([this](ElectionState& s, TimePoint now) {
                                   return observe(s, s.observed, config_, now);
                                 }),
                                 stop);
      if (written) return;
      // Somebody else changed or deleted the lease: look before the next try. Anything else: the
      // server is not there.
      if (written.error().code != Errc::Conflict && written.error().code != Errc::NotFound) return;
    }
    const auto lease = read(stop);
    if (!lease) return;
    (void)write(with_state([&](ElectionState& s, TimePoint now) {
                  return observe(s, *lease, config_, now);
                }),
                stop);
  }

  Result<std::optional<Lease>> read(const std::stop_token& stop) {
    Result<Lease> lease = lock_->get(call_timeout(), stop);
    if (lease) return std::optional<Lease>(std::move(*lease));
    if (lease.error().code == Errc::NotFound) return std::optional<Lease>();
    return trouble("read", lease.error(), stop);
  }

  // Ok also when there was nothing to write.
  Status write(const ElectionPlan& plan, const std::stop_token& stop) {
    if (plan.kind == ElectionPlan::Kind::Nothing) return {};
    const TimePoint sent = plan.lease.renew_time;
    const Millis timeout = call_timeout();
    const Result<Lease> lease = plan.kind == ElectionPlan::Kind::Create
                                    ? lock_->create(plan.lease, timeout, stop)
                                    : lock_->update(plan.lease, timeout, stop);
    cancelled_write_ = !lease && lease.error().code == Errc::Cancelled;
    if (!lease) return trouble("write", lease.error(), stop);
    const bool lapsed = with_state([&](ElectionState& s, TimePoint now) {
      const bool led_until_now = is_leader(s, config_, now);
      wrote(s, *lease, config_, sent);
      return !led_until_now;
    });
    // Between two looks of ours the deadline had passed, and work that asked leading() was turned
    // away: this is a new term, and whoever listens must hear of its beginning.
    if (lapsed) tell(false);
    return {};
  }

  tl::unexpected<Error> trouble(const char* act, const Error& error, const std::stop_token& stop) {
    with_state([this](ElectionState& s, TimePoint now) {
      write_failed(s, config_, now);
      return 0;
    });
    const bool race = error.code == Errc::Conflict || error.code == Errc::AlreadyExists;
    if (!race && !stop.stop_requested()) {
      spdlog::warn("leader election {}/{}: cannot {} the lease: {}", config_.ns, config_.name, act,
                   error.message);
    }
    return fail(error);
  }

  void give_back() {
    const bool led = leading();
    tell(false);
    // A write that the shutdown cut off may have made the lease ours all the same.
    if (!led && !(cancelled_write_ && look_again())) return;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const ElectionPlan plan =
          with_state([this](ElectionState& s, TimePoint now) { return release(s, config_, now); });
      if (plan.kind == ElectionPlan::Kind::Nothing) return;
      const Result<Lease> lease = lock_->update(plan.lease, kReleaseTimeout, {});
      if (lease) {
        with_state([&](ElectionState& s, TimePoint now) {
          wrote(s, *lease, config_, now);
          return 0;
        });
        return;
      }
      if (lease.error().code != Errc::Conflict) {
        spdlog::warn("leader election {}/{}: cannot give the lease back: {}", config_.ns,
                     config_.name, lease.error().message);
        return;
      }
      if (!look_again()) return;
    }
  }

  // Reads the lease regardless of stop.
  bool look_again() {
    const Result<Lease> current = lock_->get(kReleaseTimeout, {});
    if (!current) return false;
    with_state([&](ElectionState& s, TimePoint now) {
      (void)observe(s, *current, config_, now);
      return 0;
    });
    return true;
  }

  void tell(bool leading_now) {
    if (leading_now == told_) return;
    told_ = leading_now;
    status_.set(leading_now ? 1 : 0);
    if (!on_change_) return;
    try {
      on_change_(leading_now);
    } catch (const std::exception& e) {
      spdlog::error("leader election {}/{}: on_change threw: {}", config_.ns, config_.name,
                    e.what());
    }
  }

  // How long until the next round. The caller holds the lock.
  Millis pause() {
    const TimePoint now = clock_.now();
    if (is_leader(state_, config_, now)) {
      // Not beyond the deadline: its passing has to be told.
      return std::min(config_.retry_period, state_.last_renewed + config_.renew_deadline - now);
    }
    const double factor =
        kAcquirePace * (1 + kAcquireJitter * std::uniform_real_distribution<double>(0, 1)(random_));
    return Millis(
        static_cast<Millis::rep>(static_cast<double>(config_.retry_period.count()) * factor));
  }

  // A leader does not hang in a call beyond its deadline.
  Millis call_timeout() {
    const std::lock_guard guard(mutex_);
    const TimePoint now = clock_.now();
    if (!is_leader(state_, config_, now)) return config_.renew_deadline;
    return std::max(kShortestCall, state_.last_renewed + config_.renew_deadline - now);
  }

  const std::unique_ptr<LeaseLock> lock_;
  const Clock& clock_;
  const ElectionConfig config_;
  const std::function<void(bool)> on_change_;
  metrics::Gauge status_;
  std::mt19937 random_;  // the thread's own, as the next two
  bool told_ = false;
  bool cancelled_write_ = false;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  ElectionState state_;
  std::jthread thread_;
};

LeaderElector::LeaderElector(std::unique_ptr<LeaseLock> lock, const Clock& clock,
                             metrics::Registry& metrics, ElectionConfig config,
                             std::function<void(bool leading)> on_change)
    : impl_(std::make_unique<Impl>(std::move(lock), clock, metrics, std::move(config),
                                   std::move(on_change))) {}

LeaderElector::~LeaderElector() = default;

void LeaderElector::start() { impl_->start(); }

void LeaderElector::stop() { impl_->stop(); }

bool LeaderElector::leading() const { return impl_->leading(); }

}  // namespace karbonetes::kube
