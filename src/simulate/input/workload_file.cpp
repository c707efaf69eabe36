#include "simulate/input/workload_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "base/time_text.hpp"
#include "csv/table.hpp"
#include "plan/durations.hpp"
#include "simulate/input/names.hpp"

namespace karbonetes::simulate {

namespace {

using std::string_view;

constexpr double kMostSeconds = 3650.0 * 86'400;
constexpr double kMostPods = 1'000'000;
constexpr double kMostVcpu = 1e9;

enum Column {
  Arrival,
  Duration,
  Vcpu,
  Memory,
  Gpus,
  GpuModel,
  Pods,
  Namespace,
  Name,
  Expected,
  MaxDelay,
  kColumns
};

// The first name of each is what the documentation says.
const std::array<std::vector<string_view>, kColumns> kNames{{
    {"arrival", "arrival_time", "submit_time", "created", "start"},
    {"duration", "duration_seconds", "length", "runtime"},
    {"vcpu", "cpu", "cpus", "cores"},
    {"memory", "memory_gib"},
    {"gpus", "gpu"},
    {"gpu_model"},
    {"pods"},
    {"namespace"},
    {"name", "series", "job"},
    {"expected_duration"},
    {"max_delay"},
}};

// Texts as numbers, each once.
class Names {
 public:
  explicit Names(std::vector<std::string>& list) : list_(list) {}
  std::uint32_t of(string_view text) {
    const auto it = numbers_.find(std::string(text));
    if (it != numbers_.end()) return it->second;
    const auto number = static_cast<std::uint32_t>(list_.size());
    list_.emplace_back(text);
    numbers_.emplace(list_.back(), number);
    return number;
  }

 private:
  std::vector<std::string>& list_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

class Reader {
 public:
  Reader(csv::Table table, const WorkloadOptions& options)
      : table_(std::move(table)),
        options_(options),
        namespaces_(out_.namespaces),
        series_(out_.series) {}

  Result<Workload> read() {
    if (auto ok = find_columns(); !ok) return fail(ok.error());
    for (;;) {
      const auto more = table_.next();
      if (!more) return fail(more.error());
      if (!*more) break;
      if (out_.jobs.size() >= kMaxJobs)
        return table_.wrong(fmt::format("more than {} Jobs in one file", kMaxJobs));
      if (auto ok = row(); !ok) return fail(ok.error());
    }
    if (out_.jobs.empty()) return table_.wrong("there is no Job below the header");
    sort_by_arrival(out_);
    return std::move(out_);
  }

 private:
  Status find_columns() {
    std::vector<bool> known(table_.header().size(), false);
    for (std::size_t i = 0; i < kColumns; ++i) {
      places_[i] = table_.column(kNames[i]);
      if (places_[i]) known[*places_[i]] = true;
    }
    for (const Column needed : {Arrival, Duration}) {
      if (!places_[needed])
        return table_.wrong(
            fmt::format("there is no column {}; the header must name arrival and "
                        "duration, e.g. arrival,duration,vcpu,memory,namespace,name",
                        kNames[needed].front()));
    }
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (!known[i])
        out_.notes.push_back("column " + in_quotes(table_.header()[i]) + " is not used");
    }
    return {};
  }

  [[nodiscard]] string_view cell(Column column) const {
    return places_[column] ? table_.cell(*places_[column]) : string_view();
  }
  [[nodiscard]] tl::unexpected<Error> refuse(Column column, string_view write) const {
    return table_.wrong(
        fmt::format("{} is {}; write {}", kNames[column].front(), in_quotes(cell(column)), write));
  }

  Result<TimePoint> arrival() const {
    const auto text = cell(Arrival);
    if (const auto seconds = csv::number(text)) {
      if (std::abs(*seconds) > kMostSeconds * 20) return refuse(Arrival, "seconds, or RFC 3339");
      return options_.begin + Millis(std::llround(*seconds * 1000));
    }
    const auto at = parse_source_time(text);
    if (!at) return refuse(Arrival, "RFC 3339, e.g. 2026-11-24T22:00:00Z, or seconds");
    return *at;
  }
  // nullopt: empty.
  Result<std::optional<Millis>> length(Column column, bool zero_allowed) const {
    const auto text = cell(column);
    if (text.empty()) return std::optional<Millis>();
    std::optional<Millis> out;
    if (const auto seconds = csv::number(text)) {
      if (*seconds >= 0 && *seconds <= kMostSeconds) out = Millis(std::llround(*seconds * 1000));
    } else if (const auto duration = parse_duration(text)) {
      out = *duration;
    }
    if (!out || (*out <= Millis(0) && !zero_allowed))
      return refuse(column, zero_allowed ? "seconds, or a duration such as 8h"
                                         : "seconds above 0, or a duration such as 90m");
    return out;
  }
  Result<double> amount(Column column, double otherwise, double most, string_view write) const {
    const auto text = cell(column);
    if (text.empty()) return otherwise;
    const auto plain = csv::number(text);
    if (plain && *plain >= 0 && *plain <= most) return *plain;
    if (!plain) {
      const auto quantity = parse_quantity(text);
      if (quantity && *quantity <= most) return *quantity;
    }
    return refuse(column, write);
  }
  // GiB: a bare number is in GiB, with a suffix it is a quantity of bytes.
  Result<double> memory() const {
    const auto text = cell(Memory);
    constexpr double kGib = 1024.0 * 1024 * 1024;
    constexpr double kMost = 1e9;
    if (text.empty()) return 0.0;
    double gib = -1;
    if (const auto plain = csv::number(text)) {
      gib = *plain;
    } else if (const auto bytes = parse_quantity(text)) {
      gib = *bytes / kGib;
    }
    if (!(gib >= 0 && gib <= kMost)) return refuse(Memory, "GiB, e.g. 4, or a quantity, e.g. 4Gi");
    return gib;
  }

  Status row() {
    Job job;
    const auto at = arrival();
    if (!at) return fail(at.error());
    job.arrival = *at;
    const auto duration = length(Duration, false);
    if (!duration) return fail(duration.error());
    if (!*duration) return refuse(Duration, "seconds above 0, or a duration such as 90m");
    job.duration = **duration;
    const auto expected = length(Expected, false);
    if (!expected) return fail(expected.error());
    job.expected = expected->value_or(Millis(0));
    const auto delay = length(MaxDelay, true);
    if (!delay) return fail(delay.error());
    job.delay_cap = delay->value_or(Millis(-1));
    if (auto ok = requests(job); !ok) return ok;
    if (auto ok = names(job); !ok) return ok;
    out_.jobs.push_back(job);
    return {};
  }

  Status requests(Job& job) {
    const auto vcpu = amount(Vcpu, 1, kMostVcpu, "cores, e.g. 2 or 500m");
    if (!vcpu) return fail(vcpu.error());
    const auto gib = memory();
    if (!gib) return fail(gib.error());
    const auto gpus = amount(Gpus, 0, kMostVcpu, "a number of GPUs, e.g. 1");
    if (!gpus) return fail(gpus.error());
    const auto pods = amount(Pods, 1, kMostPods, "a number of pods, e.g. 1");
    if (!pods) return fail(pods.error());
    ledger::Requests each;
    each.vcpu = *vcpu;
    each.memory_gib = *gib;
    if (*gpus > 0) each.gpus[std::string(cell(GpuModel))] = *gpus;
    job.kw = static_cast<float>(ledger::kw_per_pod(each, options_.energy) * *pods);
    job.vcpu = static_cast<float>(*vcpu * *pods);
    return {};
  }

  Status names(Job& job) {
    for (const Column column : {Namespace, Name}) {
      if (!readable_name(cell(column))) return refuse(column, kReadableName);
    }
    const auto ns = cell(Namespace).empty() ? string_view("default") : cell(Namespace);
    job.ns = namespaces_.of(ns);
    const auto name = cell(Name);
    scratch_.assign(ns).append("/").append(name.empty() ? std::string()
                                                        : plan::series_of("", "", name));
    job.series = series_.of(scratch_);
    return {};
  }

  csv::Table table_;
  const WorkloadOptions& options_;
  Workload out_;
  Names namespaces_, series_;
  std::array<std::optional<std::size_t>, kColumns> places_;
  std::string scratch_;
};

}  // namespace

Result<Workload> read_workload_csv(string_view text, const WorkloadOptions& options) {
  if (text.size() > kMaxWorkloadBytes)
    return fail(Errc::InvalidArgument, options.file + " is larger than 1 GiB");
  auto table = csv::Table::open(text, options.file);
  if (!table) return fail(table.error());
  return Reader(std::move(*table), options).read();
}

}  // namespace karbonetes::simulate
