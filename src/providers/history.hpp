// What was observed before, kept when a source's new answer begins later: many sources tell of the
// present alone, while the account of what was saved needs the hours of a whole run. Pure.
#pragma once

#include "carbon/intensity.hpp"

namespace karbonetes::providers {

// `next` with the observed points of `before` in front that are older than its own and not older
// than 48 h before `now`. Where they do not adjoin (a gap of more than 15 min and two usual steps),
// or are of another kind, `next` alone.
[[nodiscard]] carbon::AnySeries with_history(const carbon::AnySeries& before,
                                             carbon::AnySeries next, TimePoint now);

// Same instants, same values.
[[nodiscard]] bool same_points(const carbon::AnySeries& a, const carbon::AnySeries& b);
// That, and the same ends.
[[nodiscard]] bool same_series(const carbon::AnySeries& a, const carbon::AnySeries& b);

}  // namespace karbonetes::providers
