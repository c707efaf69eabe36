#include "simulate/sweep.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace karbonetes::simulate {

namespace {

// Calls work(0 .. count - 1), each once, on that many threads.
template <class Work>
void in_parallel(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads && i < count; ++i) others.emplace_back(loop);
  loop();
}

class Baselines {
 public:
  explicit Baselines(const Sweep& sweep) : sweep_(sweep) {}

  // Made by whoever needs it first; others wait for that one.
  const Result<BaselinePtr>& of(std::size_t trace, const Capacity& capacity, unsigned threads) {
    Made* made = nullptr;
    {
      const std::lock_guard lock(mutex_);
      made = &made_[{trace, capacity.green_vcpu, capacity.fallback_vcpu}];
    }
    std::call_once(made->once, [&] {
      auto made_now = baseline_of(sweep_.traces[trace], sweep_.workload, capacity, threads);
      if (made_now) {
        made->baseline = std::make_shared<const Baseline>(std::move(*made_now));
      } else {
        made->baseline = fail(made_now.error());
      }
    });
    return made->baseline;
  }

 private:
  struct Made {
    std::once_flag once;
    Result<BaselinePtr> baseline;
  };
  using Key = std::tuple<std::size_t, std::optional<double>, std::optional<double>>;

  const Sweep& sweep_;
  std::mutex mutex_;
  std::map<Key, Made> made_;
};

}  // namespace

Result<std::vector<Row>> run_all(const Sweep& sweep) {
  const std::size_t total = sweep.traces.size() * sweep.scenarios.size();
  // Few rows: the threads share the Jobs of each. Many: each takes rows of its own.
  const unsigned outer = total >= sweep.threads ? std::max(sweep.threads, 1U) : 1;
  const unsigned inner = outer == 1 ? sweep.threads : 1;
  std::vector<Row> rows(total);
  std::vector<std::optional<Error>> errors(total);
  Baselines baselines(sweep);
  std::mutex mutex;
  std::size_t done = 0;
  in_parallel(total, outer, [&](std::size_t i) {
    const auto began = std::chrono::steady_clock::now();
    const std::size_t trace = i / sweep.scenarios.size();
    const Scenario& scenario = sweep.scenarios[i % sweep.scenarios.size()];
    const auto& baseline = baselines.of(trace, scenario.capacity, inner);
    if (!baseline) {
      errors[i] = baseline.error();
    } else if (auto runs = run(sweep.traces[trace], sweep.workload, scenario, inner); !runs) {
      errors[i] = runs.error();
    } else {
      rows[i] = summarise(sweep.traces[trace], sweep.workload, scenario, *runs, **baseline);
      rows[i].seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
      if (sweep.see) sweep.see(i, *runs, *baseline);
    }
    const std::lock_guard lock(mutex);
    ++done;
    if (sweep.progress) sweep.progress(done, total);
  });
  for (const auto& error : errors)
    if (error) return fail(*error);
  return rows;
}

}  // namespace karbonetes::simulate
