// Golden values are numpy's: np.random.default_rng(seed), numpy 2.4.6 (the same since 1.17).
#include "simulate/random.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

namespace karbonetes::simulate {
namespace {

using testing::ElementsAre;

TEST(Random, BitsAreNumpys) {
  Random random(0);
  EXPECT_EQ(random.bits64(), 0xa30febcfd9c2825fU);
  EXPECT_EQ(random.bits64(), 0x4510bdf882d9d721U);
  EXPECT_EQ(random.bits64(), 0x0a7d3da94ecde8b8U);
}

TEST(Random, UniformIsNumpys) {
  Random random(7);
  EXPECT_EQ(random.uniform(), 0.625095466604667);
  EXPECT_EQ(random.uniform(), 0.8972138009695755);
  EXPECT_EQ(random.uniform(), 0.7756856902451935);
}

// default_rng(seed).normal(0, 1, 20000): the first, the 1,000th, the 17,568th; greatest and sum.
TEST(Random, NormalIsNumpys) {
  struct Golden {
    std::uint64_t seed;
    double first, thousandth, last_half_hour, greatest, sum;
  };
  for (const auto& g : {Golden{0, 0.1257302210933933, -0.22997115548100328, 0.3262062959959075,
                               4.023158647557008, 93.62876885667035},
                        Golden{1, 0.345584192064786, 0.27495632326711866, -0.5848653190573162,
                               3.9335548775304714, -225.86881009402498},
                        Golden{9, -0.8028369359828766, -2.2117021413616915, -0.3724222250673734,
                               4.0106802406751765, 4.387332611096433},
                        Golden{12345678901, -1.6722243799942975, 0.3624926066637753,
                               -0.06385117323225917, 4.118917778677593, 92.47741103586034}}) {
    Random random(g.seed);
    std::vector<double> all;
    for (int i = 0; i < 20'000; ++i) all.push_back(random.normal());
    constexpr double kLastDigits = 1e-14;
    EXPECT_NEAR(all[0], g.first, kLastDigits);
    EXPECT_NEAR(all[999], g.thousandth, kLastDigits);
    EXPECT_NEAR(all[17'567], g.last_half_hour, kLastDigits);
    double greatest = 0;
    for (const double x : all) greatest = std::max(greatest, std::abs(x));
    EXPECT_NEAR(greatest, g.greatest, kLastDigits) << "a point of the tail";
    EXPECT_NEAR(std::accumulate(all.begin(), all.end(), 0.0), g.sum, 1e-9);
  }
}

// choice(range(16), 8), choice(range(172), 5), then random(): halves of 64 bits are kept.
TEST(Random, ChoiceIsNumpys) {
  Random random(7);
  std::vector<std::uint32_t> all;
  for (int i = 0; i < 8; ++i) all.push_back(random.below(16));
  for (int i = 0; i < 5; ++i) all.push_back(random.below(172));
  EXPECT_THAT(all, ElementsAre(15, 10, 10, 14, 9, 12, 13, 3, 9, 51, 49, 150, 156));
  EXPECT_EQ(random.uniform(), 0.8212284183827663);
}

TEST(Random, MultinomialIsNumpys) {
  const auto all = Random(0).multinomial(3387, std::vector<double>(262, 1.0 / 262));
  EXPECT_THAT(std::vector(all.begin(), all.begin() + 10),
              ElementsAre(14, 11, 7, 6, 16, 18, 14, 15, 13, 19));
  EXPECT_THAT(std::vector(all.end() - 5, all.end()), ElementsAre(6, 12, 12, 10, 7));
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), std::int64_t{0}), 3387);
}

TEST(Random, ExponentialHasItsMean) {
  Random random(3);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) sum += random.exponential();
  EXPECT_NEAR(sum / 100'000, 1, 0.01);
}

}  // namespace
}  // namespace karbonetes::simulate
