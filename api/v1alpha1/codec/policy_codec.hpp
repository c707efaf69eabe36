// CarbonAwarePolicy from JSON, as the API server sends it in lists and watch events. The CRD's
// schema refuses bad values at apply; a stored object is checked again all the same, because it may
// be older than the schema. Pure.
#pragma once

#include "api/v1alpha1/policy.hpp"
#include "json/reader.hpp"

namespace karbonetes::api {

// Names of the spec, as in config/crd/bases/carbon-aware.io_carbonawarepolicies.yaml:
//   mode, signal: {source, zone}, strategy, minSavingPercent
//   green: {timeZone, windows: [{days, start, end}]}
//     | {threshold: {gramsPerKWh, kind, hysteresisPercent}}
//     | {percentile: {percent, horizon, hysteresisPercent}}
//   maxDelay, maxDelayLimit, expectedDuration, whenSignalUnknown
//   placement: {greenNodePool, fallbackNodePool, greenTaintKey, strict, strictAtDeadline,
//   doNotDisrupt}
//   release: {perMinute, burst, vcpuPerMinute}
// Absent and null are the same; fields that are not ours are skipped. The value is consumed;
// nothing of the result points into it. Errors: InvalidArgument with the field's path and what to
// write instead; Parse for JSON that is broken or for an object without a name.
[[nodiscard]] Result<Policy> decode_policy(json::Value object);

// The same; `out` holds the metadata even when the spec is refused, so that the refusal can be told
// of the right policy.
[[nodiscard]] Status decode_policy(json::Value object, Policy& out);

}  // namespace karbonetes::api
