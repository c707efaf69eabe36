// karbonetes-validate: our decisions beside published ones. The papers' data is not ours to carry:
// $LWA_DATA is the folder `data` of Let's Wait Awhile, $GAIA_DATA holds GAIA's AU-SA.csv and
// pai_1k.csv. Exit code 1: a figure differs; 2: nothing to compare with; 3: an error.
#include <cstdio>
#include <cstdlib>

#include "papers.hpp"

namespace {

using namespace karbonetes;              // NOLINT(google-build-using-namespace)
using namespace karbonetes::validation;  // NOLINT(google-build-using-namespace)

int failed(const Error& error) {
  std::fprintf(stderr, "error: %s\n", error.message.c_str());
  return 3;
}

void skipped(const char* variable, const char* what) {
  std::fprintf(stderr, "SKIPPED: %s is not set; let it name %s\n", variable, what);
}

}  // namespace

int main() {
  std::vector<Section> sections;
  const char* lwa = std::getenv("LWA_DATA");
  const char* gaia = std::getenv("GAIA_DATA");
  if (lwa != nullptr) {
    Timing timing;
    auto checked = check_lets_wait_awhile(lwa, timing);
    if (!checked) return failed(checked.error());
    std::printf("Let's Wait Awhile: %d simulations without error in %.1f ms, reading %.1f ms\n\n",
                timing.simulations, timing.simulating * 1000, timing.reading * 1000);
    sections = std::move(*checked);
  } else {
    skipped("LWA_DATA", "the folder `data` of github.com/dos-group/lets-wait-awhile");
  }
  if (gaia != nullptr) {
    auto checked = check_gaia(gaia);
    if (!checked) return failed(checked.error());
    sections.insert(sections.end(), checked->begin(), checked->end());
  } else {
    skipped("GAIA_DATA", "a folder with AU-SA.csv and pai_1k.csv of github.com/umassos/GAIA");
  }
  if (sections.empty()) return 2;
  std::fputs(render(sections).c_str(), stdout);
  const bool agree = all_agree(sections);
  std::puts(agree ? "all figures agree" : "some figures DIFFER");
  return agree ? 0 : 1;
}
