// Green windows out of a YAML map: a windows file's whole, or part of a source's entry. Failure as
// windows_file.hpp says.
#pragma once

#include "providers/windows_file.hpp"
#include "providers/yaml_fields.hpp"

namespace karbonetes::providers {

// Reads zone, timeZone, windows and intensity; other keys are the caller's to check.
[[nodiscard]] Result<WindowsFile> windows_from(const YAML::Node& root);

}  // namespace karbonetes::providers
