// A DayBook as text for a ConfigMap: JSON of at most 900 KiB (a ConfigMap holds 1 MiB). Pure.
// Errors: Parse, naming the field.
//
//   {"version":1,"day":"2026-11-24","foldedRows":0,
//    "rows":[{"namespace":"team-a","policy":"team-a/default","shadow":false,"jobs":3,"kWh":0.33,
//             "runSeconds":64800,"waitSeconds":32400,
//             "average":{"actualGrams":49.5,"counterfactualGrams":132,"wouldAvoidGrams":0,
//                        "coveredSeconds":64800},"marginal":{...}}],
//    "pending":{"<uid>":{"namespace":"team-a","name":"train","account":"{...}"}}}
#pragma once

#include <string>
#include <string_view>

#include "ledger/book.hpp"

namespace karbonetes::ledger {

inline constexpr std::size_t kMaxBookBytes = 900U << 10;

// Folds rows of the smallest namespaces into "(other)" when all does not fit: `book` is then what
// was written. Pending is bounded by DayBook::kMaxPending and never dropped. Error: Invalid when
// pending alone does not fit, which needs account texts beyond their own bound.
[[nodiscard]] Result<std::string> encode_book(DayBook& book);
[[nodiscard]] Result<DayBook> decode_book(std::string_view text);

}  // namespace karbonetes::ledger
