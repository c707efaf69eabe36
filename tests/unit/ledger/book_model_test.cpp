// That each Job is booked exactly once, whatever is delivered twice, whoever writes, and wherever a
// writer dies: random interleavings of two writers against an API server that holds Jobs and books
// under versions, as the real one does.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "ledger/book.hpp"
#include "ledger/codec/book_codec.hpp"
#include "times.hpp"

namespace karbonetes::ledger {
namespace {

struct Job {
  std::string uid;
  double kwh = 0;
  std::optional<std::string> account;  // the annotation
  bool deleted = false;
};

struct ApiServer {
  std::vector<Job> jobs;
  std::string book;  // text, as in the ConfigMap
  int version = 0;

  ApiServer() {
    DayBook empty;
    empty.day = day_of(at(0));
    book = *encode_book(empty);
  }
  [[nodiscard]] DayBook read_book() const { return *decode_book(book); }
  bool write_book(DayBook b, int read_version) {
    if (read_version != version) return false;
    book = *encode_book(b);
    ++version;
    return true;
  }
};

// One writer, as a machine that makes one call to the API server for each step().
class Writer {
 public:
  explicit Writer(ApiServer& api) : api_(api) {}

  [[nodiscard]] bool idle() const { return phase_ == Phase::Idle; }
  void deliver(std::size_t job) {
    job_ = job;
    phase_ = Phase::ReadBook;
  }
  // Forgets all that is in memory.
  void crash() { phase_ = Phase::Idle; }

  // `answer_lost`: the call reaches the server, and the writer dies before it hears of it.
  void step(bool answer_lost) {
    switch (phase_) {
      case Phase::Idle:
        return;
      case Phase::ReadBook:
        book_ = api_.read_book();
        version_ = api_.version;
        phase_ = Phase::ReadJob;
        break;
      case Phase::ReadJob:
        decide();
        break;
      case Phase::WriteBook:
        // Booked: annotate next. Refused: from the beginning.
        phase_ = !api_.write_book(book_, version_) ? Phase::ReadBook
                 : then_annotate_                  ? Phase::Annotate
                                                   : Phase::Idle;
        break;
      case Phase::Annotate:
        if (!api_.jobs[job_].deleted) api_.jobs[job_].account = text_;
        phase_ = Phase::Idle;
        break;
    }
    if (answer_lost) crash();
  }

 private:
  enum class Phase { Idle, ReadBook, ReadJob, WriteBook, Annotate };

  void decide() {
    const Job& job = api_.jobs[job_];
    if (job.deleted) {
      phase_ = drop(book_, job.uid) ? Phase::WriteBook : Phase::Idle;
      then_annotate_ = false;
      return;
    }
    switch (next_act(book_, {job.uid, job.account.has_value()})) {
      case BookAct::Nothing:
      case BookAct::Full:
        phase_ = Phase::Idle;
        return;
      case BookAct::Book: {
        Entry e;
        e.uid = job.uid;
        e.ns = "n";
        e.totals.jobs = 1;
        e.totals.kwh = job.kwh;
        e.account = text_ = "account of " + job.uid;
        book(book_, e);
        then_annotate_ = true;
        phase_ = Phase::WriteBook;
        return;
      }
      case BookAct::Annotate:
        text_ = book_.pending.at(job.uid).account;
        phase_ = Phase::Annotate;
        return;
      case BookAct::Drop:
        drop(book_, job.uid);
        then_annotate_ = false;
        phase_ = Phase::WriteBook;
        return;
    }
  }

  ApiServer& api_;
  Phase phase_ = Phase::Idle;
  std::size_t job_ = 0;
  DayBook book_;
  int version_ = 0;
  bool then_annotate_ = false;
  std::string text_;
};

void run_to_rest(ApiServer& api) {
  Writer writer(api);
  for (int pass = 0; pass < 2; ++pass) {  // books and annotates; drops
    for (std::size_t i = 0; i < api.jobs.size(); ++i) {
      writer.deliver(i);
      while (!writer.idle()) writer.step(false);
    }
  }
}

TEST(BookModel, EachJobIsBookedOnce) {
  std::mt19937 random(3);
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  for (int round = 0; round < 2000; ++round) {
    ApiServer api;
    double kwh = 0;
    for (int i = 0; i < 4; ++i) {
      api.jobs.push_back({"uid-" + std::to_string(i), double(1 << i), std::nullopt, false});
      kwh += double(1 << i);
    }
    std::vector<Writer> writers(2, Writer(api));
    for (int step = 0; step < 120; ++step) {
      Writer& w = writers[random() % writers.size()];
      if (w.idle()) w.deliver(random() % api.jobs.size());
      if (chance(5)) {
        w.crash();
      } else {
        w.step(chance(10));
      }
    }
    run_to_rest(api);

    const DayBook book = api.read_book();
    EXPECT_TRUE(book.pending.empty()) << round;
    ASSERT_EQ(book.rows.size(), 1u);
    ASSERT_EQ(book.rows.begin()->second.jobs, 4) << round;
    ASSERT_EQ(book.rows.begin()->second.kwh, kwh) << round;
    for (const Job& job : api.jobs) EXPECT_EQ(job.account, "account of " + job.uid);
  }
}

TEST(BookModel, AJobThatIsDeletedOnTheWayCountsAtMostOnceAndLeavesNothingPending) {
  std::mt19937 random(4);
  for (int round = 0; round < 2000; ++round) {
    ApiServer api;
    api.jobs.push_back({"uid", 1, std::nullopt, false});
    std::vector<Writer> writers(2, Writer(api));
    const int gone_at = static_cast<int>(random() % 20);
    for (int step = 0; step < 40; ++step) {
      if (step == gone_at) api.jobs[0].deleted = true;
      Writer& w = writers[random() % writers.size()];
      if (w.idle()) w.deliver(0);
      w.step(random() % 10 == 0);
    }
    run_to_rest(api);
    const DayBook book = api.read_book();
    EXPECT_TRUE(book.pending.empty());
    EXPECT_LE(book.rows.empty() ? 0 : book.rows.begin()->second.jobs, 1) << round;
  }
}

// Why the protocol reads the book first: a writer that had read the Job earlier would book again.
TEST(BookModel, AJobReadBeforeTheBookWouldCountTwice) {
  ApiServer api;
  api.jobs.push_back({"uid", 1, std::nullopt, false});
  const bool stale = api.jobs[0].account.has_value();  // from a cache
  run_to_rest(api);
  DayBook book = api.read_book();
  EXPECT_EQ(next_act(book, {"uid", stale}), BookAct::Book);
  EXPECT_EQ(next_act(book, {"uid", api.jobs[0].account.has_value()}), BookAct::Nothing);
}

}  // namespace
}  // namespace karbonetes::ledger
