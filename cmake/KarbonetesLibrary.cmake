# One target per room of the house, and the direction of knowledge enforced by include paths: a room's headers are
# reachable only through a link dependency, because each target exports a private include root that holds nothing but
# a link to its own folder. `src/plan` that includes "kube/..." does not compile.

# karbonetes_library(NAME DIR PREFIX [DEPENDS target...] [PRIVATE target...])
#   NAME     target suffix: karbonetes_NAME
#   DIR      folder, relative to the repository
#   PREFIX   how includes spell the folder ("kube/model")
function(karbonetes_library NAME DIR PREFIX)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include/${NAME})
  get_filename_component(parent ${root}/${PREFIX} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${DIR} ${root}/${PREFIX} SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${DIR}/*.cpp)
  if(sources)
    add_library(karbonetes_${NAME} STATIC ${sources})
    target_include_directories(karbonetes_${NAME} PUBLIC ${root})
    target_link_libraries(karbonetes_${NAME} PUBLIC ${ARG_DEPENDS} PRIVATE karbonetes_warnings ${ARG_PRIVATE})
  else()
    add_library(karbonetes_${NAME} INTERFACE)
    target_include_directories(karbonetes_${NAME} INTERFACE ${root})
    target_link_libraries(karbonetes_${NAME} INTERFACE ${ARG_DEPENDS} ${ARG_PRIVATE})
  endif()
endfunction()

# karbonetes_test(NAME DIR [DEPENDS target...]): one gtest binary from DIR/*_test.cpp, registered with ctest.
function(karbonetes_test NAME DIR)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${NAME} ${sources})
  target_link_libraries(${NAME} PRIVATE karbonetes_warnings ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${NAME} PRIVATE KARBONETES_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  if(NOT TARGET unit-tests)
    add_custom_target(unit-tests)
  endif()
  add_dependencies(unit-tests ${NAME})
  gtest_discover_tests(${NAME} NO_PRETTY_VALUES PROPERTIES LABELS unit TIMEOUT 60 DISCOVERY_TIMEOUT 60)
endfunction()
