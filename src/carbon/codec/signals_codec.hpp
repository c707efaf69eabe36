// carbon::Signals as the data of a ConfigMap: one key for each source, so that `kubectl get -o
// yaml` stays readable. Pure. Reading is lenient: a source that cannot be read is left out, with a
// sentence.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"

namespace karbonetes::carbon {

// Keys "index" (default source, zones, when it was published) and "source.<name>".
[[nodiscard]] std::map<std::string, std::string> encode_signals(const Signals& signals,
                                                                TimePoint published);

struct Published {
  Signals signals;
  std::optional<TimePoint> at;
};
[[nodiscard]] Published decode_signals(const std::map<std::string, std::string>& data,
                                       std::vector<std::string>& problems);

// What is published is written anew when something changes, not whenever a source was heard again.
// So ages count as of the publication: each observed_at is moved by how long that is ago.
void age_as_published(Published& published, TimePoint now);

}  // namespace karbonetes::carbon
