#include "dashboard/explain_job.hpp"

#include "base/text.hpp"
#include "cli/explain.hpp"

namespace karbonetes::dashboard {

Result<std::string> explain_job(Collector& collector, const cli::Fetch& fetch,
                                const std::string& system_namespace, const std::string& ns,
                                const std::string& name, TimePoint now) {
  auto job = collector.board().get(ns + "/" + name);
  if (!job) {
    return fail(Errc::NotFound,
                "job " + in_quotes(name) + " is not in namespace " + in_quotes(ns) + " any more");
  }
  const auto readings = collector.readings();
  cli::ExplainInput input;
  input.job = std::move(*job);
  input.policies = readings->policies;
  input.signals = readings->signals;
  input.system_namespace = system_namespace;
  if (!input.job.facts.cronjob.empty())
    input.cron = cli::get_cronjob(fetch, ns, input.job.facts.cronjob, input.notes);
  return cli::render_json(cli::explain(input, now));
}

}  // namespace karbonetes::dashboard
