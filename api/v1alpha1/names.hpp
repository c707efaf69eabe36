// Every label, annotation, taint and event reason that Karbonetes writes or reads. One list, so
// that docs and code agree.
#pragma once

#include <array>
#include <string_view>

namespace karbonetes::api {

inline constexpr std::string_view kGroup = "carbon-aware.io";
inline constexpr std::string_view kPrefix = "carbon-aware.io/";

// Written by users on a Job (or on a CronJob's jobTemplate).
inline constexpr std::string_view kEnabled =
    "carbon-aware.io/enabled";  // annotation or label: "true"
inline constexpr std::string_view kPolicy = "carbon-aware.io/policy";
inline constexpr std::string_view kMaxDelay = "carbon-aware.io/max-delay";
inline constexpr std::string_view kStrict = "carbon-aware.io/strict";
inline constexpr std::string_view kExpectedDuration = "carbon-aware.io/expected-duration";
inline constexpr std::string_view kGreenThreshold =
    "carbon-aware.io/green-threshold";  // "200" (gCO2eq/kWh) or "30%" (of the horizon)
inline constexpr std::string_view kRunNow = "carbon-aware.io/run-now";

// Written by Karbonetes on a Job. The state label is the state; the rest explains it.
inline constexpr std::string_view kState = "carbon-aware.io/state";  // label: see JobState
inline constexpr std::string_view kDeadline =
    "carbon-aware.io/deadline";  // RFC 3339, fixed at admission
inline constexpr std::string_view kDecision =
    "carbon-aware.io/decision";  // one sentence for people
inline constexpr std::string_view kWaitingSince = "carbon-aware.io/waiting-since";  // RFC 3339
inline constexpr std::string_view kReleaseReason =
    "carbon-aware.io/release-reason";  // green | fallback | run-now | ...
inline constexpr std::string_view kReleasedAt = "carbon-aware.io/released-at";  // RFC 3339
inline constexpr std::string_view kPlan =
    "carbon-aware.io/plan";  // JSON: the planned start and what it rests on
inline constexpr std::string_view kAccount =
    "carbon-aware.io/account";  // JSON: the carbon account of a finished Job

// All that Karbonetes writes on a Job: a user who sees these keys on a Job and copies it has made
// no mistake.
inline constexpr std::array kWritten{kState,         kDeadline,   kDecision, kWaitingSince,
                                     kReleaseReason, kReleasedAt, kPlan,     kAccount};

// Of others.
inline constexpr std::string_view kCronJobScheduledAt =
    "batch.kubernetes.io/cronjob-scheduled-timestamp";
inline constexpr std::string_view kKueueQueue = "kueue.x-k8s.io/queue-name";  // label
inline constexpr std::string_view kKueueGatedBy =
    "kueue.x-k8s.io/admission-gated-by";                                // annotation, comma list
inline constexpr std::string_view kKueueGate = "carbon-aware.io/gate";  // our entry in that list
inline constexpr std::string_view kNodePool = "karpenter.sh/nodepool";  // node label
inline constexpr std::string_view kDoNotDisrupt = "karpenter.sh/do-not-disrupt";  // pod annotation

inline constexpr std::string_view kGreenTaint =
    "carbon-aware.io/green";  // taint of the green pool in the samples

// Values of the state label.
inline constexpr std::string_view kStateWaiting = "waiting";
inline constexpr std::string_view kStateReleased = "released";
inline constexpr std::string_view kStateUserSuspended =
    "user-suspended";  // suspended by its user: never released by us
inline constexpr std::string_view kStateShadow =
    "shadow";  // its policy is in Shadow mode: recorded, not touched
inline constexpr std::string_view kStateMissed =
    "missed";  // already running when first seen: left alone

}  // namespace karbonetes::api
