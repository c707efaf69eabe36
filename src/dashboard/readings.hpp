// What is read of the cluster beside its Jobs: signals, policies, the ledger's books. Read again
// and again by one thread, shown to others as a state. Failing to read is a note, not an error, and
// what was read before holds on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"
#include "cli/cluster.hpp"
#include "ledger/book.hpp"

namespace karbonetes::dashboard {

struct Sources {
  cli::Fetch fetch;
  // As published, or from the service that the command line names.
  std::function<std::optional<carbon::Signals>(std::vector<std::string>& notes)> signals;
};

struct Readings {
  std::optional<carbon::Signals> signals;
  policy::PolicySet policies;
  std::optional<std::vector<ledger::DayBook>> books;
  std::vector<std::string> signal_notes, policy_notes, book_notes;

  [[nodiscard]] std::vector<std::string> notes() const;
};

// The day books of the system namespace. nullopt: they may not be read, as a note says.
[[nodiscard]] std::optional<std::vector<ledger::DayBook>> read_books(
    const cli::Fetch& fetch, std::string_view system_namespace, std::vector<std::string>& notes);

}  // namespace karbonetes::dashboard
