// The stable names of a decision's parts: annotations, metrics and JSON carry them.
#include "plan/decide.hpp"

namespace karbonetes::plan {

const char* name(Reason reason) {
  switch (reason) {
    case Reason::Green:
      return "green";
    case Reason::Planned:
      return "planned";
    case Reason::NotWorthIt:
      return "no-saving";
    case Reason::Deadline:
      return "fallback";
    case Reason::RunNow:
      return "run-now";
    case Reason::SignalUnknown:
      return "signal-unknown";
    case Reason::OptedOut:
      return "opted-out";
    case Reason::Uninstall:
      return "uninstalled";
    case Reason::NotGreen:
      return "not-green";
  }
  return "not-green";
}

const char* name(Pool pool) {
  switch (pool) {
    case Pool::Green:
      return "green";
    case Pool::Fallback:
      return "fallback";
    case Pool::Untouched:
      return "untouched";
  }
  return "untouched";
}

}  // namespace karbonetes::plan
