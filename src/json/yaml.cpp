#include "json/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>
#include <cmath>
#include <istream>
#include <limits>
#include <map>
#include <streambuf>
#include <string>

#include "base/text.hpp"

namespace karbonetes::json {

namespace {

constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxMembers = 2'000;  // as json::parse
constexpr std::size_t kMaxNodes = 10'000'000;

// Thrown through yaml-cpp, whose parser knows no other way out; never leaves this file.
struct Refused {
  int line;
  std::string why;
};

bool one_of(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words)
    if (text == word) return true;
  return false;
}

// YAML 1.2 core schema, https://yaml.org/spec/1.2.2/#103-core-schema
Document plain_scalar(const std::string& text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (one_of(text, {"true", "True", "TRUE"})) return true;
  if (one_of(text, {"false", "False", "FALSE"})) return false;
  const char* begin = text.data();
  const char* end = begin + text.size();
  int base = 10;
  if (text.starts_with("0x")) base = 16;
  if (text.starts_with("0o")) base = 8;
  if (base != 10) begin += 2;
  if (*begin == '+') ++begin;
  std::int64_t whole = 0;
  const auto integer = std::from_chars(begin, end, whole, base);
  if (begin != end && integer.ec == std::errc() && integer.ptr == end) return whole;
  if (base != 10) return text;
  if (one_of(text, {".nan", ".NaN", ".NAN", ".inf", "-.inf", "+.inf", ".Inf", "-.Inf"}))
    return text;  // JSON has no such number
  // from_chars knows "inf" and "nan", which are strings here.
  const bool digits = text.find_first_of("0123456789") != std::string::npos &&
                      text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  double real = 0;
  const auto number = std::from_chars(begin, end, real);
  if (digits && number.ec == std::errc() && number.ptr == end && std::isfinite(real)) return real;
  return text;
}

class Builder final : public YAML::EventHandler {
 public:
  std::vector<Document> take() { return std::move(documents_); }

  void OnDocumentStart(const YAML::Mark&) override {
    anchors_.clear();
    root_ = Frame();
  }
  void OnDocumentEnd() override {
    if (root_.count > 0 && !root_.value.is_null()) documents_.push_back(std::move(root_.value));
    root_ = Frame();
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, nullptr, 1);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) refuse(mark, "an alias of something that is not finished");
    add(mark, YAML::NullAnchor, known->second.value, known->second.count);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool plain = tag == "?" || tag.empty();
    if (!plain && tag != "!" && tag != "tag:yaml.org,2002:str")
      refuse(mark, "the tag " + in_quotes(tag) + " is not known; write the value without it");
    if (waits_for_key()) return set_key(mark, value);
    add(mark, anchor, plain ? plain_scalar(value) : Document(value), 1);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(mark, tag, anchor, Document::array());
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(mark, tag, anchor, Document::object());
  }
  void OnMapEnd() override { end(); }

 private:
  struct Frame {
    Document value;
    std::string key;
    bool has_key = false;
    std::size_t count = 0;  // nodes in it
    YAML::anchor_t anchor = YAML::NullAnchor;
    YAML::Mark mark;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, std::string why) {
    throw Refused{mark.line + 1, std::move(why)};
  }
  [[nodiscard]] bool waits_for_key() const {
    return !open_.empty() && open_.back().value.is_object() && !open_.back().has_key;
  }
  void set_key(const YAML::Mark& mark, const std::string& key) {
    Frame& frame = open_.back();
    if (key == "<<") refuse(mark, "a merge key; write out what it merges");
    if (frame.value.contains(key)) refuse(mark, "the key " + in_quotes(key) + " comes twice");
    if (frame.value.size() >= kMaxMembers) refuse(mark, "an object has more than 2000 members");
    frame.key = key;
    frame.has_key = true;
  }
  void start(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             Document empty) {
    if (tag != "?" && tag != "!" && !tag.empty())
      refuse(mark, "the tag " + in_quotes(tag) + " is not known; write the value without it");
    if (waits_for_key()) refuse(mark, "a key must be text");
    if (open_.size() >= kMaxDepth) refuse(mark, "nested deeper than 128 levels");
    Frame frame;
    frame.value = std::move(empty);
    frame.anchor = anchor;
    frame.mark = mark;
    frame.count = 1;
    open_.push_back(std::move(frame));
  }
  void end() {
    Frame done = std::move(open_.back());
    open_.pop_back();
    add(done.mark, done.anchor, std::move(done.value), done.count);
  }
  void add(const YAML::Mark& mark, YAML::anchor_t anchor, Document value, std::size_t count) {
    nodes_ += count;  // of a copy, too
    if (nodes_ > kMaxNodes) refuse(mark, "more than 10,000,000 values");
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {value, count};
    Frame& into = open_.empty() ? root_ : open_.back();
    if (waits_for_key()) refuse(mark, "a key must be text");
    into.count += count;
    if (open_.empty()) {
      into.value = std::move(value);
    } else if (into.value.is_array()) {
      into.value.push_back(std::move(value));
    } else {
      into.value.push_back({std::move(into.key), std::move(value)});
      into.has_key = false;
    }
  }

  struct Anchored {
    Document value;
    std::size_t count;
  };
  std::vector<Document> documents_;
  Frame root_;
  std::vector<Frame> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
};

// A stream over text that is not copied.
class View : public std::streambuf {
 public:
  explicit View(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT(*-const-cast): read only
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Result<std::vector<Document>> parse_yaml(std::string_view text) {
  View view(text);
  std::istream stream(&view);
  Builder builder;
  try {
    YAML::Parser parser(stream);
    // At a token that no document begins with, yaml-cpp 0.7 stays, and finds empty documents for
    // ever.
    for (std::size_t left = text.size() + 1; parser.HandleNextDocument(builder); --left) {
      if (left == 0) return fail(Errc::Parse, "line 1: there is text that no YAML document is");
    }
  } catch (const Refused& refused) {
    return fail(Errc::Parse, fmt::format("line {}: {}", refused.line, refused.why));
  } catch (const YAML::Exception& error) {
    return fail(Errc::Parse,
                fmt::format("line {}: {}", std::max(error.mark.line, 0) + 1, in_quotes(error.msg)));
  } catch (const std::exception& error) {
    return fail(Errc::Parse, "YAML: " + in_quotes(error.what()));
  }
  return builder.take();
}

}  // namespace karbonetes::json
