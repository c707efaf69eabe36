#include "ledger/energy.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"

namespace karbonetes::ledger {

namespace {

constexpr double kBytesPerGb = 1e9;
constexpr double kBytesPerGib = 1024.0 * 1024 * 1024;
constexpr double kJoulesPerKwh = 3.6e6;

struct Row {
  CloudProvider provider;
  std::string_view name;
  Watts vcpu;
  double pue;
};

constexpr std::array kRows{
    Row{CloudProvider::Aws, "aws", {0.74, 3.5}, 1.135},
    Row{CloudProvider::Gcp, "gcp", {0.71, 4.26}, 1.1},
    Row{CloudProvider::Azure, "azure", {0.78, 3.76}, 1.185},
};

struct Gpu {
  std::string_view model;
  Watts watts;
};

constexpr std::array kGpus{
    Gpu{"T4", {8, 71}},     Gpu{"V100", {35, 306}}, Gpu{"A100", {46, 407}}, Gpu{"A10G", {18, 153}},
    Gpu{"K80", {35, 306}},  Gpu{"M60", {35, 306}},  Gpu{"P4", {9, 76.5}},   Gpu{"P100", {36, 306}},
    Gpu{"K520", {26, 229}}, Gpu{"V520", {26, 229}},
};

const Row& row_of(CloudProvider provider) {
  return *std::ranges::find(kRows, provider, &Row::provider);
}

double kw(Watts watts, double utilisation) {
  return (watts.idle + (utilisation * (watts.full - watts.idle))) / 1000;
}

double hours(Millis duration) {
  return static_cast<double>(std::max(duration, Millis(0)).count()) / 3.6e6;
}

// GPUs alone, without PUE.
double gpu_kw(const Requests& requests, const EnergyModel& model) {
  double sum = 0;
  for (const auto& [gpu, count] : requests.gpus) {
    auto watts = model.gpus.find(gpu);
    if (watts == model.gpus.end()) watts = model.gpus.find(model.default_gpu);
    if (watts != model.gpus.end()) sum += count * kw(watts->second, model.utilisation);
  }
  return sum;
}

Status in_range(std::string_view field, double value, double low, double high,
                std::string_view write) {
  if (value >= low && value <= high) return {};
  return fail(Errc::InvalidArgument, std::string(field) + ": write " + std::string(write));
}

}  // namespace

Result<CloudProvider> parse_provider(std::string_view text) {
  std::string lower(text.substr(0, 16));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto* const row = std::ranges::find(kRows, lower, &Row::name);
  if (row != kRows.end()) return row->provider;
  return fail(Errc::InvalidArgument,
              in_quotes(text) + R"( is not a provider: write "aws", "gcp" or "azure")");
}

std::string_view name(CloudProvider provider) { return row_of(provider).name; }

std::string_view name(EnergySource source) {
  return source == EnergySource::Measured ? "measured" : "model";
}

EnergyModel model_of(CloudProvider provider) {
  const Row& row = row_of(provider);
  EnergyModel model;
  model.vcpu = row.vcpu;
  model.pue = row.pue;
  for (const Gpu& gpu : kGpus) model.gpus.emplace(gpu.model, gpu.watts);
  return model;
}

Status validate(const EnergyModel& model) {
  constexpr double kMostWatts = 10'000;
  if (Status s = in_range("pue", model.pue, 1, 5, "a number from 1 to 5, e.g. 1.2"); !s) return s;
  if (Status s = in_range("utilisation", model.utilisation, 0, 1, "a number from 0 to 1, e.g. 0.5");
      !s) {
    return s;
  }
  if (Status s = in_range("memoryKwPerGb", model.memory_kw_per_gb, 0, 1,
                          "kW per GB from 0 to 1, e.g. 0.000392");
      !s) {
    return s;
  }
  const auto watts = [&](const std::string& field, Watts w) {
    Status s = in_range(field + ".idle", w.idle, 0, kMostWatts, "watts from 0 to 10000");
    return s ? in_range(field + ".full", w.full, w.idle, kMostWatts,
                        "watts from what idle has to 10000")
             : s;
  };
  if (Status s = watts("vcpu", model.vcpu); !s) return s;
  for (const auto& [gpu, w] : model.gpus) {
    if (Status s = watts("gpus[" + in_quotes(gpu) + "]", w); !s) return s;
  }
  if (!model.gpus.contains(model.default_gpu)) {
    return fail(Errc::InvalidArgument,
                "defaultGpu: " + in_quotes(model.default_gpu) +
                    R"( is not listed in gpus: write one that is, e.g. "T4")");
  }
  return {};
}

double kw_per_pod(const Requests& requests, const EnergyModel& model) {
  const double gb = requests.memory_gib * (kBytesPerGib / kBytesPerGb);
  return model.pue * (requests.vcpu * kw(model.vcpu, model.utilisation) +
                      gb * model.memory_kw_per_gb + gpu_kw(requests, model));
}

double pods_at_once(std::int64_t parallelism, std::int64_t completions) {
  const std::int64_t most = std::max<std::int64_t>(parallelism, 0);
  return static_cast<double>(completions > 0 ? std::min(most, completions) : most);
}

Energy energy_of(const Requests& requests, double pods, Millis duration, const EnergyModel& model) {
  return {kw_per_pod(requests, model) * pods * hours(duration), EnergySource::Model};
}

Energy energy_of(Joules measured, const Requests& requests, double pods, Millis duration,
                 const EnergyModel& model) {
  if (!std::isfinite(measured.value) || measured.value < 0) {
    return energy_of(requests, pods, duration, model);
  }
  double kwh = measured.value / kJoulesPerKwh;
  if (!measured.with_gpus) kwh += gpu_kw(requests, model) * pods * hours(duration);
  return {kwh * model.pue, EnergySource::Measured};
}

}  // namespace karbonetes::ledger
