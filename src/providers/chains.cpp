#include "providers/chains.hpp"

namespace karbonetes::providers {

namespace {

bool is_windows(const SourceConfig& source) { return source.type == SourceType::StaticWindows; }

bool stands_in(const SourceConfig& other, const SourceConfig& head) {
  if (is_windows(other)) return other.zone.empty() || other.zone == head.zone;
  return !is_windows(head) && other.zone == head.zone && other.kind == head.kind;
}

}  // namespace

std::vector<std::vector<std::size_t>> chains_of(const std::vector<SourceConfig>& sources) {
  std::vector<std::vector<std::size_t>> chains;
  for (std::size_t head = 0; head < sources.size(); ++head) {
    std::vector<std::size_t>& chain = chains.emplace_back(1, head);
    for (std::size_t other = 0; other < sources.size(); ++other) {
      if (other != head && stands_in(sources[other], sources[head])) chain.push_back(other);
    }
  }
  return chains;
}

}  // namespace karbonetes::providers
