#include "controller/announcer.hpp"

#include <utility>

namespace karbonetes::controller {

namespace {

using placement::JobFacts;
using placement::JobState;

// A transition older than this was announced by whoever saw it happen.
constexpr Millis kNews = std::chrono::minutes(10);

}  // namespace

Announcer::Announcer(Record record, const Clock& clock) : record_(std::move(record)), clock_(clock) {}

void Announcer::say(const JobFacts& job, bool warning, const char* reason, const char* action,
                    std::string_view sentence) const {
  kube::EventSpec event;
  event.regarding = {"batch/v1", "Job", job.ns, job.name, job.uid};
  event.warning = warning;
  event.reason = reason;
  event.action = action;
  event.note = std::string(sentence);
  event.once_key = job.uid + "/" + reason;
  record_(std::move(event));
}

void Announcer::appeared(const JobFacts& job, std::string_view decision,
                         const std::vector<std::string>& ignored) const {
  const auto news = [&](const std::optional<TimePoint>& at) { return at && clock_.now() - *at < kNews; };
  if (news(job.created)) {
    for (const auto& sentence : ignored) {
      kube::EventSpec event;
      event.regarding = {"batch/v1", "Job", job.ns, job.name, job.uid};
      event.warning = true;
      event.reason = "CarbonAnnotationIgnored";
      event.action = "ReadAnnotations";
      event.note = sentence;
      event.once_key = job.uid + "/" + sentence;
      record_(std::move(event));
    }
  }
  switch (job.state) {
    case JobState::Waiting:
      if (news(job.waiting_since)) waiting(job, decision);
      return;
    case JobState::Released:
      if (!job.waiting_since && news(job.released_at)) released(job, decision);
      return;
    case JobState::UserSuspended:
      if (news(job.created)) user_suspended(job, decision);
      return;
    case JobState::None:
    case JobState::Missed: return;
  }
}

void Announcer::waiting(const JobFacts& job, std::string_view sentence) const {
  say(job, false, "CarbonWaiting", "Hold", sentence);
}
void Announcer::released(const JobFacts& job, std::string_view sentence) const {
  say(job, false, "CarbonReleased", "Release", sentence);
}
void Announcer::misplaced(const JobFacts& job, std::string_view sentence) const {
  say(job, true, "CarbonPlacementRefused", "Release", sentence);
}
void Announcer::user_suspended(const JobFacts& job, std::string_view sentence) const {
  say(job, false, "CarbonUserSuspended", "Observe", sentence);
}
void Announcer::missed(const JobFacts& job, std::string_view sentence) const {
  say(job, true, "CarbonMissed", "Observe", sentence);
}

}  // namespace karbonetes::controller
