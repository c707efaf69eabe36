// An Account as the text of one annotation of its Job: JSON below 1 KiB, for people and for the
// command line. Grams to 10^-6, kWh to 10^-9. Pure. decode: Parse, naming the field.
//
//   {"kWh":0.11,"energySource":"model","policy":"team-a/default","submitted":"...","started":"...",
//    "finished":"...","average":{"actualGrams":16.5,"counterfactualGrams":44,"avoidedGrams":27.5,
//    "coverage":1},"marginal":{...},"shadow":{"start":"...","average":{...},"marginal":{...}}}
//
// What is not known is left out.
#pragma once

#include <string>
#include <string_view>

#include "ledger/account.hpp"

namespace karbonetes::ledger {

inline constexpr std::size_t kMaxAccountBytes = 1024;

// The policy's name is left out when it alone makes the text too long.
[[nodiscard]] std::string encode_account(const Account& account);
[[nodiscard]] Result<Account> decode_account(std::string_view text);

}  // namespace karbonetes::ledger
