// status, explain and run-now.
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "cli/explain.hpp"
#include "cli/run_now.hpp"
#include "cli/status.hpp"
#include "cli/text.hpp"
#include "commands.hpp"
#include "kube/client/paths.hpp"
#include "signals.hpp"

namespace karbonetes::cmd {

namespace {

Result<std::string> status_text(const Context& context) {
  const Flags& flags = context.flags;
  cli::StatusInput input;
  input.all = flags.all;
  input.system_namespace = flags.system_namespace;
  auto jobs = cli::list_jobs(context.fetch, context.ns, flags.selector);
  if (!jobs) return fail(jobs.error());
  if (flags.output == "name") return cli::render_names(*jobs, flags.all, context.ns.empty());
  input.jobs = std::move(*jobs);
  const auto namespaces = context.ns.empty()
                              ? std::vector<std::string>{}
                              : std::vector<std::string>{context.ns, flags.system_namespace};
  input.policies = cli::list_policies(context.fetch, namespaces, input.notes);
  input.signals = known_signals(context, input.notes);
  const auto report = cli::report(input, context.clock.now());
  if (flags.output == "json" || flags.output == "yaml")
    return structured(flags, cli::render_json(report));
  return cli::render_text(report, {flags.output == "wide", colours(flags)});
}

// Until somebody ends it: what was shown is shown again when it has changed.
int watch_status(const Context& context) {
  constexpr auto kEvery = std::chrono::seconds(2);
  const bool screen = isatty(STDOUT_FILENO) == 1;
  std::string shown;
  while (true) {
    auto text = status_text(context);
    // One that fails is shown as such; the next may work.
    const std::string now =
        text ? *text : "error: " + cli::printable(text.error().message, 2000) + "\n";
    if (now != shown) {
      const bool first = shown.empty();
      if (print((screen ? "\033[H\033[2J" : first ? "" : "\n") + now) != 0) return 1;
      shown = now;
    }
    std::this_thread::sleep_for(kEvery);
  }
}

}  // namespace

int status(const Context& context) {
  if (context.flags.watch) return watch_status(context);
  const auto text = status_text(context);
  return text ? print(*text) : die(text.error().message);
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
  return print(flags.output.empty() ? cli::render_text(explanation, colours(flags))
                                    : structured(flags, cli::render_json(explanation)));
}

namespace {

int run_one(const Context& context, const std::string& ns, const std::string& name) {
  const auto job = cli::get_job(context.fetch, ns, name);
  if (!job) return die(job.error().message);
  const auto action = cli::run_now(*job);
  if (action.failed) return die(action.sentence);
  if (action.ask && context.flags.dry_run) return print("job " + name + " would be released\n");
  if (action.ask) {
    kube::CallOptions options;
    options.field_manager = "kubectl-karbonetes";
    const auto patched =
        context.client.patch(kube::object_path(kube::kJobs, ns, name), kube::PatchType::Merge,
                             cli::run_now_patch(), options);
    if (!patched)
      return die("job " + name + " cannot be asked to run now: " + patched.error().message);
  }
  return print(action.sentence + "\n");
}

}  // namespace

int run_now(const Context& context) {
  const Flags& flags = context.flags;
  std::vector<std::string> names = flags.jobs;
  if (names.empty() == flags.selector.empty())
    return die("name Jobs, or choose those that wait by a label with -l");
  if (!flags.selector.empty()) {
    const auto jobs = cli::list_jobs(context.fetch, context.ns, flags.selector);
    if (!jobs) return die(jobs.error().message);
    for (const auto& job : *jobs) {
      if (cli::waits(job)) names.push_back(job.facts.name);
    }
    if (names.empty())
      return print("no Job waits that has the labels " + cli::printable(flags.selector) + "\n");
  }
  int exit_code = 0;
  for (const auto& name : names)
    exit_code = std::max(exit_code, run_one(context, context.ns, name));
  return exit_code;
}

}  // namespace karbonetes::cmd
