#include "simulate/run.hpp"

#include <algorithm>
#include <thread>

#include "carbon/green.hpp"
#include "plan/strategy.hpp"
#include "policy/resolve.hpp"
#include "simulate/capacity.hpp"
#include "simulate/forecasts.hpp"
#include "simulate/interrupting.hpp"

namespace karbonetes::simulate {

namespace {

constexpr double kMillisPerHour = 3'600'000;
constexpr const char* kNamespace = "simulated";

// The policy that a cluster would have for this scenario; what is not asked about is built in.
policy::ResolvedPolicy policy_of(const Scenario& scenario) {
  auto governing = std::make_shared<api::Policy>();
  auto& spec = governing->spec;
  switch (scenario.rule) {
    case Rule::LowestSlot:
      spec.strategy = api::Strategy::LowestSlot;
      break;
    case Rule::LowestWindow:
      spec.strategy = api::Strategy::LowestWindow;
      break;
    case Rule::CarbonTime:
      spec.strategy = api::Strategy::CarbonTime;
      break;
    default:
      spec.strategy = api::Strategy::FirstGreen;
  }
  spec.green = scenario.green;
  spec.min_saving = scenario.min_saving;
  policy::PolicySet set;
  set.by_key[std::string(kNamespace) + "/" + api::kDefaultPolicyName] = std::move(governing);
  return policy::resolve(set, kNamespace, {}, kNamespace);
}

Millis delay_of(const Job& job, const Scenario& scenario) {
  return job.delay_cap < Millis(0) ? scenario.max_delay
                                   : std::min(job.delay_cap, scenario.max_delay);
}

std::optional<Millis> expectation_of(const Job& job, Durations durations) {
  switch (durations) {
    case Durations::Known:
      return job.duration;
    case Durations::Learned:
      if (job.expected > Millis(0)) return job.expected;
      return std::nullopt;
    case Durations::Unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

// What one worker needs for many Jobs.
class Worker {
 public:
  Worker(const Trace& trace, const ForecastSource& source, const Scenario& scenario)
      : actual_(*trace.actual),
        scenario_(scenario),
        forecasts_(source),
        policy_(policy_of(scenario)) {}

  Ran run(const Job& job) {
    forecasts_.forget_before(job.arrival);
    const Millis delay = delay_of(job, scenario_);
    switch (scenario_.rule) {
      case Rule::Immediate:
        return in_one_piece(job, job.arrival, plan::Pool::Untouched);
      case Rule::FullDelay:
        return in_one_piece(job, job.arrival + delay, plan::Pool::Untouched);
      case Rule::Oracle:
        return oracle(job, delay);
      case Rule::WaitAwhile:
      case Rule::Ecovisor:
        return interrupted(job, delay);
      default:
        return as_in_the_cluster(job, delay);
    }
  }

 private:
  Ran in_one_piece(const Job& job, TimePoint start, plan::Pool pool,
                   plan::Reason reason = plan::Reason::Planned) const {
    return {start, start, start + job.duration, 0, reason, pool};
  }

  Ran oracle(const Job& job, Millis delay) const {
    const auto plan = plan::plan_start(api::Strategy::LowestWindow, actual_, job.duration,
                                       job.arrival, job.arrival + delay);
    return in_one_piece(job, plan ? plan->start : job.arrival, plan::Pool::Green);
  }

  Ran interrupted(const Job& job, Millis delay) {
    const carbon::Forecast& seen = *forecasts_.at(job.arrival).signal->forecast;
    Pieces pieces;
    if (scenario_.rule == Rule::WaitAwhile) {
      pieces = wait_awhile(seen, actual_, job.arrival, job.duration, delay);
    } else {
      pieces =
          ecovisor(seen, actual_, job.arrival, job.duration, delay, threshold(seen, job.arrival));
    }
    return {pieces.started,        pieces.started,
            pieces.finished,       pieces.integral * static_cast<double>(job.kw) / kMillisPerHour,
            plan::Reason::Planned, plan::Pool::Untouched};
  }
  // Of the time ahead of the arrival.
  [[nodiscard]] double threshold(const carbon::Forecast& seen, TimePoint arrival) const {
    carbon::PercentileThreshold percentile = carbon::kDefaultPercentile;
    if (scenario_.green) {
      if (const auto* absolute = std::get_if<carbon::AbsoluteThreshold>(&*scenario_.green))
        return std::visit([](const auto& grams) { return grams.grams_per_kwh; }, absolute->below);
      if (const auto* asked = std::get_if<carbon::PercentileThreshold>(&*scenario_.green))
        percentile = *asked;
    }
    return carbon::percentile_over(seen, arrival, arrival + percentile.horizon, percentile.percent);
  }

  // As the reconciler: asks at the arrival, whenever a forecast comes, and when the decision said.
  Ran as_in_the_cluster(const Job& job, Millis delay) {
    policy_.expected_duration.value = expectation_of(job, scenario_.durations);
    const TimePoint deadline = job.arrival + delay;
    for (TimePoint now = job.arrival;;) {
      const auto view = forecasts_.at(now);
      const auto decision =
          plan::decide(policy_, *view.signal, deadline, now, job.arrival, plan::Words::Silent);
      if (decision.action == plan::Action::Release)
        return in_one_piece(job, now, decision.pool, decision.reason);
      // Asked again at the start that it planned, over the same forecast, it would say: now.
      const TimePoint next = decision.next_check;
      if (decision.planned_start == next && next < deadline && next < view.until)
        return in_one_piece(job, next, plan::Pool::Green, plan::Reason::Planned);
      now = std::max(std::min(next, view.until), now + Millis(1));
    }
  }

  const carbon::Forecast& actual_;
  const Scenario& scenario_;
  ForecastReader forecasts_;
  policy::ResolvedPolicy policy_;
};

}  // namespace

double kwh_of(const Job& job) {
  return static_cast<double>(job.kw) * static_cast<double>(job.duration.count()) / kMillisPerHour;
}

double grams_of(const Job& job, TimePoint start, const carbon::Forecast& actual) {
  return kwh_of(job) * actual.mean_over(start, job.duration);
}

Result<std::vector<Ran>> run(const Trace& trace, const Workload& workload, const Scenario& scenario,
                             unsigned threads) {
  if (scenario.capacity.limited() && interrupts(scenario.rule))
    return fail(Errc::InvalidArgument,
                std::string(name(scenario.rule)) +
                    " interrupts Jobs, and queues are simulated for Jobs in one piece only; leave "
                    "the capacity or the policy out");
  const ForecastSource source(trace, scenario);
  const std::size_t size = workload.jobs.size();
  std::vector<Ran> out(size);
  const auto part = [&](std::size_t from, std::size_t to) {
    Worker worker(trace, source, scenario);
    for (std::size_t i = from; i < to; ++i) out[i] = worker.run(workload.jobs[i]);
  };
  constexpr std::size_t kWorthAThread = 2'000;
  threads = static_cast<unsigned>(
      std::clamp<std::size_t>(size / kWorthAThread, 1, std::max(threads, 1U)));
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < threads; ++i)
      workers.emplace_back(part, size * i / threads, size * (i + 1) / threads);
    part(0, size / threads);
  }
  if (scenario.capacity.limited()) {
    if (auto queued = queue_for(scenario.capacity, workload, out); !queued)
      return fail(queued.error());
  }
  if (interrupts(scenario.rule)) return out;
  for (std::size_t i = 0; i < size; ++i)
    out[i].grams = grams_of(workload.jobs[i], out[i].started, *trace.actual);
  return out;
}

}  // namespace karbonetes::simulate
