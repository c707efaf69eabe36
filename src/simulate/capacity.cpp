#include "simulate/capacity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <numeric>
#include <queue>

namespace karbonetes::simulate {

namespace {

constexpr double kRounding = 1e-6;  // vCPU: sums of floats that should be zero

struct Running {
  TimePoint until;
  double vcpu = 0;
  bool green = false;
  bool operator>(const Running& other) const { return until > other.until; }
};

class Pools {
 public:
  Pools(const Capacity& capacity, const Workload& workload, std::vector<Ran>& runs)
      : workload_(workload),
        runs_(runs),
        green_(capacity.green_vcpu.value_or(kUnlimited)),
        fallback_(capacity.fallback_vcpu.value_or(kUnlimited)) {}

  void release(std::size_t job) {
    advance(runs_[job].released);
    (fallback_only(job) ? for_fallback_ : for_either_).push_back({released_++, job});
    serve(runs_[job].released);
  }
  void finish() { advance(TimePoint::max()); }

 private:
  static constexpr double kUnlimited = std::numeric_limits<double>::infinity();
  struct Waiting {
    std::size_t number;  // in the order of release
    std::size_t job;
  };
  using Queue = std::deque<Waiting>;

  [[nodiscard]] bool fallback_only(std::size_t job) const {
    return runs_[job].pool == plan::Pool::Fallback;
  }

  // Lets time pass: Jobs end, and others take their place.
  void advance(TimePoint now) {
    while (!running_.empty() && running_.top().until <= now) {
      const TimePoint at = running_.top().until;
      for (; !running_.empty() && running_.top().until == at; running_.pop())
        (running_.top().green ? green_ : fallback_) += running_.top().vcpu;
      serve(at);
    }
  }
  // The heads of both queues, in the order of their release, as long as one fits.
  void serve(TimePoint now) {
    for (bool served = true; served;) {
      served = false;
      const bool either_first =
          !for_either_.empty() &&
          (for_fallback_.empty() || for_either_.front().number < for_fallback_.front().number);
      for (Queue* queue : {either_first ? &for_either_ : &for_fallback_,
                           either_first ? &for_fallback_ : &for_either_}) {
        if (queue->empty() || !start(queue->front().job, now)) continue;
        queue->pop_front();
        served = true;
        break;
      }
    }
  }
  bool start(std::size_t job, TimePoint now) {
    const double vcpu = workload_.jobs[job].vcpu;
    const bool green = !fallback_only(job) && vcpu <= green_ + kRounding;
    double& room = green ? green_ : fallback_;
    if (vcpu > room + kRounding) return false;
    room -= vcpu;
    Ran& run = runs_[job];
    run.started = now;
    run.finished = now + workload_.jobs[job].duration;
    running_.push({run.finished, vcpu, green});
    return true;
  }

  const Workload& workload_;
  std::vector<Ran>& runs_;
  double green_, fallback_;  // room that is left
  Queue for_either_, for_fallback_;
  std::size_t released_ = 0;
  std::priority_queue<Running, std::vector<Running>, std::greater<>> running_;
};

Status check_sizes(const Capacity& capacity, const Workload& workload,
                   const std::vector<Ran>& runs) {
  constexpr double kAny = std::numeric_limits<double>::infinity();
  const double green = capacity.green_vcpu.value_or(kAny);
  const double fallback = capacity.fallback_vcpu.value_or(kAny);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool fallback_only = runs[i].pool == plan::Pool::Fallback;
    const double most = fallback_only ? fallback : std::max(green, fallback);
    const double vcpu = workload.jobs[i].vcpu;
    if (vcpu <= most + kRounding) continue;
    return fail(Errc::InvalidArgument,
                fmt::format("a Job of {} requests {:g} vCPU, and the {} has {:g}: it would never "
                            "run; write a capacity of at least that",
                            workload.series[workload.jobs[i].series], vcpu,
                            fallback_only ? "fallback pool" : "larger pool", most));
  }
  return {};
}

}  // namespace

Status queue_for(const Capacity& capacity, const Workload& workload, std::vector<Ran>& runs) {
  if (auto ok = check_sizes(capacity, workload, runs); !ok) return ok;
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return runs[i].released; });
  Pools pools(capacity, workload, runs);
  for (const std::size_t job : order) pools.release(job);
  pools.finish();
  return {};
}

}  // namespace karbonetes::simulate
