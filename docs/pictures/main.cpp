// Draws the pictures of docs/policies.md.
//   karbonetes-pictures DIR          writes them into DIR
//   karbonetes-pictures --check DIR  exits with 1 when those in DIR differ
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "pictures.hpp"

int main(int argc, char** argv) {
  using namespace karbonetes::pictures;
  const std::vector<std::string> args(argv + 1, argv + argc);
  const bool check = args.size() == 2 && args[0] == "--check";
  if (!check && args.size() != 1) {
    std::cerr << "usage: karbonetes-pictures [--check] DIR\n";
    return 2;
  }
  int status = 0;
  for (const Picture& picture : {strategies(), percentiles(), hysteresis(), pace()}) {
    const std::string file = args.back() + "/" + picture.file;
    if (check) {
      std::ifstream in(file);
      std::ostringstream found;
      found << in.rdbuf();
      if (in && found.str() == picture.svg) continue;
      std::cerr << file << " is not what the code draws: run karbonetes-pictures docs/pictures\n";
      status = 1;
    } else {
      std::ofstream out(file);
      out << picture.svg;
      out.close();
      if (!out) {
        std::cerr << "cannot write " << file << "\n";
        status = 1;
      }
    }
  }
  return status;
}
