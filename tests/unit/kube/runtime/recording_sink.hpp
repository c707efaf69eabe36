// An ObjectSink that writes down what it is told, as lines: "begin", "added a@5", "end". Objects
// named "bad" are unreadable, "throws" throws. Used from the reflector's thread; lines are behind a
// lock.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "eventually.hpp"
#include "kube/runtime/object_sink.hpp"

namespace karbonetes::kube {

class RecordingSink final : public ObjectSink {
 public:
  using Lines = std::vector<std::string>;

  void begin_replace() override { write("begin"); }
  void end_replace() override { write("end"); }
  Result<std::string> apply(Change change, json::Value object) override {
    std::string name;
    std::string version;
    const Status status = object.each([&](std::string_view key, json::Value v) -> Status {
      if (key != "metadata") return {};
      return v.each([&](std::string_view member, json::Value m) -> Status {
        if (member != "name" && member != "resourceVersion") return {};
        const auto text = m.string();
        if (!text) return fail(text.error());
        (member == "name" ? name : version) = *text;
        if (name == "bad") return fail(Errc::Parse, "bad object");
        if (name == "throws") throw std::runtime_error("thrown by the sink");
        return {};
      });
    });
    if (!status) return fail(status.error());
    const char* what = change == Change::Added      ? "added "
                       : change == Change::Modified ? "modified "
                                                    : "deleted ";
    write(what + name + "@" + version);
    return version;
  }

  [[nodiscard]] Lines lines() { return lines_.get(); }
  [[nodiscard]] bool wait_for(std::size_t count) {
    return lines_.wait([count](const Lines& lines) { return lines.size() >= count; });
  }

 private:
  void write(std::string line) {
    lines_.with([&](Lines& lines) { lines.push_back(std::move(line)); });
  }
  Watched<Lines> lines_;
};

}  // namespace karbonetes::kube
