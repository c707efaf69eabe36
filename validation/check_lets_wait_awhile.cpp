#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "base/text_file.hpp"
#include "lets_wait_awhile.hpp"
#include "papers.hpp"
#include "simulate/input/trace_file.hpp"

namespace karbonetes::validation {

namespace {

// Section 5 of the paper, figures 8 and 9 and their evaluation notebook.
struct Country {
  const char* name;
  const char* file;
  double mean;                           // nightly, window 0, gCO2eq/kWh
  std::array<double, 4> nightly;         // % saved at +-2, 4, 6, 8 h
  std::array<double, 4> nightly_error;   // with 5 % error, mean of 10 seeds
  double baseline;                       // machine learning, sum over slots
  std::array<double, 4> learning;        // % saved: next workday, interrupting; semi-weekly,
  std::array<double, 4> learning_error;  // interrupting
};
constexpr std::array<Country, 3> kCountries{{
    {"Germany",
     "ger_ci.csv",
     305.3,
     {2.80, 3.97, 7.52, 13.76},
     {1.40, 2.20, 5.46, 11.74},
     99017964.673,
     {5.926, 8.156, 14.130, 18.498},
     {5.91, 7.93, 14.11, 18.11}},
    {"Great Britain",
     "gb_ci.csv",
     184.1,
     {6.81, 8.61, 9.12, 10.41},
     {4.77, 6.30, 6.74, 7.95},
     67289066.881,
     {6.571, 9.229, 14.751, 20.005},
     {6.56, 9.03, 14.73, 19.66}},
    {"France",
     "fr_ci.csv",
     52.1,
     {4.72, 6.09, 7.13, 7.79},
     {3.00, 4.08, 5.00, 5.58},
     17687141.882,
     {4.790, 6.219, 11.153, 13.862},
     {4.77, 5.92, 11.12, 13.33}},
}};
constexpr std::array<const char*, 4> kLearningNames{"next workday", "next workday, interrupting",
                                                    "semi-weekly", "semi-weekly, interrupting"};
constexpr double kError = 0.05;
constexpr std::size_t kMaxBytes = 64u << 20;

Result<simulate::Trace> load(const std::string& directory, const Country& country) {
  const auto file = (std::filesystem::path(directory) / country.file).string();
  const auto text = read_text_file(file, kMaxBytes);
  if (!text) return fail(text.error());
  simulate::TraceOptions options;
  options.file = file;
  options.zone = country.name;
  auto traces = simulate::read_traces(*text, options);
  if (!traces) return fail(traces.error());
  return half_hours(traces->front());
}

// Equal to the digits that are published.
Line exact(std::string what, double paper, double ours, double clean, int digits) {
  Line line{std::move(what),
            fmt::format("{:.{}f}", paper, digits),
            fmt::format("{:.{}f}", ours, digits),
            fmt::format("{:.{}f}", clean, digits),
            true,
            ""};
  line.agrees = line.paper == line.ours;
  return line;
}

struct Seeds {
  std::vector<double> values;
  void add(double value) { values.push_back(value); }
  [[nodiscard]] double mean() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
};

// Within the seeds' own spread.
Line spread(std::string what, double paper, const Seeds& ours, const Seeds& clean) {
  const auto [low, high] = std::ranges::minmax(ours.values);
  Line line{std::move(what),
            fmt::format("{:.2f}", paper),
            fmt::format("{:.2f}", ours.mean()),
            fmt::format("{:.2f}", clean.mean()),
            true,
            ""};
  constexpr double kRounding = 0.005;  // two digits are published
  line.agrees = paper >= low - kRounding && paper <= high + kRounding;
  line.remark = fmt::format("seeds {:.2f} to {:.2f}", low, high);
  return line;
}

double saved(const std::vector<double>& means, std::size_t window) {
  return 100 * (1 - means[window] / means[0]);
}
constexpr std::size_t window_of(std::size_t column) { return 4 * (column + 1); }

std::array<double, 4> savings(const MachineLearning& sums) {
  return {sums.saved(sums.next_workday), sums.saved(sums.next_workday_interrupting),
          sums.saved(sums.semi_weekly), sums.saved(sums.semi_weekly_interrupting)};
}

Status add_exact(const Country& country, const simulate::Trace& trace, Timing& timing,
                 Section& nightly, Section& learning) {
  const auto began = std::chrono::steady_clock::now();
  const auto means = nightly_means(trace, 0, 0, Compat::Paper);
  if (!means) return fail(means.error());
  const auto sums = machine_learning_sums(trace, 0, 0, Compat::Paper);
  if (!sums) return fail(sums.error());
  timing.simulating +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  timing.simulations += kWindows + 5;
  const auto clean_means = nightly_means(trace, 0, 0, Compat::None);
  const auto clean_sums = machine_learning_sums(trace, 0, 0, Compat::None);
  if (!clean_means || !clean_sums) return fail(Errc::InvalidArgument, "no simulation");

  const std::string name = country.name;
  nightly.lines.push_back(
      exact(name + ", mean g/kWh", country.mean, means->front(), clean_means->front(), 1));
  for (std::size_t i = 0; i < 4; ++i)
    nightly.lines.push_back(exact(fmt::format("{}, +-{} h", name, 2 * (i + 1)), country.nightly[i],
                                  saved(*means, window_of(i)), saved(*clean_means, window_of(i)),
                                  2));
  learning.lines.push_back(
      exact(name + ", baseline", country.baseline, sums->baseline, clean_sums->baseline, 3));
  for (std::size_t i = 0; i < 4; ++i)
    learning.lines.push_back(exact(name + ", " + kLearningNames[i], country.learning[i],
                                   savings(*sums)[i], savings(*clean_sums)[i], 3));
  return {};
}

Status add_with_error(const Country& country, const simulate::Trace& trace, Section& nightly,
                      Section& learning) {
  std::array<Seeds, 4> night[2], learn[2];
  for (const Compat compat : {Compat::Paper, Compat::None}) {
    const auto k = static_cast<std::size_t>(compat);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const auto means = nightly_means(trace, kError, seed, compat);
      const auto sums = machine_learning_sums(trace, kError, seed, compat);
      if (!means || !sums) return fail(Errc::InvalidArgument, "no simulation");
      for (std::size_t i = 0; i < 4; ++i) {
        night[k][i].add(saved(*means, window_of(i)));
        learn[k][i].add(savings(*sums)[i]);
      }
    }
  }
  const std::string name = country.name;
  for (std::size_t i = 0; i < 4; ++i) {
    nightly.lines.push_back(spread(fmt::format("{}, +-{} h", name, 2 * (i + 1)),
                                   country.nightly_error[i], night[0][i], night[1][i]));
    learning.lines.push_back(spread(name + ", " + kLearningNames[i], country.learning_error[i],
                                    learn[0][i], learn[1][i]));
  }
  return {};
}

}  // namespace

Result<std::vector<Section>> check_lets_wait_awhile(const std::string& directory, Timing& timing) {
  std::vector<Section> out{
      {"Let's Wait Awhile, scenario I (nightly jobs), no error, % saved", {}},
      {"Let's Wait Awhile, scenario I, 5 % error, mean of 10 seeds, % saved", {}},
      {"Let's Wait Awhile, scenario II (machine learning), no error, % saved", {}},
      {"Let's Wait Awhile, scenario II, 5 % error, mean of 10 seeds, % saved", {}}};
  for (const Country& country : kCountries) {
    const auto began = std::chrono::steady_clock::now();
    const auto trace = load(directory, country);
    if (!trace) return fail(trace.error());
    timing.reading +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (auto ok = add_exact(country, *trace, timing, out[0], out[2]); !ok) return fail(ok.error());
    if (auto ok = add_with_error(country, *trace, out[1], out[3]); !ok) return fail(ok.error());
  }
  return out;
}

}  // namespace karbonetes::validation
