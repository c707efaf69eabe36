#include "controller/job_kind.hpp"

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <cstring>
#include <variant>
#include <vector>

namespace karbonetes::controller {

namespace {

using placement::JobFacts;

// --- bytes ---

void put_number(std::string& out, std::uint64_t value) {  // LEB128
  while (value >= 0x80U) {
    out += static_cast<char>((value & 0x7fU) | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

std::uint64_t take_number(const char*& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(*at++);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80U) return value;
  }
}

// Small in either direction: 0, -1, 1, -2, ...
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

// Wraps around instead of overflowing: what is taken out is what was put in.
std::int64_t minus(TimePoint a, TimePoint b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a.time_since_epoch().count()) -
                                   static_cast<std::uint64_t>(b.time_since_epoch().count()));
}
TimePoint plus(TimePoint a, std::int64_t ms) {
  return TimePoint(Millis(static_cast<std::int64_t>(
      static_cast<std::uint64_t>(a.time_since_epoch().count()) + static_cast<std::uint64_t>(ms))));
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

std::string_view take_text(const char*& at) {
  const auto size = static_cast<std::size_t>(take_number(at));
  const std::string_view text(at, size);
  at += size;
  return text;
}

// --- uid and resourceVersion, which are text by contract and numbers in fact ---

constexpr std::size_t kUuidText = 36, kUuidBytes = 16;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool dash_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

std::optional<std::array<char, kUuidBytes>> uuid_bytes(std::string_view text) {
  if (text.size() != kUuidText) return std::nullopt;
  std::array<char, kUuidBytes> out{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < kUuidText; ++i) {
    if (dash_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = out[digits / 2];
    byte = static_cast<char>((static_cast<unsigned char>(byte) << 4U) | value);
    ++digits;
  }
  return out;
}

std::string uuid_text(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(kUuidText);
  for (const char c : bytes) {
    if (dash_at(out.size())) out += '-';
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

// nullopt unless the number's own spelling is `text`.
std::optional<std::uint64_t> plain_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

// Which of the parts are there, and how two of them are spelled.
enum Bit : std::uint16_t {
  kDeadline = 1,
  kWaitingSince = 2,
  kReleasedAt = 4,
  kScheduledAt = 8,
  kPlannedStart = 16,
  kStartedAt = 32,
  kFinishedAt = 64,
  kUuid = 128,
  kNumericVersion = 256,
};

struct Instant {
  Bit bit;
  std::optional<TimePoint> OwnFacts::* own;
};
constexpr std::array kInstants{Instant{kDeadline, &OwnFacts::deadline},
                               Instant{kWaitingSince, &OwnFacts::waiting_since},
                               Instant{kReleasedAt, &OwnFacts::released_at},
                               Instant{kScheduledAt, &OwnFacts::scheduled_at},
                               Instant{kPlannedStart, &OwnFacts::planned_start},
                               Instant{kStartedAt, &OwnFacts::started_at},
                               Instant{kFinishedAt, &OwnFacts::finished_at}};

OwnFacts own_of(const JobFacts& job) {
  OwnFacts own;
  own.name = job.name;
  own.created = job.created;
  own.deadline = job.deadline;
  own.waiting_since = job.waiting_since;
  own.released_at = job.released_at;
  own.scheduled_at = job.scheduled_at;
  if (job.note) own.planned_start = job.note->start;
  own.started_at = job.started_at;
  own.finished_at = job.finished_at;
  return own;
}

// --- what a kind is known by ---

class Key {
 public:
  void add(std::string_view text) { put_text(out_, text); }
  void add(std::int64_t number) { put_number(out_, zigzag(number)); }
  void add(bool flag) { out_ += flag ? '\1' : '\0'; }
  void add(double number) {
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    out_.append(bytes.data(), bytes.size());
  }
  void add(Millis duration) { add(std::int64_t{duration.count()}); }
  template <typename T>
  void add(const std::optional<T>& value) {
    add(value.has_value());
    if (value) add(*value);
  }
  void add(const carbon::GreenRule& rule) {
    add(static_cast<std::int64_t>(rule.index()));
    if (const auto* absolute = std::get_if<carbon::AbsoluteThreshold>(&rule)) {
      add(static_cast<std::int64_t>(absolute->below.index()));
      std::visit([this](const auto& intensity) { add(intensity.grams_per_kwh); }, absolute->below);
      add(absolute->hysteresis);
    } else if (const auto* percentile = std::get_if<carbon::PercentileThreshold>(&rule)) {
      add(percentile->percent);
      add(percentile->horizon);
      add(percentile->hysteresis);
    } else {
      const auto& schedule = std::get<carbon::WindowSchedule>(rule);
      add(schedule.time_zone());
      for (const auto& window : schedule.windows()) {
        add(static_cast<std::int64_t>(window.days.size()));
        for (const int day : window.days) add(std::int64_t{day});
        for (const auto& time : {window.start, window.end})
          add(std::int64_t{time.hour * 60 + time.minute});
      }
    }
  }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

// Every field of JobFacts is either here or in OwnFacts. A field that is in neither would be shared
// by Jobs that differ in it: whoever adds one comes by here.
static_assert(sizeof(void*) != 8 || sizeof(JobFacts) == 992,
              "JobFacts has changed: put the new field into key_of(), or into OwnFacts");

std::string key_of(const JobFacts& job) {
  Key key;
  key.add(job.ns);
  key.add(static_cast<std::int64_t>(job.state));
  const auto& o = job.overrides;
  key.add(o.policy);
  key.add(o.max_delay);
  key.add(o.strict);
  key.add(o.expected_duration);
  key.add(o.green);
  key.add(o.run_now);
  key.add(job.cronjob);
  for (const bool flag :
       {job.opted_in, job.suspend, job.started, job.finished, job.deleting, job.queued_by_kueue,
        job.foreign_manager, job.has_labels, job.has_annotations, job.accounted, job.complete,
        job.indexed, job.abridged, job.note.has_value()})
    key.add(flag);
  key.add(job.kueue_gates);
  key.add(job.generate_name);
  if (job.note) {
    key.add(job.note->policy);
    key.add(job.note->generation);
    key.add(job.note->strategy);
    key.add(job.note->source);
    key.add(job.note->zone);
    key.add(job.note->duration);
    key.add(job.note->signal);
  }
  key.add(job.pods);
  key.add(job.requests.vcpu);
  key.add(job.requests.memory_gib);
  key.add(static_cast<std::int64_t>(job.requests.gpus.size()));
  for (const auto& [model, count] : job.requests.gpus) {
    key.add(model);
    key.add(count);
  }
  key.add(job.pod.affinity);
  key.add(job.pod.tolerations);
  key.add(job.pod.node_selector);
  key.add(job.pod.annotations);
  key.add(job.pod.has_metadata);
  return std::move(key).take();
}

JobFacts common_part(const JobFacts& job) {
  JobFacts kind = job;
  kind.name = {};
  kind.uid = {};
  kind.resource_version = {};
  kind.created = {};
  kind.deadline = kind.waiting_since = kind.released_at = kind.scheduled_at = std::nullopt;
  if (kind.note) kind.note->start = std::nullopt;
  kind.started_at = kind.finished_at = std::nullopt;
  return kind;
}

}  // namespace

struct JobKinds::Impl {
  struct Kind {
    JobFacts facts;
    std::uint32_t users = 0;
  };
  // Pointers, because the addresses of kinds and keys must stay while the vectors grow.
  std::vector<std::unique_ptr<Kind>> kinds;
  std::vector<Id> free;
  boost::unordered_flat_map<std::string_view, Id> ids;  // views of the keys below
  std::vector<std::unique_ptr<std::string>> keys;       // by id
};

JobKinds::JobKinds() : impl_(std::make_unique<Impl>()) {}
JobKinds::~JobKinds() = default;

JobKinds::Id JobKinds::acquire(const JobFacts& job) {
  auto key = key_of(job);
  if (const auto known = impl_->ids.find(key); known != impl_->ids.end()) {
    ++impl_->kinds[known->second]->users;
    return known->second;
  }
  Id id = 0;
  if (impl_->free.empty()) {
    id = static_cast<Id>(impl_->kinds.size());
    impl_->kinds.emplace_back();
    impl_->keys.emplace_back();
  } else {
    id = impl_->free.back();
    impl_->free.pop_back();
  }
  key.shrink_to_fit();
  impl_->keys[id] = std::make_unique<std::string>(std::move(key));
  impl_->kinds[id] = std::make_unique<Impl::Kind>();
  impl_->kinds[id]->facts = common_part(job);
  impl_->kinds[id]->users = 1;
  impl_->ids.emplace(*impl_->keys[id], id);
  return id;
}

void JobKinds::release(Id id) {
  if (--impl_->kinds[id]->users > 0) return;
  impl_->ids.erase(*impl_->keys[id]);
  impl_->kinds[id].reset();
  impl_->keys[id].reset();
  impl_->free.push_back(id);
}

const JobFacts& JobKinds::at(Id id) const { return impl_->kinds[id]->facts; }

std::size_t JobKinds::size() const { return impl_->kinds.size() - impl_->free.size(); }

void pack_own(std::string& out, const JobFacts& job) {
  const OwnFacts own = own_of(job);
  const auto uuid = uuid_bytes(job.uid);
  const auto version = plain_number(job.resource_version);
  std::uint64_t bits = 0;
  if (uuid) bits |= kUuid;
  if (version) bits |= kNumericVersion;
  for (const auto& [bit, instant] : kInstants) {
    if (own.*instant) bits |= bit;
  }
  put_text(out, job.name);
  put_number(out, bits);
  put_number(out, zigzag(own.created.time_since_epoch().count()));
  for (const auto& [bit, instant] : kInstants) {
    if (own.*instant) put_number(out, zigzag(minus(*(own.*instant), own.created)));
  }
  if (uuid) {
    out.append(uuid->data(), uuid->size());
  } else {
    put_text(out, job.uid);
  }
  if (version) {
    put_number(out, *version);
  } else {
    put_text(out, job.resource_version);
  }
}

std::string_view name_in(const char* packed) { return take_text(packed); }

OwnFacts unpack_own(const char* packed) {
  OwnFacts own;
  own.name = take_text(packed);
  const auto bits = take_number(packed);
  own.created = TimePoint(Millis(unzigzag(take_number(packed))));
  for (const auto& [bit, instant] : kInstants) {
    if ((bits & bit) != 0) own.*instant = plus(own.created, unzigzag(take_number(packed)));
  }
  if ((bits & kUuid) != 0) {
    own.uid = uuid_text({packed, kUuidBytes});
    packed += kUuidBytes;
  } else {
    own.uid = std::string(take_text(packed));
  }
  own.resource_version = (bits & kNumericVersion) != 0 ? std::to_string(take_number(packed))
                                                       : std::string(take_text(packed));
  return own;
}

JobFacts join(const JobFacts& kind, const OwnFacts& own) {
  JobFacts job = kind;
  job.name = std::string(own.name);
  job.uid = own.uid;
  job.resource_version = own.resource_version;
  job.created = own.created;
  job.deadline = own.deadline;
  job.waiting_since = own.waiting_since;
  job.released_at = own.released_at;
  job.scheduled_at = own.scheduled_at;
  if (job.note) job.note->start = own.planned_start;
  job.started_at = own.started_at;
  job.finished_at = own.finished_at;
  return job;
}

}  // namespace karbonetes::controller
