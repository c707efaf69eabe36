// A program that holds and releases Jobs: Karbonetes, or a peer of bench/peers. Started as a real
// process against a plane; the grid is green or not as we say. Owned by one thread; stopped by the
// destructor.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/plane.hpp"
#include "harness/process.hpp"
#include "scale/usage.hpp"

namespace karbonetes::bench {

class Contender {
 public:
  virtual ~Contender() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  // Starts it and waits until it knows all Jobs. Returns seconds from start to then.
  [[nodiscard]] virtual Result<double> start() = 0;
  virtual void stop(int signal) = 0;
  [[nodiscard]] virtual Status set_green(bool green) = 0;
  // In the API server's audit log.
  [[nodiscard]] virtual std::string user_agent() const = 0;
  [[nodiscard]] virtual Usage usage() const = 0;
};

// `args` are added to the controller's.
[[nodiscard]] std::unique_ptr<Contender> make_karbonetes(const harness::Plane& plane,
                                                         std::vector<std::string> args);
// `cache`: "default" | "stripped".
[[nodiscard]] std::unique_ptr<Contender> make_go_peer(const harness::Plane& plane,
                                                      std::filesystem::path program,
                                                      const std::string& cache);

}  // namespace karbonetes::bench
