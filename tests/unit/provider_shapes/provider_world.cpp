#include "provider_world.hpp"

#include <gtest/gtest.h>

#include "json/document.hpp"

namespace karbonetes::test {

using namespace providers;
using std::chrono::hours;

namespace {

mock::Timeline counting_hours(TimePoint start, double speed) {
  mock::Trace trace;
  const TimePoint first = std::chrono::floor<hours>(start) - hours(24);
  for (int i = 0; i < 24 * 5; ++i) trace.steps.points.push_back({first + hours(i), 100.0 + i});
  trace.steps.end = first + hours(24 * 5);
  return *mock::Timeline::make(std::move(trace), {mock::TraceStart::Recorded, speed, false, 0, 0},
                               start);
}

}  // namespace

World::World(WorldOptions options)
    : clock(options.start),
      token_(options.credentials.token.empty() ? "token" : options.credentials.token),
      username_("ada"),
      password_("lovelace"),
      tls_(options.tls) {
  service_ = std::make_unique<mock::Service>(
      mock::ServiceOptions{default_windows(), counting_hours(options.start, options.speed),
                           options.credentials},
      options.clock != nullptr ? *options.clock : clock, metrics_);
  http::ServerOptions server;
  server.address = "127.0.0.1";
  if (options.tls) {
    const Identity authority = make_authority("test");
    const Identity identity = make_identity(authority, "signal", "IP:127.0.0.1");
    server.tls = http::ServerTls{identity.certificate_pem, identity.private_key_pem, {}};
    ca_file_.write(authority.certificate_pem);
  }
  auto started =
      http::Server::start(std::move(server), [this](http::Request&& request, http::Reply reply) {
        service_->handle(std::move(request), std::move(reply));
      });
  EXPECT_TRUE(started) << (started ? "" : started.error().message);
  server_ = std::move(*started);
}

World::~World() {
  service_->stop();
  server_->stop(Millis(0));
}

std::string World::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server_->port());
}

SourceConfig World::source(const std::string& name) const {
  using carbon::KindTag;
  SourceConfig out;
  out.name = name;
  out.zone = "Z";
  out.kind = KindTag::Average;
  out.horizon = hours(24);
  out.refresh = Seconds(1);
  if (tls_) out.ca_file = ca_file_.path();
  if (name.starts_with("uk")) {
    out.type = SourceType::GbCarbonIntensity;
    out.url = url() + "/gb";
    out.horizon = hours(48);
    if (name == "uk-region") out.region = 3;
    if (name == "uk-postcode") out.postcode = "RG10";
  } else if (name == "maps") {
    out.type = SourceType::ElectricityMaps;
    out.url = url() + "/electricity-maps/v3";
    out.location = "DE";
    out.token_file = token_.path();
  } else if (name == "moer") {
    out.type = SourceType::WattTime;
    out.kind = KindTag::Marginal;
    out.url = url() + "/watttime";
    out.location = "CAISO_NORTH";
    out.username_file = username_.path();
    out.password_file = password_.path();
  } else if (name == "charts") {
    out.type = SourceType::EnergyCharts;
    out.url = url() + "/energy-charts";
    out.location = "de";
  } else if (name == "sdk") {
    out.type = SourceType::CarbonAwareSdk;
    out.url = url() + "/carbon-aware-sdk";
    out.location = "westeurope";
  } else if (name == "prom") {
    out.type = SourceType::Prometheus;
    out.url = url() + "/prometheus";
    out.query = R"(grid_intensity_carbon_average{location="DE"})";
    out.forecast_query = R"(grid_intensity_carbon_forecast{location="DE"})";
    out.token_file = token_.path();
  } else {
    out.type = SourceType::KarbonetesSignal;
    out.url = url();
    out.zone.clear();
    out.kind.reset();
  }
  fill_times(out);
  return out;
}

http::Response World::ask(const std::string& method, const std::string& target, std::string body) {
  http::Response out;
  service_->handle({method, target, {}, std::move(body)},
                   [&](http::Response response) { out = std::move(response); });
  return out;
}

void World::put_fault(const std::string& body) {
  const auto response = ask("PUT", "/v1/faults", body);
  EXPECT_EQ(response.status, 200) << response.body;
}

int World::asked(const std::string& path) {
  const auto counts = json::parse(ask("GET", "/v1/requests").body);
  EXPECT_TRUE(counts);
  return (*counts)["requests"].value(path, 0);
}

Reader::Reader(World& world, const SourceConfig& source, Millis timeout)
    : world_(world), adapter_(make_adapter(source, world.clock.now())) {
  auto transport = Transport::make({source.url, source.ca_file, timeout, {}});
  EXPECT_TRUE(transport) << (transport ? "" : transport.error().message);
  if (transport) transport_ = std::move(*transport);
}

Result<Reading> Reader::read() {
  return adapter_->read(
      [&](const http::Request& request) { return transport_->exchange(request, {}); },
      world_.clock.now());
}

}  // namespace karbonetes::test
