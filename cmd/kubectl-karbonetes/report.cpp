// report: day books of the system namespace, or where they may not be read, the accounts on Jobs.
#include "cli/report.hpp"

#include "cli/published.hpp"
#include "commands.hpp"
#include "json/document.hpp"
#include "kube/client/paths.hpp"
#include "ledger/codec/account_codec.hpp"
#include "ledger/codec/book_codec.hpp"

namespace karbonetes::cmd {

namespace {

Result<std::vector<ledger::DayBook>> read_books(const Context& context,
                                                std::vector<std::string>& notes) {
  const auto body =
      context.fetch(kube::namespace_path(kube::kConfigMaps, context.flags.system_namespace) +
                    "?labelSelector=carbon-aware.io%2Fkept%3Dledger&limit=500");
  if (!body) return fail(body.error());
  const auto list = json::parse(*body);
  if (!list) return fail(list.error());
  std::vector<ledger::DayBook> out;
  const auto items = list->find("items");
  if (items == list->end() || !items->is_array()) return out;
  for (const auto& item : *items) {
    const auto text = item.value("/data/book.json"_json_pointer, std::string());
    auto book = ledger::decode_book(text);
    if (book) {
      out.push_back(std::move(*book));
    } else {
      notes.push_back("a book of the ledger cannot be read: " + book.error().message);
    }
  }
  return out;
}

Result<std::vector<cli::JobAccount>> read_accounts(const Context& context) {
  auto jobs = cli::list_jobs(context.fetch, context.ns, "");
  if (!jobs) return fail(jobs.error());
  std::vector<cli::JobAccount> out;
  for (const auto& job : *jobs) {
    if (job.account.empty()) continue;
    auto account = ledger::decode_account(job.account);
    if (!account) continue;  // edited by hand
    out.push_back(
        {job.facts.ns, job.facts.state == placement::JobState::Shadow, std::move(*account)});
  }
  return out;
}

// "2026-11-24", "7d" (ago).
Result<std::optional<ledger::Day>> day_of(const std::string& text, const char* flag,
                                          TimePoint now) {
  if (text.empty()) return std::nullopt;
  if (const auto day = ledger::parse_day(text)) return *day;
  const auto ago = parse_duration(text);
  if (!ago) {
    return fail(Errc::InvalidArgument,
                std::string(flag) + ": write a day, e.g. 2026-11-24, or how long ago, e.g. 7d");
  }
  return ledger::day_of(now - *ago);
}

}  // namespace

int report(const Context& context) {
  const Flags& flags = context.flags;
  const auto now = context.clock.now();
  cli::ReportInput input;
  const auto group = cli::parse_group_by(flags.group_by);
  if (!group) return die(group.error().message);
  input.group_by = *group;
  const auto since = day_of(flags.since, "--since", now);
  if (!since) return die(since.error().message);
  const auto until = day_of(flags.until, "--until", now);
  if (!until) return die(until.error().message);
  input.since = *since;
  input.until = *until;
  if (!context.ns.empty()) input.ns = context.ns;

  auto books = read_books(context, input.notes);
  if (books) {
    input.books = std::move(*books);
  } else {
    input.notes.push_back("the ledger cannot be read (" + books.error().message +
                          "): only Jobs that still exist are counted");
    auto jobs = read_accounts(context);
    if (!jobs) return die(jobs.error().message);
    input.jobs = std::move(*jobs);
  }
  const auto result = cli::report(input);
  if (flags.output == "json" || flags.output == "yaml")
    return print(structured(flags, cli::render_report_json(result)));
  if (flags.output == "csv") return print(cli::render_report_csv(result));
  return print(cli::render_report_text(result, colours(flags)));
}

}  // namespace karbonetes::cmd
