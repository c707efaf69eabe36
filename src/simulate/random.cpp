#include "simulate/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace karbonetes::simulate {

namespace {

// numpy's SeedSequence: a seed of few bits, spread over all.
class SeedSequence {
 public:
  explicit SeedSequence(std::uint64_t seed) {
    const std::array<std::uint32_t, 2> words{static_cast<std::uint32_t>(seed),
                                             static_cast<std::uint32_t>(seed >> 32U)};
    // A seed below 2^32 is one word, but the words that are missing count as zero anyway.
    for (std::size_t i = 0; i < pool_.size(); ++i) pool_[i] = hash(i < words.size() ? words[i] : 0);
    for (std::size_t from = 0; from < pool_.size(); ++from) {
      for (std::size_t to = 0; to < pool_.size(); ++to)
        if (from != to) pool_[to] = mix(pool_[to], hash(pool_[from]));
    }
  }
  std::array<std::uint64_t, 4> state() const {
    std::array<std::uint64_t, 4> out{};
    std::uint32_t factor = 0x8b51f9dd;
    for (std::size_t i = 0; i < 2 * out.size(); ++i) {
      std::uint32_t word = pool_[i % pool_.size()] ^ factor;
      factor *= 0x58f38dedU;
      word *= factor;
      word ^= word >> 16U;
      out[i / 2] |= static_cast<std::uint64_t>(word) << (32 * (i % 2));
    }
    return out;
  }

 private:
  std::uint32_t hash(std::uint32_t word) {
    word ^= factor_;
    factor_ *= 0x931e8875U;
    word *= factor_;
    return word ^ word >> 16U;
  }
  static std::uint32_t mix(std::uint32_t x, std::uint32_t y) {
    const std::uint32_t out = 0xca01f9ddU * x - 0x4973f715U * y;
    return out ^ out >> 16U;
  }

  std::uint32_t factor_ = 0x43b0d7e5;
  std::array<std::uint32_t, 4> pool_{};
};

// Layers of equal area under exp(-x^2 / 2), made as Marsaglia and Tsang describe.
struct Ziggurat {
  static constexpr long double kR = 3.6541528853610087963519472518L;  // where the tail begins
  static constexpr long double kV = 0.00492867323397465524494L;       // area of a layer
  static constexpr long double kScale = 4503599627370496.0L;          // 2^52
  std::array<std::uint64_t, 256> k{};  // below it a point is inside without a look at the curve
  std::array<double, 256> w{}, f{};

  Ziggurat() {
    const auto curve = [](long double x) { return std::exp(-0.5L * x * x); };
    long double d = kR;
    long double t = kR;
    const long double q = kV / curve(d);
    k[0] = static_cast<std::uint64_t>(d / q * kScale);
    w[0] = static_cast<double>(q / kScale);
    w[255] = static_cast<double>(d / kScale);
    f[0] = 1;
    f[255] = static_cast<double>(curve(d));
    for (std::size_t i = 254; i > 0; --i) {
      d = std::sqrt(-2 * std::log(kV / d + curve(d)));
      k[i + 1] = static_cast<std::uint64_t>(d / t * kScale);
      t = d;
      f[i] = static_cast<double>(curve(d));
      w[i] = static_cast<double>(d / kScale);
    }
  }
};

}  // namespace

Random::Random(std::uint64_t seed) {
  const auto s = SeedSequence(seed).state();
  increment_ = ((Wide(s[2]) << 64U | s[3]) << 1U) | 1U;
  step();
  state_ += Wide(s[0]) << 64U | s[1];
  step();
}

void Random::step() {
  constexpr Wide kFactor = Wide(0x2360ED051FC65DA4ULL) << 64U | 0x4385DF649FCCF645ULL;
  state_ = state_ * kFactor + increment_;
}

std::uint64_t Random::bits64() {
  step();
  const auto folded =
      static_cast<std::uint64_t>(state_ >> 64U) ^ static_cast<std::uint64_t>(state_);
  const auto turn = static_cast<unsigned>(state_ >> 122U);
  return folded >> turn | folded << (-turn & 63U);
}

std::uint32_t Random::bits32() {
  if (has_kept_) {
    has_kept_ = false;
    return kept_;
  }
  const std::uint64_t bits = bits64();
  has_kept_ = true;
  kept_ = static_cast<std::uint32_t>(bits >> 32U);
  return static_cast<std::uint32_t>(bits);
}

double Random::uniform() {
  return static_cast<double>(bits64() >> 11U) * (1.0 / 9007199254740992.0);
}

double Random::normal() {
  static const Ziggurat kLayers;
  constexpr auto kR = static_cast<double>(Ziggurat::kR);
  constexpr std::uint64_t kMantissa = 0x000fffffffffffff;
  for (;;) {
    std::uint64_t bits = bits64();
    const std::size_t layer = bits & 0xffU;
    bits >>= 8U;
    const bool negative = (bits & 1U) != 0;
    const std::uint64_t place = bits >> 1U & kMantissa;
    double x = static_cast<double>(place) * kLayers.w[layer];
    if (negative) x = -x;
    if (place < kLayers.k[layer]) return x;
    if (layer == 0) {  // the tail
      for (;;) {
        const double beyond = -std::log1p(-uniform()) / kR;
        const double y = -std::log1p(-uniform());
        if (y + y > beyond * beyond) return (place >> 8U & 1U) != 0 ? -(kR + beyond) : kR + beyond;
      }
    }
    const double height = (kLayers.f[layer - 1] - kLayers.f[layer]) * uniform() + kLayers.f[layer];
    if (height < std::exp(-0.5 * x * x)) return x;
  }
}

double Random::exponential() { return -std::log1p(-uniform()); }

std::uint32_t Random::below(std::uint32_t n) {
  if (n <= 1) return 0;
  std::uint64_t product = std::uint64_t{bits32()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t threshold = (0 - n) % n;
    while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{bits32()} * n;
  }
  return static_cast<std::uint32_t>(product >> 32U);
}

std::int64_t Random::binomial(std::int64_t n, double p) {
  if (n <= 0 || p <= 0) return 0;
  if (p > 0.5) return n - binomial(n, 1 - p);
  const auto count = static_cast<double>(n);
  const double q = 1 - p;
  const double none = std::exp(count * std::log1p(-p));
  const double mean = count * p;
  const double bound = std::min(count, mean + 10 * std::sqrt(mean * q + 1));
  for (;;) {
    double u = uniform();
    double px = none;
    double x = 0;
    while (u > px && x <= bound) {
      ++x;
      u -= px;
      px = (count - x + 1) * p * px / (x * q);
    }
    if (x <= bound) return static_cast<std::int64_t>(x);
  }
}

std::vector<std::int64_t> Random::multinomial(std::int64_t n,
                                              std::span<const double> probabilities) {
  std::vector<std::int64_t> out(probabilities.size());
  double rest = 1;
  for (std::size_t i = 0; i + 1 < out.size() && n > 0; ++i) {
    out[i] = binomial(n, std::min(probabilities[i] / rest, 1.0));
    n -= out[i];
    rest -= probabilities[i];
  }
  if (!out.empty()) out.back() += n;
  return out;
}

}  // namespace karbonetes::simulate
