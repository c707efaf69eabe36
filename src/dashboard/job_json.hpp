// One Job as the page draws it. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "cli/job_record.hpp"
#include "cli/status.hpp"
#include "json/document.hpp"

namespace karbonetes::dashboard {

// Where a Job stands on its way, whoever let it go. In the order in which they are shown.
enum class Phase { Waiting, Starting, Running, Suspended, Finished, Failed };
inline constexpr std::array kPhases{Phase::Waiting,   Phase::Starting, Phase::Running,
                                    Phase::Suspended, Phase::Finished, Phase::Failed};
[[nodiscard]] std::string_view name(Phase phase);  // "waiting", "starting", ...

// Starting: it may run and no pod of it has started yet. Suspended: by its author.
[[nodiscard]] Phase phase_of(const cli::JobRecord& job);

// {"namespace","name","state","phase","createdAt","waitingSince","plannedAt","deadlineAt",
//  "releasedAt","startedAt","finishedAt","expectedMs","policy","signal","cronJob","why","reason",
//  "shadow","account"}: what is not known is null. `account`: {"kWh","average":{"actualGrams",
// "avoidedGrams"},"marginal":{...}} of a finished Job. `state` is that of `status`.
[[nodiscard]] json::Document job_json(const cli::JobRecord& job, Phase phase,
                                      const cli::StatusRow& row);

// One line of ASCII, whatever the strings hold.
[[nodiscard]] std::string text_of(const json::Document& document);
[[nodiscard]] json::Document instant(const std::optional<TimePoint>& t);

}  // namespace karbonetes::dashboard
