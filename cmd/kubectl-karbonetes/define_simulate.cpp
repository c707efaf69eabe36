// The options of `simulate`: there are many, and no other command has them.
#include "define.hpp"

namespace karbonetes::cmd {

namespace {

void inputs(CLI::App& command, SimulationFlags& f) {
  command
      .add_option("--trace", f.traces,
                  "carbon intensity: FILE or ZONE=FILE; CSV or JSON as Electricity Maps, NESO, "
                  "Energy-Charts and WattTime export it, or time,intensity; may be repeated")
      ->required();
  command.add_option("--intensity-column", f.intensity_column,
                     "column of the intensity, where the header leaves a choice");
  command
      .add_option("--trace-time-zone", f.trace_time_zone,
                  "of times that are written without an offset")
      ->capture_default_str();
  command.add_option("--longest-gap", f.longest_gap, "what a trace lacks for longer is an error")
      ->capture_default_str();
  auto* jobs = command.add_option_group("jobs", "the Jobs, one of");
  jobs->add_option("--workload", f.workload,
                   "CSV: arrival,duration,vcpu,memory,namespace,name,...");
  jobs->add_option("--objects", f.objects,
                   "what `kubectl get jobs,cronjobs -A -o yaml` (or json) printed; - reads it from "
                   "standard input");
  jobs->add_option("--synthetic", f.synthetic,
                   "made from a seed: nightly, poisson or diurnal, e.g. "
                   "diurnal,per-day=200,duration=lognormal:45m:1.2,vcpu=4,namespaces=3,seed=1");
  jobs->require_option(1);
  command.add_flag("--align", f.align, "move the Jobs by whole weeks, to where the traces begin");
  command.add_flag("--only-opted-in", f.only_opted_in,
                   "of --objects those alone that carry carbon-aware.io/enabled");
  command
      .add_option("--assumed-duration", f.assumed_duration,
                  "of --objects that say nothing of it and have not run yet")
      ->capture_default_str();
  command
      .add_option("--energy-provider", f.energy_provider,
                  "aws | gcp | azure: whose servers the energy model describes")
      ->capture_default_str();
  command.add_option("--energy-pue", f.energy_pue, "power usage effectiveness, 1 or more");
  command.add_option("--energy-utilisation", f.energy_utilisation, "of CPUs and GPUs, 0 to 1");
}

void ways(CLI::App& command, simulate::GridText& g) {
  command
      .add_option("--policy", g.rules,
                  "first-green, lowest-slot, lowest-window, carbon-time (as in the cluster), "
                  "immediate, full-delay, oracle, wait-awhile, ecovisor (to compare with)")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--max-delay", g.max_delays, "list: 4h,8h,24h")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--threshold", g.thresholds,
                  "list for first-green and ecovisor: 30% (of the day ahead), 200 (gCO2eq/kWh)")
      ->delimiter(',');
  command.add_option("--forecast-error", g.errors, "list, of the mean intensity: 0,5%,10%")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--error-model", g.error_model,
                  "iid | horizon (grows with the lead time) | ar1 (correlated)")
      ->capture_default_str();
  command.add_option("--seeds", g.seeds, "how often each error is drawn")->capture_default_str();
  command
      .add_option(
          "--durations", g.durations,
          "known | learned (as the controller does) | unknown: what a decision knows of them")
      ->capture_default_str();
  command.add_option("--min-saving", g.min_saving_percent,
                     "percent: do not wait for less, as minSavingPercent of a policy");
  command.add_option("--forecast-every", g.forecast_every, "how often a forecast is published")
      ->capture_default_str();
  command.add_option("--forecast-horizon", g.forecast_horizon, "how far ahead it reaches")
      ->capture_default_str();
  command.add_option("--green-vcpu", g.green_vcpu, "what the green pool can run at a time")
      ->expected(1);
  command.add_option("--fallback-vcpu", g.fallback_vcpu, "and the fallback pool")->expected(1);
}

void answers(CLI::App& command, SimulationFlags& f) {
  command.add_option("--compare", f.compare, "two policies: is one better, or was it luck?")
      ->delimiter(',')
      ->expected(2);
  command.add_flag("--suggest", f.suggest,
                   "the smallest maxDelay that gets most of the saving, and a policy that says so");
  command.add_option("--suggest-percent", f.suggest_percent, "what \"most\" is")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  command.add_option("--report", f.report, "write a page with pictures to this HTML file");
  command.add_option("--pictures", f.pictures, "write its pictures into this folder, as SVG");
  command.add_option("--threads", f.threads, "default: one for each core");
  command.add_flag("--progress,!--no-progress", f.progress, "a bar, on a terminal");
}

}  // namespace

void define_simulate(CLI::App& command, SimulationFlags& flags) {
  inputs(command, flags);
  ways(command, flags.grid);
  answers(command, flags);
}

}  // namespace karbonetes::cmd
