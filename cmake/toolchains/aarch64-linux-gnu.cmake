# Debian's cross compiler with the libraries of an arm64 sysroot (scripts/sysroot-arm64.sh), named by the environment variable
# KARBONETES_SYSROOT. Headers without code are the build machine's.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH $ENV{KARBONETES_SYSROOT}/root)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE BOTH)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link=$ENV{KARBONETES_SYSROOT}/root/usr/lib/aarch64-linux-gnu")
# Parts of glibc, which is the cross compiler's; packages ask for them by find_library.
foreach(part DL RT)
  string(TOLOWER ${part} name)
  set(LIB${part}_LIBRARIES ${name} CACHE STRING "of glibc")
  set(LIB${part}_LIBRARY ${name} CACHE STRING "of glibc")
endforeach()
# Headers that differ by architecture.
set(CMAKE_CXX_FLAGS_INIT "-isystem $ENV{KARBONETES_SYSROOT}/root/usr/include/aarch64-linux-gnu")
