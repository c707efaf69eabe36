#include "providers/signal_adapter.hpp"

#include "providers/signal_service.hpp"

namespace karbonetes::providers {

namespace {

class SignalAdapter final : public Adapter {
 public:
  SignalAdapter(std::string zone, std::optional<carbon::KindTag> kind)
      : zone_(std::move(zone)), kind_(kind) {}

  Result<Reading> read(const Fetch& fetch, TimePoint now) override {
    const auto response = fetch(signal_request(zone_));
    if (!response) return fail(response.error());
    if (response->status != 200) return fail(signal_status_error(*response, now));
    auto signal = parse_signal(response->body);
    if (!signal) return fail(signal.error());
    if (auto ok = check_signal(*signal, zone_, kind_); !ok) return fail(ok.error());
    Reading reading;
    reading.green = signal->green;
    reading.green_windows = std::move(signal->green_windows);
    if (signal->forecast) reading.series = signal->forecast->series();
    return reading;
  }

 private:
  const std::string zone_;
  const std::optional<carbon::KindTag> kind_;
};

}  // namespace

std::unique_ptr<Adapter> make_signal_adapter(std::string zone,
                                             std::optional<carbon::KindTag> kind) {
  return std::make_unique<SignalAdapter>(std::move(zone), kind);
}

}  // namespace karbonetes::providers
