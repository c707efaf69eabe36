#include "controller/announcer.hpp"

#include <utility>

namespace karbonetes::controller {

using placement::JobFacts;
using placement::JobState;

Announcer::Announcer(Record record, const Clock& clock)
    : record_(std::move(record)), clock_(clock) {}

void Announcer::say(const JobFacts& job, bool warning, const char* reason, const char* action,
                    std::string_view sentence, std::string_view occasion) const {
  kube::EventSpec event;
  event.regarding = {"batch/v1", "Job", job.ns, job.name, job.uid};
  event.warning = warning;
  event.reason = reason;
  event.action = action;
  event.note = std::string(sentence);
  event.once_key = job.uid + "/" + reason + std::string(occasion);
  record_(std::move(event));
}

bool Announcer::is_news(const JobFacts& job) const {
  const auto recent = [&](const std::optional<TimePoint>& at) {
    return at && clock_.now() - *at < kNews;
  };
  switch (job.state) {
    case JobState::Waiting:
      return recent(job.waiting_since);
    case JobState::Released:
      return recent(job.released_at);
    case JobState::Shadow:
      return recent(job.waiting_since) || recent(job.released_at);
    case JobState::None:
    case JobState::UserSuspended:
    case JobState::Missed:
      break;
  }
  return recent(job.created);
}

void Announcer::appeared(const JobFacts& job, std::string_view decision,
                         const std::vector<std::string>& ignored) const {
  if (clock_.now() - job.created < kNews) {
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
  if (is_news(job)) changed(job, decision);
}

void Announcer::changed(const JobFacts& job, std::string_view decision) const {
  switch (job.state) {
    case JobState::Waiting:
      return waiting(job, decision);
    case JobState::Released:
      return released(job, decision);
    case JobState::UserSuspended:
      return user_suspended(job, decision);
    case JobState::Missed:
      return missed(job, decision);
    case JobState::Shadow:
      return shadowed(job, decision);
    case JobState::None:
      return;
  }
}

void Announcer::replanned(const JobFacts& job, std::string_view decision) const {
  const auto start = job.note && job.note->start ? format_rfc3339(*job.note->start) : std::string();
  say(job, false, "CarbonReplanned", "Plan", decision, "/" + start);
}
void Announcer::shadowed(const JobFacts& job, std::string_view sentence) const {
  if (job.released_at) {
    say(job, false, "CarbonShadowReleased", "Observe", sentence);
  } else {
    say(job, false, "CarbonShadowWaiting", "Observe", sentence);
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
