#include "carbon/intensity.hpp"

#include <gtest/gtest.h>

#include <concepts>

namespace karbonetes::carbon {
namespace {

// What must not compile, asked of the compiler.
template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Subtractable = requires(A a, B b) { a - b; };
template <class A, class B>
concept Accumulable = requires(A a, B b) { a += b; };
template <class A, class B>
concept Ordered = requires(A a, B b) { a < b; };
template <class A, class B>
concept Equal = requires(A a, B b) { a == b; };

static_assert(Addable<Grams<Average>, Grams<Average>>);
static_assert(!Addable<Grams<Average>, Grams<Marginal>>);
static_assert(!Subtractable<Grams<Marginal>, Grams<Average>>);
static_assert(!Accumulable<Grams<Average>&, Grams<Marginal>>);
static_assert(!Addable<Grams<Average>, double>);

static_assert(Ordered<Intensity<Marginal>, Intensity<Marginal>>);
static_assert(!Ordered<Intensity<Average>, Intensity<Marginal>>);
static_assert(!Equal<Intensity<Average>, Intensity<Marginal>>);
static_assert(!Ordered<Intensity<Average>, double>);

static_assert(!std::convertible_to<Intensity<Average>, Intensity<Marginal>>);
static_assert(!std::constructible_from<Intensity<Average>, Intensity<Marginal>>);
static_assert(!std::convertible_to<double, Intensity<Average>>);
static_assert(!std::constructible_from<Series<Average>, Series<Marginal>>);
static_assert(!std::assignable_from<Point<Average>&, Point<Marginal>>);

TEST(Intensity, OneKindIsArithmeticAsUsual) {
  Grams<Average> sum(2);
  sum += Grams<Average>(3);
  EXPECT_EQ((sum - Grams<Average>(6)).value, -1);
  EXPECT_LT(Intensity<Marginal>(1), Intensity<Marginal>(2));
  EXPECT_EQ(name(kTagOf<Average>), "average");
  EXPECT_EQ(name(kTagOf<Marginal>), "marginal");
}

}  // namespace
}  // namespace karbonetes::carbon
