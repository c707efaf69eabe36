// Store<Record>: the newest record of each object, by "namespace/name", shared between a reflector
// that writes and workers that read. Records are compact values made by the caller's decoder; the
// object itself is never kept. Thread-safe. The listener runs on the writer's thread, outside the
// lock, after the change is visible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace karbonetes::kube {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

template <typename Record>
class Store {
 public:
  using Listener = std::function<void(const std::string& key)>;

  // Set before the first write.
  void set_listener(Listener listener) { listener_ = std::move(listener); }

  [[nodiscard]] std::optional<Record> get(std::string_view key) const {
    const std::shared_lock lock(mutex_);
    const auto it = entries_.find(key);
    if (it == entries_.end()) return std::nullopt;
    return it->second.record;
  }
  [[nodiscard]] std::size_t size() const {
    const std::shared_lock lock(mutex_);
    return entries_.size();
  }
  // fn(const std::string& key, const Record&) under the read lock: keep it short.
  template <typename Fn>
  void for_each(Fn&& fn) const {
    const std::shared_lock lock(mutex_);
    for (const auto& [key, entry] : entries_) fn(key, entry.record);
  }

  void begin_replace() {
    const std::unique_lock lock(mutex_);
    ++generation_;
  }
  void upsert(const std::string& key, Record record) {
    {
      const std::unique_lock lock(mutex_);
      entries_.insert_or_assign(key, Entry{std::move(record), generation_});
    }
    if (listener_) listener_(key);
  }
  void erase(std::string_view key) {
    std::string owned(key);
    {
      const std::unique_lock lock(mutex_);
      const auto it = entries_.find(owned);
      if (it == entries_.end()) return;
      entries_.erase(it);
    }
    if (listener_) listener_(owned);
  }
  void end_replace() {
    std::vector<std::string> gone;
    {
      const std::unique_lock lock(mutex_);
      for (auto it = entries_.begin(); it != entries_.end();) {
        if (it->second.generation == generation_) {
          ++it;
          continue;
        }
        gone.push_back(it->first);
        it = entries_.erase(it);
      }
    }
    if (listener_) {
      for (const auto& key : gone) listener_(key);
    }
  }

 private:
  struct Entry {
    Record record;
    std::uint32_t generation;
  };
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry, StringHash, std::equal_to<>> entries_;
  std::uint32_t generation_ = 0;
  Listener listener_;
};

}  // namespace karbonetes::kube
