#include "controller/job_store.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace karbonetes::controller {

namespace {

using placement::JobFacts;

// One block per Job: the head, then what pack_own() wrote.
struct Head {
  JobKinds::Id kind = 0;
  std::uint32_t generation = 0;  // of the last replace that it was seen in
};

class Record {
 public:
  Record(Head head, std::string_view own) : block_(new char[sizeof(Head) + own.size()]) {
    set_head(head);
    std::memcpy(block_.get() + sizeof(Head), own.data(), own.size());
  }
  [[nodiscard]] Head head() const {
    Head head;
    std::memcpy(&head, block_.get(), sizeof head);
    return head;
  }
  void set_head(Head head) { std::memcpy(block_.get(), &head, sizeof head); }
  [[nodiscard]] const char* own() const { return block_.get() + sizeof(Head); }

 private:
  std::unique_ptr<char[]> block_;
};

struct Name {
  std::string_view ns, name;
};

// Names cannot hold a slash.
Name split(std::string_view key) {
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return {{}, key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace

std::string StoredJob::key() const { return kind.ns + "/" + std::string(own.name); }

struct JobStore::Impl {
  // Found by name, which lies in the record and, for the namespace, in its kind.
  struct Hash {
    using is_transparent = void;
    const JobKinds* kinds;
    std::size_t operator()(const Name& name) const {
      std::size_t seed = std::hash<std::string_view>{}(name.ns);
      boost::hash_combine(seed, std::hash<std::string_view>{}(name.name));
      return seed;
    }
    std::size_t operator()(const Record& record) const {
      return (*this)(Name{kinds->at(record.head().kind).ns, name_in(record.own())});
    }
  };
  struct Equal {
    using is_transparent = void;
    const JobKinds* kinds;
    bool operator()(const Record& a, const Name& b) const {
      return name_in(a.own()) == b.name && kinds->at(a.head().kind).ns == b.ns;
    }
    bool operator()(const Name& a, const Record& b) const { return (*this)(b, a); }
    bool operator()(const Record& a, const Record& b) const {
      return (*this)(a, Name{kinds->at(b.head().kind).ns, name_in(b.own())});
    }
  };

  mutable std::shared_mutex mutex;
  JobKinds kinds;
  boost::unordered_flat_set<Record, Hash, Equal> records{0, Hash{&kinds}, Equal{&kinds}};
  std::uint32_t generation = 0;
  std::string scratch;  // of upsert()
  Listener listener;

  template <typename Fn>
  void visit(const Record& record, Fn&& fn) const {
    const OwnFacts own = unpack_own(record.own());
    fn(StoredJob{kinds.at(record.head().kind), own});
  }
};

JobStore::JobStore() : impl_(std::make_unique<Impl>()) {}
JobStore::~JobStore() = default;

void JobStore::set_listener(Listener listener) { impl_->listener = std::move(listener); }

std::optional<JobFacts> JobStore::get(std::string_view key) const {
  const std::shared_lock lock(impl_->mutex);
  const auto it = impl_->records.find(split(key));
  if (it == impl_->records.end()) return std::nullopt;
  return join(impl_->kinds.at(it->head().kind), unpack_own(it->own()));
}

std::size_t JobStore::size() const {
  const std::shared_lock lock(impl_->mutex);
  return impl_->records.size();
}

std::size_t JobStore::kinds() const {
  const std::shared_lock lock(impl_->mutex);
  return impl_->kinds.size();
}

void JobStore::for_each(const std::function<void(const StoredJob&)>& fn) const {
  const std::shared_lock lock(impl_->mutex);
  for (const auto& record : impl_->records) impl_->visit(record, fn);
}

void JobStore::for_each_by_deadline(const std::function<void(const std::string&)>& fn) const {
  const std::shared_lock lock(impl_->mutex);
  std::vector<std::pair<TimePoint, const Record*>> order;
  order.reserve(impl_->records.size());
  for (const auto& record : impl_->records) {
    impl_->visit(record, [&](const StoredJob& job) {
      order.emplace_back(job.own.deadline.value_or(TimePoint{}), &record);
    });
  }
  std::ranges::sort(order);
  for (const auto& [deadline, record] : order)
    impl_->visit(*record, [&](const StoredJob& job) { fn(job.key()); });
}

void JobStore::begin_replace() {
  const std::unique_lock lock(impl_->mutex);
  ++impl_->generation;
}

void JobStore::upsert(const std::string& key, const JobFacts& job) {
  {
    const std::unique_lock lock(impl_->mutex);
    impl_->scratch.clear();
    pack_own(impl_->scratch, job);
    Record record({impl_->kinds.acquire(job), impl_->generation}, impl_->scratch);
    // Taken out rather than overwritten: a flat table's elements are constant.
    if (const auto known = impl_->records.find(split(key)); known != impl_->records.end()) {
      const auto kind = known->head().kind;
      impl_->records.erase(known);
      impl_->kinds.release(kind);
    }
    impl_->records.insert(std::move(record));
  }
  if (impl_->listener) impl_->listener(key);
}

void JobStore::erase(std::string_view key) {
  std::string owned(key);
  {
    const std::unique_lock lock(impl_->mutex);
    const auto it = impl_->records.find(split(owned));
    if (it == impl_->records.end()) return;
    const auto kind = it->head().kind;
    impl_->records.erase(it);
    impl_->kinds.release(kind);
  }
  if (impl_->listener) impl_->listener(owned);
}

void JobStore::end_replace() {
  std::vector<std::string> gone;
  {
    const std::unique_lock lock(impl_->mutex);
    for (const auto& record : impl_->records) {
      if (record.head().generation != impl_->generation)
        impl_->visit(record, [&](const StoredJob& job) { gone.push_back(job.key()); });
    }
  }
  for (const auto& key : gone) erase(key);
}

}  // namespace karbonetes::controller
