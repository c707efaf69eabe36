#include "dashboard/readings.hpp"

#include "json/document.hpp"
#include "kube/client/paths.hpp"
#include "ledger/codec/book_codec.hpp"

namespace karbonetes::dashboard {

namespace {

constexpr std::string_view kLedgerQuery =
    "?labelSelector=carbon-aware.io%2Fkept%3Dledger&limit=500";

}  // namespace

std::vector<std::string> Readings::notes() const {
  std::vector<std::string> out = signal_notes;
  out.insert(out.end(), policy_notes.begin(), policy_notes.end());
  out.insert(out.end(), book_notes.begin(), book_notes.end());
  return out;
}

std::optional<std::vector<ledger::DayBook>> read_books(const cli::Fetch& fetch,
                                                       std::string_view system_namespace,
                                                       std::vector<std::string>& notes) {
  const auto body =
      fetch(kube::namespace_path(kube::kConfigMaps, system_namespace) + std::string(kLedgerQuery));
  const auto list = body ? json::parse(*body) : Result<json::Document>(fail(body.error()));
  if (!list) {
    notes.push_back("the ledger cannot be read (" + list.error().message +
                    "): only Jobs that still exist are counted");
    return std::nullopt;
  }
  std::vector<ledger::DayBook> out;
  const auto items = list->is_object() ? list->find("items") : list->end();
  if (items == list->end() || !items->is_array()) return out;
  static const json::Document::json_pointer kText("/data/book.json");
  for (const auto& item : *items) {
    if (!item.contains(kText) || !item.at(kText).is_string()) continue;
    auto book = ledger::decode_book(item.at(kText).get_ref<const std::string&>());
    if (book) {
      out.push_back(std::move(*book));
    } else {
      notes.push_back("a book of the ledger cannot be read: " + book.error().message);
    }
  }
  return out;
}

}  // namespace karbonetes::dashboard
