#include "kube/runtime/delay_heap.hpp"

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstring>
#include <new>
#include <vector>

namespace karbonetes::kube {

namespace {

// In one block with the key's characters behind it.
struct Item {
  DelayHeap::Slot slot;
  std::uint32_t place = 0;  // in the heap
  std::uint32_t size = 0;   // of the key

  [[nodiscard]] std::string_view key() const {
    return {reinterpret_cast<const char*>(this + 1), size};
  }
};

struct Free {
  void operator()(Item* item) const { ::operator delete(item); }
};
using ItemPtr = std::unique_ptr<Item, Free>;

ItemPtr make_item(std::string_view key, DelayHeap::Slot slot) {
  void* memory = ::operator new(sizeof(Item) + key.size());
  auto* item = new (memory) Item{slot, 0, static_cast<std::uint32_t>(key.size())};
  std::memcpy(item + 1, key.data(), key.size());
  return ItemPtr(item);
}

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
  std::size_t operator()(const ItemPtr& item) const { return (*this)(item->key()); }
};
struct Equal {
  using is_transparent = void;
  static std::string_view text(std::string_view key) { return key; }
  static std::string_view text(const ItemPtr& item) { return item->key(); }
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return text(a) == text(b);
  }
};

}  // namespace

struct DelayHeap::Impl {
  boost::unordered_flat_set<ItemPtr, Hash, Equal> items;
  std::vector<Item*> heap;

  [[nodiscard]] bool before(std::size_t a, std::size_t b) const {
    return heap[a]->slot < heap[b]->slot;
  }
  void swap(std::size_t a, std::size_t b) {
    std::swap(heap[a], heap[b]);
    heap[a]->place = static_cast<std::uint32_t>(a);
    heap[b]->place = static_cast<std::uint32_t>(b);
  }
  void settle(std::size_t at) {
    while (at > 0 && before(at, (at - 1) / 2)) {
      swap(at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
    for (;;) {
      std::size_t least = at;
      for (const std::size_t child : {2 * at + 1, 2 * at + 2}) {
        if (child < heap.size() && before(child, least)) least = child;
      }
      if (least == at) return;
      swap(at, least);
      at = least;
    }
  }
  void take_out(std::size_t at) {
    const std::size_t last = heap.size() - 1;
    if (at != last) swap(at, last);
    heap.pop_back();
    if (at != last) settle(at);
  }
  void count_due(std::size_t at, TimePoint now, std::size_t& count) const {
    if (at >= heap.size() || heap[at]->slot.due > now) return;
    ++count;
    count_due(2 * at + 1, now, count);
    count_due(2 * at + 2, now, count);
  }
};

DelayHeap::DelayHeap() : impl_(std::make_unique<Impl>()) {}
DelayHeap::~DelayHeap() = default;
DelayHeap::DelayHeap(DelayHeap&&) noexcept = default;
DelayHeap& DelayHeap::operator=(DelayHeap&&) noexcept = default;

bool DelayHeap::set(std::string_view key, Slot slot) {
  if (const auto known = impl_->items.find(key); known != impl_->items.end()) {
    (*known)->slot = slot;
    impl_->settle((*known)->place);
    return false;
  }
  auto item = make_item(key, slot);
  item->place = static_cast<std::uint32_t>(impl_->heap.size());
  impl_->heap.push_back(item.get());
  impl_->items.insert(std::move(item));
  impl_->settle(impl_->heap.size() - 1);
  return true;
}

bool DelayHeap::erase(std::string_view key) {
  const auto known = impl_->items.find(key);
  if (known == impl_->items.end()) return false;
  impl_->take_out((*known)->place);
  impl_->items.erase(known);
  return true;
}

std::optional<DelayHeap::Slot> DelayHeap::find(std::string_view key) const {
  const auto known = impl_->items.find(key);
  if (known == impl_->items.end()) return std::nullopt;
  return (*known)->slot;
}

std::optional<DelayHeap::Slot> DelayHeap::first() const {
  if (impl_->heap.empty()) return std::nullopt;
  return impl_->heap.front()->slot;
}

std::string DelayHeap::pop() {
  std::string key(impl_->heap.front()->key());
  erase(key);
  return key;
}

std::size_t DelayHeap::size() const { return impl_->heap.size(); }

std::size_t DelayHeap::due(TimePoint now) const {
  std::size_t count = 0;
  impl_->count_due(0, now, count);
  return count;
}

}  // namespace karbonetes::kube
