// What a study shows as pictures: which, and under which file names.
#include <algorithm>
#include <cctype>

#include "simulate/report/picture.hpp"
#include "simulate/report/report.hpp"

namespace karbonetes::simulate {

namespace {

using Pictures = std::vector<std::pair<std::string, std::string>>;

// A zone's name as part of a file name.
std::string file_part(const std::string& zone) {
  std::string out;
  for (const char c : zone)
    out += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ? c : '-';
  return out.substr(0, 40);
}

// Zones whose names differ in what a file name leaves out must not share a file.
std::string free_name(const Pictures& taken, const std::string& wanted) {
  const auto is_taken = [&](const std::string& name) {
    return std::ranges::find(taken, name + ".svg", &Pictures::value_type::first) != taken.end();
  };
  std::string out = wanted;
  for (int i = 2; is_taken(out); ++i) out = wanted + "-" + std::to_string(i);
  return out + ".svg";
}

}  // namespace

Pictures pictures(const Study& study) {
  Pictures out;
  const auto add = [&](const std::string& name, std::string svg) {
    if (!svg.empty()) out.emplace_back(free_name(out, name), std::move(svg));
  };
  for (const Timeline& timeline : study.timelines)
    add("intensity-" + file_part(timeline.zone), picture_intensity(timeline));
  add("saving-by-delay", picture_saving(study));
  add("waits", picture_waits(study));
  return out;
}

}  // namespace karbonetes::simulate
