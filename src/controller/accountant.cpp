#include "controller/accountant.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "ledger/codec/account_codec.hpp"
#include "ledger/codec/book_codec.hpp"

namespace karbonetes::controller {

namespace {

using placement::JobFacts;

constexpr const char* kKey = "book.json";
constexpr const char* kWhat = "ledger";
// Asked again when nobody wakes it: the books are written soon after account().
constexpr Millis kPatience = std::chrono::seconds(30);

TimePoint submitted_of(const JobFacts& job) {
  const auto at = !job.cronjob.empty() && job.scheduled_at ? *job.scheduled_at : job.created;
  return std::min(at, *job.started_at);
}

ledger::Run run_of(const JobFacts& job, ledger::Energy energy) {
  ledger::Run run{submitted_of(job), *job.started_at, *job.finished_at, energy, std::nullopt};
  if (job.state == placement::JobState::Shadow) run.would_start = job.released_at;
  return run;
}

bool lost_race(Errc code) {
  return code == Errc::Conflict || code == Errc::AlreadyExists || code == Errc::NotFound;
}

}  // namespace

Accountant::Accountant(ConfigMaps& maps, JobWriter& jobs, AccountantConfig config,
                       const Clock& clock, metrics::Registry& metrics)
    : maps_(maps), jobs_(jobs), config_(std::move(config)), clock_(clock), metrics_(metrics) {}

Accountant::Claim Accountant::claim_of(const JobFacts& job) const {
  const Millis ran = *job.finished_at - *job.started_at;
  auto energy = ledger::energy_of(job.requests, job.pods, ran, config_.model);
  if (config_.joules) {
    if (const auto measured = config_.joules(job))
      energy = ledger::energy_of(*measured, job.requests, job.pods, ran, config_.model);
  }
  const AccountBasis basis =
      job.note ? AccountBasis{job.note->policy, job.note->zone} : config_.basis(job);
  const auto account =
      ledger::account_of(run_of(job, energy), basis.policy, config_.observed(basis.zone));
  Claim out;
  out.day = ledger::day_of(*job.finished_at);
  out.entry = {job.uid,
               job.ns,
               job.name,
               basis.policy,
               job.state == placement::JobState::Shadow,
               ledger::totals_of(account),
               ledger::encode_account(account)};
  return out;
}

Accounts::Answer Accountant::account(const JobFacts& job) {
  const auto now = clock_.now();
  const auto settled =
      std::max(ledger::settled_at(run_of(job, {})), *job.finished_at + config_.meter_lag);
  if (now < settled) return {std::nullopt, settled};
  if (ledger::expired(ledger::day_of(*job.finished_at), now,
                      std::chrono::days(config_.retention_days))) {
    return {};
  }
  {
    const std::lock_guard lock(mutex_);
    if (finished_.contains(job.uid)) return {};  // an older version of the Job
    if (const auto it = booked_.find(job.uid); it != booked_.end()) return {it->second.text, {}};
    if (claims_.contains(job.uid)) return {std::nullopt, now + kPatience};
  }
  auto claim = claim_of(job);  // may ask a meter: without the lock
  {
    const std::lock_guard lock(mutex_);
    claims_.emplace(job.uid, std::move(claim));
  }
  config_.ask();
  return {std::nullopt, now + kPatience};
}

void Accountant::written(const JobFacts& job) {
  {
    const std::lock_guard lock(mutex_);
    const auto it = booked_.find(job.uid);
    if (it == booked_.end()) return;
    done_[it->second.day].insert(job.uid);
    finished_.insert(job.uid);
    booked_.erase(it);
  }
  config_.ask();
}

void Accountant::gone(const JobFacts& job) {
  {
    const std::lock_guard lock(mutex_);
    finished_.erase(job.uid);
    if (const auto it = booked_.find(job.uid); it != booked_.end()) {
      done_[it->second.day].insert(job.uid);
      booked_.erase(it);
      return config_.ask();
    }
    if (const auto it = claims_.find(job.uid); it != claims_.end()) {
      it->second.gone = true;
      return config_.ask();
    }
  }
  auto claim = claim_of(job);
  claim.gone = true;
  {
    const std::lock_guard lock(mutex_);
    claims_.emplace(job.uid, std::move(claim));
  }
  config_.ask();
}

void Accountant::lead() {
  const std::lock_guard lock(mutex_);
  loaded_ = false;
  claims_.clear();  // whoever led meanwhile has booked; what it has not is asked for again
  booked_.clear();
  done_.clear();
  finished_.clear();
}

Result<kube::Outcome> Accountant::run(std::stop_token stop) {
  {
    std::unique_lock lock(mutex_);
    if (!loaded_) {
      lock.unlock();
      if (auto loaded = load(stop); !loaded) return fail(loaded.error());
      lock.lock();
      loaded_ = true;
    }
  }
  std::set<ledger::Day> days;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [uid, claim] : claims_) days.insert(claim.day);
    for (const auto& [day, uids] : done_) days.insert(day);
  }
  for (const auto day : days) {
    if (auto written = write_day(day, stop); !written) return fail(written.error());
  }
  expose();
  retire(clock_.now(), stop);
  return kube::Outcome{};
}

// All books, so that the totals go on where the last leader left them; and what it had booked and
// not yet written on the Jobs.
Status Accountant::load(std::stop_token stop) {
  auto maps = maps_.list(kWhat, stop);
  if (!maps) return fail(maps.error());
  shelves_.clear();
  for (auto& map : *maps) {
    const auto day = ledger::day_of_book(map.name);
    if (!day) continue;
    const auto it = map.data.find(kKey);
    auto book = ledger::decode_book(it == map.data.end() ? std::string_view() : it->second);
    if (!book) {
      spdlog::error("the ledger's book {} cannot be read and is left alone: {}", map.name,
                    book.error().message);
      continue;
    }
    shelves_[*day] = {std::move(map), std::move(*book)};
  }
  for (const auto& [day, shelf] : shelves_) settle_pending(shelf, stop);
  return {};
}

void Accountant::settle_pending(const Shelf& shelf, std::stop_token stop) {
  for (const auto& [uid, pending] : shelf.book.pending) {
    const auto job = jobs_.read(pending.ns, pending.name, stop);
    const bool absent = !job && job.error().code == Errc::NotFound;
    if (!job && !absent) continue;  // looked at again by the next leader, or when the Job is seen
    const std::lock_guard lock(mutex_);
    if (absent || job->uid != uid || job->accounted) {
      done_[shelf.book.day].insert(uid);
    } else {
      booked_[uid] = {pending.account, shelf.book.day};
      config_.wake(job->key());
    }
  }
}

Result<Accountant::Shelf> Accountant::open(ledger::Day day, std::stop_token stop) {
  if (const auto it = shelves_.find(day); it != shelves_.end()) return it->second;
  auto map = maps_.read(ledger::book_name(day), stop);
  if (!map) return fail(map.error());
  Shelf shelf;
  shelf.book.day = day;
  if (const auto it = map->data.find(kKey); it != map->data.end()) {
    auto book = ledger::decode_book(it->second);
    if (!book) {
      return fail(Errc::Parse, "the ledger's book " + map->name + " cannot be read: " +
                                   book.error().message + "; mend or delete the ConfigMap");
    }
    shelf.book = std::move(*book);
  }
  shelf.map = std::move(*map);
  return shelf;
}

// The Job as the API server has it, read after the book: it may have been booked, annotated and
// forgotten by another leader while our own view of it was old.
Accountant::Due Accountant::due(const Claim& claim, std::stop_token stop) {
  if (claim.gone) return Due::Yes;
  const auto job = jobs_.read(claim.entry.ns, claim.entry.name, std::move(stop));
  // Deleted meanwhile, or not to be read: its deletion is going to be seen, and tells whether it
  // carried its account.
  if (!job || job->uid != claim.entry.uid) return Due::NotKnown;
  return job->accounted ? Due::No : Due::Yes;
}

Status Accountant::put_back(ledger::Day day, Shelf shelf, std::stop_token stop) {
  auto text = ledger::encode_book(shelf.book);
  if (!text) return fail(text.error());
  shelf.map.data[kKey] = std::move(*text);
  auto version = maps_.write(shelf.map, kWhat, std::move(stop));
  if (!version) {
    // Whether it was written or not: read again, and the rule of the book says what is left to do.
    shelves_.erase(day);
    if (lost_race(version.error().code))
      return fail(Errc::Conflict, "somebody else wrote the book of " + ledger::format_day(day));
    return fail(version.error());
  }
  shelf.map.resource_version = std::move(*version);
  shelves_[day] = std::move(shelf);
  return {};
}

Status Accountant::write_day(ledger::Day day, std::stop_token stop) {
  std::vector<Claim> claims;
  std::set<std::string> done;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [uid, claim] : claims_) {
      if (claim.day == day) claims.push_back(claim);
    }
    if (const auto it = done_.find(day); it != done_.end()) done = it->second;
  }
  auto shelf = open(day, stop);
  if (!shelf) return fail(shelf.error());
  bool changed = false;
  for (const auto& uid : done) changed = ledger::drop(shelf->book, uid) || changed;

  std::vector<Claim> booked;
  std::vector<Claim> settled;  // nothing to do for them
  for (auto& claim : claims) {
    switch (ledger::next_act(shelf->book, {claim.entry.uid, false})) {
      case ledger::BookAct::Full:
        continue;
      case ledger::BookAct::Book:
        switch (due(claim, stop)) {
          case Due::NotKnown:
            continue;
          case Due::No:
            settled.push_back(std::move(claim));
            continue;
          case Due::Yes:
            break;
        }
        changed = ledger::book(shelf->book, claim.entry) || changed;
        booked.push_back(std::move(claim));
        continue;
      case ledger::BookAct::Annotate:
        claim.entry.account = shelf->book.pending.find(claim.entry.uid)->second.account;
        booked.push_back(std::move(claim));
        continue;
      case ledger::BookAct::Nothing:
      case ledger::BookAct::Drop:
        settled.push_back(std::move(claim));
    }
  }
  if (changed) {
    if (auto put = put_back(day, std::move(*shelf), stop); !put) return put;
  }

  std::vector<std::string> wake;
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    auto& left = done_[day];
    for (const auto& uid : done) left.erase(uid);
    for (const auto& claim : settled) claims_.erase(claim.entry.uid);
    for (const auto& claim : booked) {
      const auto it = claims_.find(claim.entry.uid);
      const bool gone = claim.gone || (it != claims_.end() && it->second.gone);
      if (it != claims_.end()) claims_.erase(it);
      if (gone) {
        left.insert(claim.entry.uid);
      } else {
        booked_[claim.entry.uid] = {claim.entry.account, day};
        wake.push_back(claim.entry.ns + "/" + claim.entry.name);
      }
    }
    again = !left.empty();
    if (left.empty()) done_.erase(day);
  }
  for (const auto& key : wake) config_.wake(key);
  if (again) config_.ask();
  return {};
}

// Once a day: books that are older than they are kept for.
void Accountant::retire(TimePoint now, std::stop_token stop) {
  const auto today = ledger::day_of(now);
  if (retired_ == today) return;
  retired_ = today;
  std::vector<ledger::Day> old;
  for (const auto& [day, shelf] : shelves_) {
    if (ledger::expired(day, now, std::chrono::days(config_.retention_days))) old.push_back(day);
  }
  for (const auto day : old) {
    if (maps_.remove(ledger::book_name(day), stop)) shelves_.erase(day);
  }
}

// Counters that equal the durable totals: a restart, or another leader, goes on where they stood.
void Accountant::expose() {
  std::map<ledger::RowKey, ledger::Totals> rows;
  for (const auto& [day, shelf] : shelves_) {
    for (const auto& [key, totals] : shelf.book.rows) rows[key] += totals;
  }
  const auto raise = [&](const char* name, const char* help, metrics::Labels labels, double to) {
    auto counter = metrics_.counter(name, help, labels);
    if (to > counter.value()) counter.increment(to - counter.value());
  };
  const auto grams = [&](const metrics::Labels& labels, std::string_view kind, auto totals) {
    auto with_kind = labels;
    with_kind["kind"] = std::string(kind);
    raise("karbonetes_emissions_grams_total", "gCO2eq that accounted Jobs emitted", with_kind,
          totals.actual.value);
    raise("karbonetes_counterfactual_emissions_grams_total",
          "gCO2eq that they would have emitted, had they begun when they were submitted; the "
          "difference is what was avoided",
          with_kind, totals.counterfactual.value);
    metrics_
        .gauge(
            "karbonetes_avoided_grams",
            "gCO2eq avoided so far: counterfactual less actual, negative when more was emitted; in "
            "shadow: what would have been avoided",
            with_kind)
        .set(with_kind["mode"] == "shadow" ? totals.would_avoid.value : totals.avoided().value);
  };
  for (const auto& [key, totals] : rows) {
    const metrics::Labels labels{
        {"namespace", key.ns}, {"policy", key.policy}, {"mode", key.shadow ? "shadow" : "enforce"}};
    raise("karbonetes_accounted_jobs_total", "Finished Jobs in the ledger", labels,
          static_cast<double>(totals.jobs));
    raise("karbonetes_energy_kwh_total", "Energy of accounted Jobs", labels, totals.kwh);
    grams(labels, carbon::Average::kName, totals.average);
    grams(labels, carbon::Marginal::kName, totals.marginal);
  }
}

}  // namespace karbonetes::controller
