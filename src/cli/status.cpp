#include "cli/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "cli/signal_text.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "json/document.hpp"
#include "plan/outlook.hpp"

namespace karbonetes::cli {

namespace {

void count(StatusReport& report, const std::string& state) {
  if (state == "waiting") ++report.waiting;
  if (state == "unseen") ++report.unseen;
  if (state == "released") ++report.released;
  if (state == "finished") ++report.finished;
  if (state == "failed") ++report.failed;
  if (state == "user-suspended") ++report.user_suspended;
  if (state == "missed") ++report.missed;
  if (state == "shadow") ++report.shadow;
}

StatusRow row_of(const JobRecord& job, const StatusInput& input, TimePoint now) {
  // The Job carries the deadline that holds; its CronJob is not fetched for every row.
  static const carbon::Signals kNone;
  const auto evaluation =
      placement::evaluate(job.facts, {input.policies, input.signals ? *input.signals : kNone,
                                      std::nullopt, std::nullopt, input.system_namespace, now});
  StatusRow row;
  row.ns = job.facts.ns;
  row.name = job.facts.name;
  row.state = state_text(job);
  row.cronjob = job.facts.cronjob;
  row.policy = evaluation.policy.policy_key;
  if (const auto signal = governing(evaluation.policy, input.signals, now)) {
    row.signal = fmt::format(
        "{} ({})",
        carbon::name(plan::outlook_at(evaluation.policy.green.value.get(), *signal, now).state),
        signal->source);
  }
  row.why = job.decision;
  if (row.why.empty()) row.why = job.release_reason;
  if (waits(job)) {
    row.since = job.facts.waiting_since;
    row.until = job.facts.deadline ? job.facts.deadline : evaluation.deadline.at;
    if (job.facts.note) row.planned = job.facts.note->start;
    if (row.state == "unseen" && row.why.empty())
      row.why = "the controller has not looked at it yet";
  } else {
    row.since = job.facts.released_at;
  }
  return row;
}

Colour colour_of(const std::string& state) {
  if (state == "waiting") return Colour::Yellow;
  if (state == "released") return Colour::Green;
  if (state == "finished") return Colour::Dim;
  return state == "user-suspended" ? Colour::None : Colour::Red;
}

std::string until_text(TimePoint until, TimePoint now) {
  return until < now ? "overdue " + human_duration(now - until) : relative(until, now);
}

std::string counts_text(const StatusReport& r) {
  std::string text = fmt::format("{} waiting", r.waiting);
  const auto add = [&](std::size_t n, const char* what) {
    if (n > 0) text += fmt::format(", {} {}", n, what);
  };
  add(r.unseen, "not seen by the controller yet");
  add(r.released, "released");
  add(r.finished, "finished");
  add(r.failed, "failed");
  add(r.user_suspended, "suspended by their users");
  add(r.missed, "missed (already running when first seen)");
  add(r.shadow, "watched in shadow");
  return text;
}

}  // namespace

StatusReport report(const StatusInput& input, TimePoint now) {
  StatusReport out;
  out.now = now;
  if (input.signals) out.signal = *carbon::select(*input.signals, "", "").signal;
  out.headline = headline(out.signal, now);
  out.notes = input.notes;
  for (const JobRecord& job : input.jobs) {
    if (!concerns_us(job)) continue;
    count(out, state_text(job));
    if (waits(job) || input.all) out.rows.push_back(row_of(job, input, now));
  }
  std::ranges::sort(out.rows, [](const StatusRow& a, const StatusRow& b) {
    const TimePoint x = a.until.value_or(TimePoint::max()), y = b.until.value_or(TimePoint::max());
    return std::tie(x, a.ns, a.name) < std::tie(y, b.ns, b.name);
  });
  return out;
}

std::string render_text(const StatusReport& report, const TextOptions& options) {
  std::string out = printable(report.headline) + "\n" + counts_text(report) + "\n";
  for (const auto& note : report.notes) out += "Note: " + printable(note) + "\n";
  if (report.rows.empty()) return out;

  Table table;
  table.header = {"NAMESPACE", "NAME", "STATE", "SINCE", "UNTIL", "POLICY", "SIGNAL"};
  const bool planned = options.wide || std::ranges::any_of(report.rows, [](const StatusRow& row) {
                         return row.planned.has_value();
                       });
  if (planned) table.header.insert(table.header.begin() + 4, "PLANNED");
  if (options.wide) table.header.emplace_back("CRONJOB");
  table.header.emplace_back("WHY");
  for (const StatusRow& row : report.rows) {
    std::string since, until;
    if (row.since) {
      since = options.wide ? format_rfc3339(*row.since) : human_duration(report.now - *row.since);
    }
    if (row.until) {
      until = options.wide ? format_rfc3339(*row.until) : until_text(*row.until, report.now);
    }
    std::vector<Cell> cells = {
        {row.ns, Colour::None},    {row.name, Colour::None}, {row.state, colour_of(row.state)},
        {since, Colour::None},     {until, Colour::None},    {row.policy, Colour::None},
        {row.signal, Colour::None}};
    if (planned) {
      std::string start;
      if (row.planned) {
        start = options.wide ? format_rfc3339(*row.planned) : relative(*row.planned, report.now);
      }
      cells.insert(cells.begin() + 4, {start, Colour::None});
    }
    if (options.wide) cells.push_back({row.cronjob, Colour::None});
    cells.push_back({row.why, Colour::None});
    table.rows.push_back(std::move(cells));
  }
  return out + "\n" + render(table, options.colours);
}

std::string render_json(const StatusReport& report) {
  const auto time = [](const std::optional<TimePoint>& t) {
    return t ? json::Document(format_rfc3339(*t)) : json::Document(nullptr);
  };
  json::Document out = {{"observedAt", format_rfc3339(report.now)},
                        {"signal", signal_json(report.signal, report.now)},
                        {"counts",
                         {{"waiting", report.waiting},
                          {"unseen", report.unseen},
                          {"released", report.released},
                          {"finished", report.finished},
                          {"failed", report.failed},
                          {"userSuspended", report.user_suspended},
                          {"missed", report.missed},
                          {"shadow", report.shadow}}},
                        {"notes", report.notes},
                        {"jobs", json::Document::array()}};
  for (const StatusRow& row : report.rows) {
    out["jobs"].push_back(
        {{"namespace", row.ns},
         {"name", row.name},
         {"state", row.state},
         {"since", time(row.since)},
         {"plannedStart", time(row.planned)},
         {"until", time(row.until)},
         {"policy", row.policy},
         {"signal", row.signal.empty() ? json::Document(nullptr) : json::Document(row.signal)},
         {"cronJob", row.cronjob.empty() ? json::Document(nullptr) : json::Document(row.cronjob)},
         {"why", row.why}});
  }
  // ASCII alone, so that no terminal obeys what came from the cluster.
  return out.dump(2, ' ', true, json::Document::error_handler_t::replace) + "\n";
}

std::string render_names(const std::vector<JobRecord>& jobs, bool all, bool with_namespace) {
  std::string out;
  for (const auto& job : jobs) {
    if (!all && !waits(job)) continue;
    out += with_namespace ? printable(job.facts.ns) + "/" : std::string("job.batch/");
    out += printable(job.facts.name) + "\n";
  }
  return out;
}

}  // namespace karbonetes::cli
