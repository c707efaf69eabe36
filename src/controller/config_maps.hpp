// The few ConfigMaps in which the controller keeps what must survive it: the day books of the
// ledger, what was observed, the durations it has learned, the signals as published. An interface,
// so that lost answers and conflicts can be tested. Thread-safe. Errors: as kube::Client.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "kube/client/client.hpp"

namespace karbonetes::controller {

// Marks our ConfigMaps; its value says what is in there: "ledger", "observed", "durations",
// "signals".
inline constexpr std::string_view kKeptLabel = "carbon-aware.io/kept";

struct KeptMap {
  std::string name;
  std::map<std::string, std::string> data;
  std::string resource_version;  // empty: does not exist yet
};

class ConfigMaps {
 public:
  virtual ~ConfigMaps() = default;
  // One that does not exist is an empty KeptMap of that name.
  [[nodiscard]] virtual Result<KeptMap> read(std::string_view name, std::stop_token stop) = 0;
  // Creates it, or replaces the version that was read; returns the new resourceVersion. Errors:
  // Conflict or AlreadyExists when somebody else wrote meanwhile.
  [[nodiscard]] virtual Result<std::string> write(const KeptMap& map, std::string_view what,
                                                  std::stop_token stop) = 0;
  // Those whose label says `what`.
  [[nodiscard]] virtual Result<std::vector<KeptMap>> list(std::string_view what,
                                                          std::stop_token stop) = 0;
  [[nodiscard]] virtual Status remove(std::string_view name, std::stop_token stop) = 0;
};

// In namespace `ns`.
[[nodiscard]] std::unique_ptr<ConfigMaps> make_config_maps(kube::Client& client, std::string ns);

}  // namespace karbonetes::controller
