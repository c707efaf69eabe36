#include <fmt/format.h>

#include "cli/explain.hpp"
#include "cli/signal_text.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "json/document.hpp"
#include "ledger/codec/account_codec.hpp"

namespace karbonetes::cli {

std::string render_text(const Explanation& e, bool colours) {
  std::string out =
      fmt::format("Job {}/{}: {}\n\n", printable(e.ns, 63), printable(e.name, 253),
                  paint(e.state, e.state == "waiting" ? Colour::Yellow : Colour::None, colours));
  for (const auto& sentence : e.sentences) out += printable(sentence) + "\n";

  out += fmt::format("\nPolicy: {}\n", printable(e.policy, 320));
  Table table;
  table.header = {"FIELD", "VALUE", "FROM"};
  for (const auto& f : e.fields) {
    table.rows.push_back({{f.field, Colour::None}, {f.value, Colour::None}, {f.from, Colour::Dim}});
  }
  out += render(table, colours);

  const auto list = [&](const char* title, const std::vector<std::string>& lines, Colour colour) {
    if (lines.empty()) return;
    out += fmt::format("\n{}\n", title);
    for (const auto& line : lines) out += "- " + paint(printable(line), colour, colours) + "\n";
  };
  list("Without effect:", e.ignored, Colour::Yellow);
  list("Could not be read:", e.notes, Colour::Yellow);
  list("What you can do:", e.advice, Colour::None);
  return out;
}

std::string render_json(const Explanation& e) {
  const auto time = [](const std::optional<TimePoint>& t) {
    return t ? json::Document(format_rfc3339(*t)) : json::Document(nullptr);
  };
  json::Document fields = json::Document::array();
  for (const auto& f : e.fields)
    fields.push_back({{"field", f.field}, {"value", f.value}, {"from", f.from}});
  json::Document account = nullptr;
  if (e.account) {
    if (auto parsed = json::parse(ledger::encode_account(*e.account))) account = std::move(*parsed);
  }
  const json::Document out = {
      {"namespace", e.ns},
      {"name", e.name},
      {"observedAt", format_rfc3339(e.now)},
      {"optedIn", e.opted_in},
      {"state", e.state},
      {"since", time(e.since)},
      {"until", time(e.until)},
      {"nextLook", time(e.next_look)},
      {"plannedStart", time(e.planned_start)},
      {"expectedSaving",
       e.expected_saving ? json::Document(*e.expected_saving) : json::Document(nullptr)},
      {"account", account},
      {"why", e.why},
      {"signal", signal_json(e.signal, e.now)},
      {"policy", {{"name", e.policy}, {"fields", fields}}},
      {"cronJob", e.cronjob.empty() ? json::Document(nullptr) : json::Document(e.cronjob)},
      {"deadline", {{"rule", e.deadline_rule}, {"cappedByCronJob", e.deadline_capped_by_cron}}},
      {"ignored", e.ignored},
      {"notes", e.notes},
      {"advice", e.advice},
      {"sentences", e.sentences}};
  // ASCII alone, so that no terminal obeys what came from the cluster.
  return out.dump(2, ' ', true, json::Document::error_handler_t::replace) + "\n";
}

}  // namespace karbonetes::cli
