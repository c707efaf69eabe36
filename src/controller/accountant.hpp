// Closes the accounts of finished Jobs and keeps the ledger's day books, each in a ConfigMap. The
// rule by which a Job is booked exactly once is ledger/book.hpp's; here is its I/O: run() (an
// upkeep task of the leader) books, the reconciler writes the account on the Job, and a later run()
// forgets the UID. account() and written() are called by the reconciler's workers, the rest by
// whoever holds the event. Thread-safe; run() by one thread at a time. Failure: what could not be
// written is tried again; what is lost is only the account of a Job that was deleted while nobody
// led.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "controller/accounts.hpp"
#include "controller/config_maps.hpp"
#include "controller/job_writer.hpp"
#include "kube/runtime/controller_loop.hpp"
#include "ledger/account.hpp"
#include "ledger/book.hpp"
#include "ledger/energy.hpp"
#include "ledger/observed.hpp"
#include "metrics/registry.hpp"

namespace karbonetes::controller {

// Whose rules and whose grid a Job ran under, where it does not say so itself.
struct AccountBasis {
  std::string policy, zone;
};

struct AccountantConfig {
  ledger::EnergyModel model;
  int retention_days = 400;
  // How long after a Job's end its meter has counted all of it.
  Millis meter_lag{0};
  // Measured energy of a Job's pods; empty, or nullopt: the model holds.
  std::function<std::optional<ledger::Joules>(const placement::JobFacts& job)> joules;
  std::function<AccountBasis(const placement::JobFacts& job)> basis;
  // What was observed in a zone, up to now.
  std::function<ledger::ObservedZone(std::string_view zone)> observed;
  std::function<void(const std::string& key)> wake;  // reconcile this Job
  std::function<void()> ask;                         // call run() soon
};

class Accountant final : public Accounts {
 public:
  // Jobs that finish within this time are booked together.
  static constexpr Millis kGather = Millis(500);

  // References outlive it.
  Accountant(ConfigMaps& maps, JobWriter& jobs, AccountantConfig config, const Clock& clock,
             metrics::Registry& metrics);

  [[nodiscard]] Answer account(const placement::JobFacts& job) override;
  void written(const placement::JobFacts& job) override;
  // Deleted before its account was closed: it is booked all the same.
  void gone(const placement::JobFacts& job);
  // Another replica may have written since: the books are read again.
  void lead();
  [[nodiscard]] Result<kube::Outcome> run(std::stop_token stop);

 private:
  struct Claim {
    ledger::Entry entry;
    ledger::Day day{};
    bool gone = false;
  };
  struct Booked {
    std::string text;
    ledger::Day day{};
  };
  struct Shelf {
    KeptMap map;
    ledger::DayBook book;
  };

  [[nodiscard]] Claim claim_of(const placement::JobFacts& job) const;
  [[nodiscard]] Status load(std::stop_token stop);
  void settle_pending(const Shelf& shelf, std::stop_token stop);
  [[nodiscard]] Result<Shelf> open(ledger::Day day, std::stop_token stop);
  [[nodiscard]] Status put_back(ledger::Day day, Shelf shelf, std::stop_token stop);
  [[nodiscard]] Status write_day(ledger::Day day, std::stop_token stop);
  enum class Due { Yes, No, NotKnown };
  [[nodiscard]] Due due(const Claim& claim, std::stop_token stop);
  void retire(TimePoint now, std::stop_token stop);
  void expose();

  ConfigMaps& maps_;
  JobWriter& jobs_;
  const AccountantConfig config_;
  const Clock& clock_;
  metrics::Registry& metrics_;

  std::map<ledger::Day, Shelf> shelves_;  // of run() alone
  std::optional<ledger::Day> retired_;    // likewise

  std::mutex mutex_;  // guards what follows
  bool loaded_ = false;
  std::map<std::string, Claim, std::less<>> claims_;   // by uid: to be booked
  std::map<std::string, Booked, std::less<>> booked_;  // by uid: to be written on the Job
  std::map<ledger::Day, std::set<std::string>> done_;  // written: to be forgotten by the book
  std::set<std::string, std::less<>> finished_;  // of done_, until the Job is seen to carry it
};

}  // namespace karbonetes::controller
