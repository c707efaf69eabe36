// Where a Reflector's objects go. Called on the reflector's thread only.
#pragma once

#include <string>

#include "base/result.hpp"
#include "json/reader.hpp"

namespace karbonetes::kube {

enum class Change { Added, Modified, Deleted };

class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  virtual void begin_replace() = 0;  // a full list begins; may come again before end_replace
  // Decodes and takes in one object. Returns its resourceVersion. An error means that this object
  // is unreadable: it is counted and skipped, never fatal.
  [[nodiscard]] virtual Result<std::string> apply(Change change, json::Value object) = 0;
  virtual void end_replace() = 0;  // what was not seen since begin_replace is gone
};

}  // namespace karbonetes::kube
