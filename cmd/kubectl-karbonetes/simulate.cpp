// simulate: files in, a study out. Needs no cluster.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "base/text_file.hpp"
#include "commands.hpp"
#include "simulate/grid.hpp"
#include "simulate/input/objects.hpp"
#include "simulate/input/synthetic.hpp"
#include "simulate/input/trace_file.hpp"
#include "simulate/input/workload_file.hpp"
#include "simulate/learned.hpp"
#include "simulate/make_study.hpp"
#include "simulate/report/report.hpp"

namespace karbonetes::cmd {

namespace {

namespace fs = std::filesystem;
using simulate::Trace;
using simulate::Workload;

Result<std::string> read(const std::string& file, std::size_t most) {
  if (file != "-") return read_text_file(file, most);
  std::string out;
  std::string block(1 << 16, '\0');
  while (std::cin) {
    std::cin.read(block.data(), static_cast<std::streamsize>(block.size()));
    out.append(block, 0, static_cast<std::size_t>(std::cin.gcount()));
    if (out.size() > most)
      return fail(Errc::InvalidArgument,
                  "standard input is larger than " + std::to_string(most >> 20U) + " MiB");
  }
  return out;
}

Result<Millis> duration_of(const char* option, const std::string& text) {
  const auto out = parse_duration(text);
  if (!out) return fail(out.error().code, std::string(option) + ": " + out.error().message);
  return *out;
}

Result<std::vector<Trace>> read_all_traces(const SimulationFlags& flags) {
  const auto gap = duration_of("--longest-gap", flags.longest_gap);
  if (!gap) return fail(gap.error());
  std::vector<Trace> out;
  for (const auto& each : flags.traces) {
    simulate::TraceOptions options;
    const auto equals = each.find('=');
    if (equals != std::string::npos) options.zone = each.substr(0, equals);
    options.file = equals == std::string::npos ? each : each.substr(equals + 1);
    options.column = flags.intensity_column;
    options.time_zone = flags.trace_time_zone;
    options.longest_gap = *gap;
    const auto text = read(options.file, simulate::kMaxTraceBytes);
    if (!text) return fail(text.error());
    auto traces = simulate::read_traces(*text, options);
    if (!traces) return fail(traces.error());
    std::ranges::move(*traces, std::back_inserter(out));
  }
  for (const Trace& trace : out) {
    if (std::ranges::count(out, trace.zone, &Trace::zone) > 1)
      return fail(Errc::InvalidArgument,
                  "two traces are of zone " + trace.zone +
                      "; name them: --trace first=a.csv --trace second=b.csv");
  }
  return out;
}

Result<ledger::EnergyModel> energy_of(const SimulationFlags& flags) {
  const auto provider = ledger::parse_provider(flags.energy_provider);
  if (!provider)
    return fail(provider.error().code, "--energy-provider: " + provider.error().message);
  auto out = ledger::model_of(*provider);
  if (flags.energy_pue != 0) out.pue = flags.energy_pue;
  if (flags.energy_utilisation != -1) out.utilisation = flags.energy_utilisation;
  if (auto ok = ledger::validate(out); !ok) return fail(ok.error());
  return out;
}

struct Period {
  TimePoint from = TimePoint::min(), until = TimePoint::max();
};
Period period_of(const std::vector<Trace>& traces) {
  Period out;
  for (const Trace& trace : traces) {
    out.from = std::max(out.from, trace.actual->begin());
    out.until = std::min(out.until, trace.actual->end());
  }
  return out;
}

Result<Workload> read_jobs(const SimulationFlags& flags, const Period& period,
                           const ledger::EnergyModel& energy) {
  if (!flags.synthetic.empty())
    return simulate::synthetic(flags.synthetic, {period.from, period.until, energy});
  if (!flags.workload.empty()) {
    const auto text = read(flags.workload, simulate::kMaxWorkloadBytes);
    if (!text) return fail(text.error());
    return simulate::read_workload_csv(*text, {flags.workload, energy, period.from});
  }
  const auto text = read(flags.objects, simulate::kMaxObjectsBytes);
  if (!text) return fail(text.error());
  simulate::ObjectsOptions options;
  options.file = flags.objects == "-" ? "standard input" : flags.objects;
  options.from = period.from;
  options.until = period.until;
  options.energy = energy;
  const auto assumed = duration_of("--assumed-duration", flags.assumed_duration);
  if (!assumed) return fail(assumed.error());
  options.assumed_duration = *assumed;
  options.align = flags.align;
  options.only_opted_in = flags.only_opted_in;
  return simulate::read_objects(*text, options);
}

// One line on standard error that is written over itself.
class Bar {
 public:
  explicit Bar(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) == 1) {}
  void show(std::size_t done, std::size_t total) const {
    if (!shown_) return;
    constexpr std::size_t kWidth = 30;
    const std::size_t full = total == 0 ? kWidth : kWidth * done / total;
    std::fprintf(stderr, "\rsimulating [%s%s] %zu/%zu", std::string(full, '#').c_str(),
                 std::string(kWidth - full, '.').c_str(), done, total);
    if (done == total) std::fprintf(stderr, "\r%*s\r", 60, "");
    std::fflush(stderr);
  }

 private:
  bool shown_;
};

std::string about(const std::vector<Trace>& traces) {
  std::string out;
  for (const Trace& trace : traces) {
    out += (out.empty() ? "" : ", ") + trace.zone + " " + format_rfc3339(trace.actual->begin()) +
           " to " + format_rfc3339(trace.actual->end());
    const Millis step = trace.actual->regular_step();
    if (step > Millis(0)) out += " in steps of " + format_duration(step);
  }
  return out;
}

std::string about(const Workload& workload, const SimulationFlags& flags) {
  const std::string source = !flags.synthetic.empty()  ? flags.synthetic
                             : !flags.workload.empty() ? flags.workload
                                                       : flags.objects;
  return std::to_string(workload.jobs.size()) + " Jobs (" + source + ")";
}

Status write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  if (!out) return fail(Errc::InvalidArgument, file.string() + " cannot be written");
  return {};
}

Status write_files(const SimulationFlags& flags, const simulate::Study& study) {
  if (!flags.report.empty()) {
    if (auto ok = write(flags.report, simulate::render_html(study)); !ok) return ok;
  }
  if (flags.pictures.empty()) return {};
  std::error_code error;
  fs::create_directories(flags.pictures, error);
  for (const auto& [name, svg] : simulate::pictures(study))
    if (auto ok = write(fs::path(flags.pictures) / name, svg); !ok) return ok;
  return {};
}

Result<simulate::Study> study_of(const SimulationFlags& flags) {
  auto traces = read_all_traces(flags);
  if (!traces) return fail(traces.error());
  const auto energy = energy_of(flags);
  if (!energy) return fail(energy.error());
  auto workload = read_jobs(flags, period_of(*traces), *energy);
  if (!workload) return fail(workload.error());
  if (flags.align && flags.objects.empty()) simulate::align(*traces, *workload);
  workload = simulate::within(*traces, std::move(*workload));
  if (!workload) return fail(workload.error());

  auto grid = flags.grid;
  simulate::Request request;
  if (!flags.compare.empty()) {
    const auto a = simulate::parse_rule(flags.compare[0]);
    const auto b = simulate::parse_rule(flags.compare[1]);
    for (const auto* rule : {&a, &b})
      if (!*rule) return fail(rule->error().code, "--compare: " + rule->error().message);
    request.compare = std::pair(*a, *b);
    grid.rules.insert(grid.rules.end(), flags.compare.begin(), flags.compare.end());
  }
  const bool marginal = std::ranges::any_of(*traces, [](const Trace& trace) {
    return trace.actual->kind() == carbon::KindTag::Marginal;
  });
  auto scenarios = simulate::scenarios_of(grid, marginal);
  if (!scenarios) return fail(scenarios.error());
  request.scenarios = std::move(*scenarios);
  request.suggest = flags.suggest;
  request.suggest_part = flags.suggest_percent / 100;
  request.threads = flags.threads != 0 ? std::min(flags.threads, 256U)
                                       : std::max(std::thread::hardware_concurrency(), 1U);
  if (grid.durations == "learned") simulate::learn_durations(*workload);
  Bar bar(flags.progress);
  request.progress = [&](std::size_t done, std::size_t total) { bar.show(done, total); };
  auto study = simulate::make_study(*traces, *workload, request);
  if (!study) return fail(study.error());
  study->traces = about(*traces);
  study->workload = about(*workload, flags);
  return study;
}

}  // namespace

int simulate(const Flags& flags) {
  const auto study = study_of(flags.simulation);
  if (!study) return die(study.error().message);
  if (auto written = write_files(flags.simulation, *study); !written)
    return die(written.error().message);
  if (flags.output == "json" || flags.output == "yaml")
    return print(structured(flags, simulate::render_json(*study)));
  if (flags.output == "csv") return print(simulate::render_csv(*study));
  return print(simulate::render_text(*study, colours(flags)));
}

}  // namespace karbonetes::cmd
