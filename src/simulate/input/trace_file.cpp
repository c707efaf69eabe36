#include "simulate/input/trace_file.hpp"

#include "simulate/input/trace_points.hpp"

namespace karbonetes::simulate {

Result<std::vector<Trace>> read_traces(std::string_view text, const TraceOptions& options) {
  if (text.size() > kMaxTraceBytes)
    return fail(Errc::InvalidArgument, options.file + " is larger than 512 MiB");
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  auto raw = json ? read_trace_json(text, options) : read_trace_csv(text, options);
  if (!raw) return fail(raw.error());
  std::vector<Trace> out;
  for (RawTrace& each : *raw) {
    auto trace = mend(std::move(each), options, json ? Counted::Entries : Counted::Lines);
    if (!trace) return fail(trace.error());
    out.push_back(std::move(*trace));
  }
  return out;
}

}  // namespace karbonetes::simulate
