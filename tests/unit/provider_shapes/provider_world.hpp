// karbonetes-signal with a trace, behind a real server on 127.0.0.1, and the real adapters pointed
// at it. The trace counts hours: 100 gCO2eq/kWh in the hour 24 hours before the start's, 101 in the
// next, so that 124 holds at the start, and a value tells its hour.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../http/certificates.hpp"
#include "../providers/temp_file.hpp"
#include "base/clock.hpp"
#include "carbon/forecast.hpp"
#include "http/server.hpp"
#include "mock/service.hpp"
#include "providers/signal_config.hpp"
#include "providers/sources.hpp"

namespace karbonetes::test {

struct WorldOptions {
  bool tls = false;
  mock::CredentialOptions credentials;
  TimePoint start = *parse_rfc3339("2026-11-24T12:10:00Z");
  double speed = 1;
  const Clock* clock = nullptr;  // null: the world's own, which stands still
};

class World {
 public:
  explicit World(WorldOptions options = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& ca_file() const { return ca_file_.path(); }
  [[nodiscard]] const providers::TempFile& token() const { return token_; }
  [[nodiscard]] providers::TempFile& password() { return password_; }

  // One of each type, by its name: uk, uk-region, uk-postcode, maps, moer, charts, sdk, prom, own.
  [[nodiscard]] providers::SourceConfig source(const std::string& name) const;

  // To the service itself, past the network.
  http::Response ask(const std::string& method, const std::string& target, std::string body = {});
  void put_fault(const std::string& body);
  void end_faults() { (void)ask("DELETE", "/v1/faults"); }
  // How many requests came for a path.
  [[nodiscard]] int asked(const std::string& path);

  ManualClock clock;

 private:
  providers::TempFile ca_file_, token_, username_, password_;
  metrics::Registry metrics_;
  std::unique_ptr<mock::Service> service_;
  std::unique_ptr<http::Server> server_;
  bool tls_ = false;
};

inline const std::vector<std::string>& all_sources() {
  static const std::vector<std::string> names = {
      "uk", "uk-region", "uk-postcode", "maps", "moer", "charts", "sdk", "prom", "own"};
  return names;
}

// An adapter and its way to the world.
class Reader {
 public:
  Reader(World& world, const providers::SourceConfig& source,
         Millis timeout = std::chrono::seconds(30));
  [[nodiscard]] Result<providers::Reading> read();

 private:
  World& world_;
  std::unique_ptr<providers::Adapter> adapter_;
  std::unique_ptr<providers::Transport> transport_;
};

// Null when there is no series.
inline std::shared_ptr<const carbon::Forecast> prepared(const providers::Reading& reading) {
  return carbon::Forecast::prepare(reading.series);
}

}  // namespace karbonetes::test
