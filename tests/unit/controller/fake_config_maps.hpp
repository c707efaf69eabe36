// ConfigMaps in memory with the API server's rule: a write holds only for the version that was
// read. Faults on demand: the next calls fail, or are carried out and their answer is lost.
#pragma once

#include <deque>
#include <functional>

#include "controller/config_maps.hpp"

namespace karbonetes::controller::test {

class FakeConfigMaps final : public ConfigMaps {
 public:
  enum class Fault { None, Refuse, LoseAnswer };

  Result<KeptMap> read(std::string_view name, std::stop_token) override {
    ++reads;
    const auto it = maps.find(std::string(name));
    if (it != maps.end()) return it->second.map;
    KeptMap none;
    none.name = std::string(name);
    return none;
  }
  Result<std::string> write(const KeptMap& map, std::string_view what, std::stop_token) override {
    ++writes;
    if (before_write) before_write();
    Fault fault = Fault::None;
    if (!faults.empty()) {
      fault = faults.front();
      faults.pop_front();
    }
    if (fault == Fault::Refuse) return fail(Errc::Unavailable, "told to fail");
    const auto it = maps.find(map.name);
    if (map.resource_version.empty() && it != maps.end())
      return fail(Errc::AlreadyExists, "it exists");
    if (!map.resource_version.empty() && it == maps.end()) return fail(Errc::NotFound, "gone");
    if (it != maps.end() && it->second.map.resource_version != map.resource_version)
      return fail(Errc::Conflict, "another version");
    Entry entry{map, std::string(what)};
    entry.map.resource_version = std::to_string(++version);
    maps[map.name] = entry;
    if (fault == Fault::LoseAnswer) return fail(Errc::Unavailable, "the answer was lost");
    return entry.map.resource_version;
  }
  Result<std::vector<KeptMap>> list(std::string_view what, std::stop_token) override {
    std::vector<KeptMap> out;
    for (const auto& [name, entry] : maps) {
      if (entry.what == what) out.push_back(entry.map);
    }
    return out;
  }
  Status remove(std::string_view name, std::stop_token) override {
    maps.erase(std::string(name));
    return {};
  }

  struct Entry {
    KeptMap map;
    std::string what;
  };
  std::map<std::string, Entry> maps;
  std::deque<Fault> faults;
  std::function<void()> before_write;
  int reads = 0, writes = 0, version = 0;
};

}  // namespace karbonetes::controller::test
