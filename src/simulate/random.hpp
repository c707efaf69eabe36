// Seeded random numbers that are the same on every machine and with every library, which those of
// <random>'s distributions are not: numpy's default_rng(seed), to the bit (normal() to the last
// digits), so that a study that was made there can be repeated here. PCG-64 (XSL-RR) seeded by
// SeedSequence: O'Neill, pcg-random.org; numpy/random/bit_generator.pyx. Not thread-safe; cannot
// fail.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace karbonetes::simulate {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t bits64();
  std::uint32_t bits32();
  double uniform();  // [0, 1)
  // Normal of mean 0 and deviation 1: ziggurat of 256 layers (Marsaglia and Tsang 2000).
  double normal();
  double exponential();  // of mean 1, by inversion; numpy's has another method
  // An integer in [0, n), n from 1 to 2^32 - 1: Lemire 2019, as Generator.integers and .choice.
  std::uint32_t below(std::uint32_t n);
  // How many of n succeed, by inversion: as numpy where n x min(p, 1 - p) <= 30. n >= 0, 0..1.
  std::int64_t binomial(std::int64_t n, double p);
  // n things over boxes of the given probabilities.
  std::vector<std::int64_t> multinomial(std::int64_t n, std::span<const double> probabilities);

 private:
  __extension__ using Wide = unsigned __int128;
  void step();

  Wide state_ = 0, increment_ = 1;
  std::uint32_t kept_ = 0;  // the upper half of the last 64 bits, for bits32
  bool has_kept_ = false;
};

}  // namespace karbonetes::simulate
