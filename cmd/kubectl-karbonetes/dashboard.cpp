// `kubectl karbonetes dashboard`: wiring only; the page is made in src/dashboard.
#include "commands.hpp"

namespace karbonetes::cmd {

int dashboard(const Context& /*context*/) { return die("the dashboard is not built yet"); }

}  // namespace karbonetes::cmd
