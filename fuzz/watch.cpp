// A watch, cut anywhere into pieces: what is read must not depend on the cuts.
#include "kube/client/line_splitter.hpp"
#include "kube/model/job.hpp"
#include "kube/runtime/watch_reader.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

namespace {

class Sink final : public kube::ObjectSink {
 public:
  void begin_replace() override {}
  void end_replace() override {}
  Result<std::string> apply(kube::Change change, json::Value object) override {
    const auto job = kube::decode_job(object);
    if (!job) return fail(job.error());
    seen += std::to_string(static_cast<int>(change)) + std::string(job->name) + '/';
    return std::string(job->resource_version);
  }
  std::string seen;
};

std::string read(std::string_view text, std::size_t piece) {
  Sink sink;
  kube::WatchReader reader(sink);
  std::string out;
  kube::LineSplitter splitter(1 << 20);
  const auto line = [&](std::string_view one) {
    const auto input = reader.line(one);
    out += input ? std::to_string(static_cast<int>(input->kind)) + input->resource_version : "-";
    return true;
  };
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const auto more = splitter.feed(text.substr(at, piece), line);
    fuzz::check_result(more);
    if (!more) return out + "!";
  }
  splitter.finish(line);
  return out + sink.seen;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text(data + 1, size - 1);
  fuzz::check(read(text, text.size() + 1) == read(text, 1 + data[0] % 64),
              "what is read does not depend on where it was cut");
  Sink sink;
  kube::WatchReader reader(sink);
  (void)reader.page(text);
  return 0;
}
