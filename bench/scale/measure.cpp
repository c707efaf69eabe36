#include "scale/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "base/clock.hpp"

namespace karbonetes::bench {

namespace {

using json::Document;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

constexpr auto kReleaseTimeout = std::chrono::minutes(40);
constexpr int kReads = 3;

double since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

// One that was started anew must wait for the lease of the one that was killed; what it does when
// it leads is not idling. A short measurement, which asks whether this works at all, does without.
constexpr seconds kLeaseIsFree(25);

// A program that is told of 100,000 Jobs goes on working for a while: idle is when it does not.
void settle(const Contender& contender) {
  const auto began = Steady::now();
  double before = contender.usage().cpu_seconds;
  for (int quiet = 0; quiet < 3 && since(began) < 60;) {
    std::this_thread::sleep_for(seconds(1));
    const double now = contender.usage().cpu_seconds;
    quiet = now - before < 0.05 ? quiet + 1 : 0;
    before = now;
  }
}

// Patches that the API server's audit log has as done, from `offset` on.
class Patches {
 public:
  Patches(std::filesystem::path log, std::string agent)
      : log_(std::move(log)), agent_(std::move(agent)) {
    std::error_code none;
    offset_ = std::filesystem::file_size(log_, none);
    if (none) offset_ = 0;
  }
  // How many there are now.
  int count() {
    std::ifstream in(log_);
    in.seekg(static_cast<std::streamoff>(offset_));
    for (std::string line; std::getline(in, line);) {
      if (in.eof()) break;  // being written
      offset_ += line.size() + 1;
      if (line.find(R"("userAgent":")" + agent_) == std::string::npos) continue;
      if (line.find(R"("code":200)") == std::string::npos) continue;
      if (line.find(R"("resource":"jobs")") == std::string::npos) continue;
      if (line.find(R"("verb":"patch")") == std::string::npos) continue;
      const std::string key = R"("stageTimestamp":")";
      const auto at = line.find(key);
      if (at == std::string::npos) continue;
      const auto begin = at + key.size();
      if (auto time = parse_rfc3339(line.substr(begin, line.find('"', begin) - begin)))
        times_.push_back(*time);
    }
    return static_cast<int>(times_.size());
  }
  // The instants at which they were done, in order.
  const std::vector<TimePoint>& times() {
    std::ranges::sort(times_);
    return times_;
  }

 private:
  const std::filesystem::path log_;
  const std::string agent_;
  std::uintmax_t offset_ = 0;
  std::vector<TimePoint> times_;
};

Result<double> raw_rate(Fleet& fleet, const Plan& plan, const std::string& name) {
  if (auto made = fleet.create(name, plan.raw_jobs, false); !made) return fail(made.error());
  const auto releases = fleet.releases();
  if (!releases) return fail(releases.error());
  const auto took = fleet.send(*releases, plan.connections);
  if (!took) return fail(took.error());
  return plan.raw_jobs / *took;
}

Result<Document> synced(const harness::Plane& plane, Contender& contender, const Plan& plan) {
  std::vector<double> read_seconds, read_cpu, sync_seconds, sync_cpu;
  std::int64_t bytes = 0;
  Usage last;
  // Side by side, again and again: the machine is shared.
  for (int i = 0; i < kReads; ++i) {
    const auto read = read_list(plane);
    if (!read) return fail(read.error());
    read_seconds.push_back(read->seconds);
    read_cpu.push_back(read->cpu_seconds);
    bytes = read->bytes;
    if (i > 0) contender.stop(SIGKILL);
    const auto took = contender.start();
    if (!took) return fail(took.error());
    last = contender.usage();
    sync_seconds.push_back(*took);
    sync_cpu.push_back(last.cpu_seconds);
    say(fmt::format("  {}: read in {:.2f} s with {:.2f} s of CPU, synced in {:.2f} s with {:.2f} s",
                    contender.name(), read->seconds, read->cpu_seconds, *took, last.cpu_seconds));
  }
  std::this_thread::sleep_for(std::min<seconds>(plan.idle, kLeaseIsFree));
  settle(contender);
  const auto before = contender.usage();
  std::this_thread::sleep_for(plan.idle);
  const auto after = contender.usage();
  return Document{{"list_bytes", bytes},
                  {"list_read_s", read_seconds},
                  {"list_read_cpu_s", read_cpu},
                  {"sync_s", sync_seconds},
                  {"sync_cpu_s", sync_cpu},
                  {"rss_kib", after.rss_kib},
                  {"peak_rss_kib", after.peak_kib},
                  {"idle_cpu_percent", 100 * (after.cpu_seconds - before.cpu_seconds) /
                                           static_cast<double>(plan.idle.count())}};
}

Result<Document> released(const harness::Plane& plane, Contender& contender, Fleet& fleet,
                          const Plan& plan, int number) {
  const auto raw = [&](const char* when) {
    return raw_rate(fleet, plan, fmt::format("raw-{}-{}", when, number));
  };
  const auto before = raw("before");
  if (!before) return fail(before.error());
  settle(contender);
  Patches patches(plane.layout().audit_log(), contender.user_agent());
  const auto apiserver = *plane.pid(harness::Part::ApiServer);
  const auto cpu = contender.usage().cpu_seconds;
  const auto server_cpu = usage_of(apiserver).cpu_seconds;
  const auto began = Steady::now();
  const auto green_at = SystemClock().now();
  if (auto s = contender.set_green(true); !s) return fail(s.error());
  int seen = 0;
  for (int count = 0; count < plan.jobs;) {
    if (since(began) > seconds(kReleaseTimeout).count())
      return fail(Errc::Timeout, fmt::format("{} of {} released", count, plan.jobs));
    std::this_thread::sleep_for(milliseconds(100));
    count = patches.count();
    if (count / 10'000 > seen / 10'000) say(fmt::format("  {} of {} released", count, plan.jobs));
    seen = count;
  }
  const auto done = contender.usage();
  const auto server_done = usage_of(apiserver).cpu_seconds;
  const auto& times = patches.times();
  const double took = std::chrono::duration<double>(times.back() - green_at).count();
  if (auto s = contender.set_green(false); !s) return fail(s.error());
  const auto after = raw("after");
  if (!after) return fail(after.error());
  return Document{{"release_s", took},
                  {"release_rate", plan.jobs / took},
                  {"release_first_ms",
                   std::chrono::duration<double, std::milli>(times.front() - green_at).count()},
                  {"release_cpu_ms_per_job", 1000 * (done.cpu_seconds - cpu) / plan.jobs},
                  {"release_server_cpu_ms_per_job", 1000 * (server_done - server_cpu) / plan.jobs},
                  {"release_peak_rss_kib", done.peak_kib},
                  {"raw_rates", {*before, *after}}};
}

}  // namespace

Result<Document> measure(const harness::Plane& plane, Contender& contender, Fleet& fleet,
                         const Plan& plan) {
  static int number = 0;  // names of Jobs are used once
  ++number;
  say(fmt::format("{}: {} waiting Jobs", contender.name(), plan.jobs));
  auto figures = synced(plane, contender, plan);
  if (!figures) return fail(figures.error());
  (*figures)["contender"] = contender.name();
  (*figures)["jobs"] = plan.jobs;
  if (plan.release) {
    auto more = released(plane, contender, fleet, plan, number);
    if (!more) return fail(more.error());
    figures->update(*more);
  }
  contender.stop(SIGTERM);
  return figures;
}

}  // namespace karbonetes::bench
