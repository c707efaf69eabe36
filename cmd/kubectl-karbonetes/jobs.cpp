// status, explain and run-now.
#include "cli/explain.hpp"
#include "cli/run_now.hpp"
#include "cli/status.hpp"
#include "cli/text.hpp"
#include "commands.hpp"
#include "kube/client/paths.hpp"
#include "signals.hpp"

namespace karbonetes::cmd {

int status(const Context& context) {
  const Flags& flags = context.flags;
  cli::StatusInput input;
  input.all = flags.all;
  input.system_namespace = flags.system_namespace;
  auto jobs = cli::list_jobs(context.fetch, context.ns, flags.selector);
  if (!jobs) return die(jobs.error().message);
  input.jobs = std::move(*jobs);
  const auto namespaces = context.ns.empty()
                              ? std::vector<std::string>{}
                              : std::vector<std::string>{context.ns, flags.system_namespace};
  input.policies = cli::list_policies(context.fetch, namespaces, input.notes);
  input.signals = known_signals(context, input.notes);
  const auto report = cli::report(input, context.clock.now());
  return print(flags.output == "json"
                   ? cli::render_json(report)
                   : cli::render_text(report, {flags.output == "wide", colours(flags)}));
}

int explain(const Context& context) {
  const Flags& flags = context.flags;
  cli::ExplainInput input;
  input.system_namespace = flags.system_namespace;
  auto job = cli::get_job(context.fetch, context.ns, flags.jobs.front());
  if (!job) return die(job.error().message);
  input.job = std::move(*job);
  input.policies =
      cli::list_policies(context.fetch, {context.ns, flags.system_namespace}, input.notes);
  if (!input.job.facts.cronjob.empty()) {
    input.cron = cli::get_cronjob(context.fetch, context.ns, input.job.facts.cronjob, input.notes);
  }
  input.signals = known_signals(context, input.notes);
  const auto explanation = cli::explain(input, context.clock.now());
  return print(flags.output == "json" ? cli::render_json(explanation)
                                      : cli::render_text(explanation, colours(flags)));
}

int run_now(const Context& context) {
  int exit_code = 0;
  for (const auto& name : context.flags.jobs) {
    const auto job = cli::get_job(context.fetch, context.ns, name);
    if (!job) {
      exit_code = die(job.error().message);
      continue;
    }
    const auto action = cli::run_now(*job);
    if (action.ask) {
      kube::CallOptions options;
      options.field_manager = "kubectl-karbonetes";
      const auto patched =
          context.client.patch(kube::object_path(kube::kJobs, context.ns, name),
                               kube::PatchType::Merge, cli::run_now_patch(), options);
      if (!patched) {
        exit_code = die("job " + name + " cannot be asked to run now: " + patched.error().message);
        continue;
      }
    }
    if (action.failed) {
      exit_code = die(action.sentence);
    } else if (print(action.sentence + "\n") != 0) {
      return 1;
    }
  }
  return exit_code;
}

}  // namespace karbonetes::cmd
