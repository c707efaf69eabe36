#include "ledger/codec/book_codec.hpp"

#include "base/text.hpp"
#include "ledger/codec/fields.hpp"

namespace karbonetes::ledger {

namespace {

using json::Document;

constexpr int kVersion = 1;
constexpr std::size_t kMaxText = 2U << 20;
constexpr std::size_t kMaxRows = 20'000;
constexpr std::size_t kLongestName = 320;
constexpr std::size_t kLongestAccount = 4096;
constexpr std::int64_t kMostJobs = 1'000'000'000'000;
constexpr double kMost = 1e18;

template <class Kind>
Document document_of(const KindTotals<Kind>& totals) {
  return {{"actualGrams", totals.actual.value},
          {"counterfactualGrams", totals.counterfactual.value},
          {"wouldAvoidGrams", totals.would_avoid.value},
          {"coveredSeconds", totals.covered_seconds}};
}

std::string text_of(const DayBook& book) {
  Document rows = Document::array();
  for (const auto& [key, totals] : book.rows) {
    rows.push_back({{"namespace", key.ns},
                    {"policy", key.policy},
                    {"shadow", key.shadow},
                    {"jobs", totals.jobs},
                    {"kWh", totals.kwh},
                    {"runSeconds", totals.run_seconds},
                    {"waitSeconds", totals.wait_seconds},
                    {"average", document_of(totals.average)},
                    {"marginal", document_of(totals.marginal)}});
  }
  Document pending = Document::object();
  for (const auto& [uid, job] : book.pending) {
    pending[uid] = {{"namespace", job.ns}, {"name", job.name}, {"account", job.account}};
  }
  return fields::compact({{"version", kVersion},
                          {"day", format_day(book.day)},
                          {"foldedRows", book.folded},
                          {"rows", std::move(rows)},
                          {"pending", std::move(pending)}});
}

template <class Kind>
Status take(const Document& row, const std::string& path, KindTotals<Kind>& out) {
  const Document& from = fields::member(row, Kind::kName);
  const std::string field = path + "." + std::string(Kind::kName);
  if (from.is_null()) return {};
  if (!from.is_object()) return fields::wrong(field, "an object");
  if (Status s = fields::read(from, "actualGrams", field, -kMost, kMost, out.actual.value); !s) {
    return s;
  }
  if (Status s =
          fields::read(from, "counterfactualGrams", field, -kMost, kMost, out.counterfactual.value);
      !s) {
    return s;
  }
  if (Status s = fields::read(from, "wouldAvoidGrams", field, -kMost, kMost, out.would_avoid.value);
      !s) {
    return s;
  }
  return fields::read(from, "coveredSeconds", field, 0, kMost, out.covered_seconds);
}

Status take_row(const Document& from, const std::string& path, DayBook& book) {
  if (!from.is_object()) return fields::wrong(path, "an object");
  RowKey key;
  Totals totals;
  for (const Status& s : {fields::read(from, "namespace", path, kLongestName, key.ns),
                          fields::read(from, "policy", path, kLongestName, key.policy),
                          fields::read(from, "shadow", path, key.shadow),
                          fields::read(from, "jobs", path, kMostJobs, totals.jobs),
                          fields::read(from, "kWh", path, 0, kMost, totals.kwh),
                          fields::read(from, "runSeconds", path, 0, kMost, totals.run_seconds),
                          fields::read(from, "waitSeconds", path, 0, kMost, totals.wait_seconds),
                          take(from, path, totals.average), take(from, path, totals.marginal)}) {
    if (!s) return s;
  }
  book.rows[key] += totals;
  return {};
}

Status take_rows(const Document& document, DayBook& book) {
  const Document& rows = fields::member(document, "rows");
  if (rows.is_null()) return {};
  if (!rows.is_array() || rows.size() > kMaxRows) {
    return fields::wrong("rows", "an array of at most 20000");
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (Status s = take_row(rows[i], "rows[" + std::to_string(i) + "]", book); !s) return s;
  }
  return {};
}

Status take_pending(const Document& document, DayBook& book) {
  const Document& pending = fields::member(document, "pending");
  if (pending.is_null()) return {};
  if (!pending.is_object() || pending.size() > 4 * DayBook::kMaxPending) {
    return fields::wrong("pending", "an object of at most 1024 members");
  }
  for (const auto& [uid, from] : pending.items()) {
    const std::string path = "pending[" + in_quotes(uid) + "]";
    if (uid.size() > kLongestName || !from.is_object()) {
      return fields::wrong(path, "an object, under a UID of at most 320 bytes");
    }
    Pending job;
    for (const Status& s : {fields::read(from, "namespace", path, kLongestName, job.ns),
                            fields::read(from, "name", path, kLongestName, job.name),
                            fields::read(from, "account", path, kLongestAccount, job.account)}) {
      if (!s) return s;
    }
    book.pending.insert_or_assign(uid, std::move(job));
  }
  return {};
}

Status take_day(const Document& document, DayBook& book) {
  std::string day;
  if (Status s = fields::read(document, "day", "", 16, day); !s) return s;
  const auto parsed = parse_day(day);
  if (!parsed) return fail(Errc::Parse, "day: " + parsed.error().message);
  book.day = *parsed;
  return fields::read(document, "foldedRows", "", kMostJobs, book.folded);
}

}  // namespace

Result<std::string> encode_book(DayBook& book) {
  std::string text = text_of(book);
  while (text.size() > kMaxBookBytes) {
    const std::size_t rows = book.rows.size();
    // A tenth at a time; the last two rows cannot be folded further.
    fold(book, rows - (rows / 10) - 1);
    if (book.rows.size() == rows) {
      return fail(Errc::Invalid, "account book: pending Jobs alone take more than 900 KiB");
    }
    text = text_of(book);
  }
  return text;
}

Result<DayBook> decode_book(std::string_view text) {
  const auto document = fields::parse_object(text, "account book", kMaxText);
  if (!document) return fail(document.error());
  if (fields::member(*document, "version") != kVersion) {
    return fail(Errc::Parse, "account book: version: write 1");
  }
  DayBook out;
  for (const Status& s :
       {take_day(*document, out), take_rows(*document, out), take_pending(*document, out)}) {
    if (!s) return fail(Errc::Parse, "account book: " + s.error().message);
  }
  return out;
}

}  // namespace karbonetes::ledger
