#include "dashboard/model.hpp"

#include "json/document.hpp"

namespace karbonetes::dashboard {

namespace {

std::string quoted(const std::string& text) {
  return json::Document(text).dump(-1, ' ', true, json::Document::error_handler_t::replace);
}

// A JSON object from members that are JSON already.
class Object {
 public:
  void add(const std::string& name, std::string_view value) {
    text_ += text_.empty() ? '{' : ',';
    text_ += quoted(name);
    text_ += ':';
    text_ += value;
  }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::string done() { return text_.empty() ? "{}" : std::move(text_) + '}'; }

 private:
  std::string text_;
};

}  // namespace

std::string whole(const Model& model) {
  Object out;
  for (const auto& [name, text] : model.sections) out.add(name, text);
  Object jobs;
  for (const auto& [key, text] : model.jobs) jobs.add(key, text);
  out.add("jobs", jobs.done());
  return out.done();
}

std::string change(const Model& from, const Model& to) {
  Object out;
  for (const auto& [name, text] : to.sections) {
    const auto known = from.sections.find(name);
    if (known == from.sections.end() || known->second != text) out.add(name, text);
  }
  Object jobs;
  for (const auto& [key, text] : to.jobs) {
    const auto known = from.jobs.find(key);
    if (known == from.jobs.end() || known->second != text) jobs.add(key, text);
  }
  for (const auto& [key, text] : from.jobs) {
    if (!to.jobs.contains(key)) jobs.add(key, "null");
  }
  if (!jobs.empty()) out.add("jobs", jobs.done());
  return out.empty() ? std::string() : out.done();
}

}  // namespace karbonetes::dashboard
