// All carbon signals that the program listens to, as one immutable snapshot. Each configured source
// heads a chain: itself, then the other sources of its zone and kind in the order of the list. The
// chain's Signal is what the first of them that can be trusted said. Pure values.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "carbon/signal.hpp"

namespace karbonetes::carbon {

struct Signals {
  // By the name of the source that heads the chain. Never null.
  std::map<std::string, std::shared_ptr<const Signal>, std::less<>> by_source;
  std::string default_source;                               // the first of the list; may be empty
  std::map<std::string, std::string, std::less<>> by_zone;  // zone -> the first source for it
};

struct Selection {
  std::shared_ptr<const Signal> signal;  // never null: an empty Signal is Unknown
  std::string note;  // not empty: the asked source or zone is not configured, the default is used
};

// source, then zone, then the default. Both empty: the default.
[[nodiscard]] Selection select(const Signals& signals, std::string_view source,
                               std::string_view zone);

// One source under its own name: for tests and for programs that listen to one.
[[nodiscard]] Signals only(Signal signal);

}  // namespace karbonetes::carbon
