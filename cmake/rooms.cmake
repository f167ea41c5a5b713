# A room is a folder that is a library: deployctl_NAME. It is seen as <NAME/header.hpp> through an include
# folder of its own that is handed on only by linking, so including what one does not link does not compile.
#
#   room(NAME FOLDER DIR LINKS rooms and libraries...)     a folder with only headers gives an INTERFACE library
function(room NAME)
  cmake_parse_arguments(ROOM "" "FOLDER" "LINKS" ${ARGN})
  if(NOT ROOM_FOLDER)
    set(ROOM_FOLDER ${CMAKE_CURRENT_SOURCE_DIR}/${NAME})
  endif()
  set(include_root ${PROJECT_BINARY_DIR}/inc/${NAME})
  # Linked file by file, so that a room's sub-folders, which are rooms of their own, do not come along.
  file(REMOVE_RECURSE ${include_root})
  file(MAKE_DIRECTORY ${include_root}/${NAME})
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${ROOM_FOLDER} ${ROOM_FOLDER}/*.hpp)
  foreach(header ${headers})
    file(CREATE_LINK ${ROOM_FOLDER}/${header} ${include_root}/${NAME}/${header} SYMBOLIC)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${ROOM_FOLDER}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")  # a program, linked to its room
  set(target deployctl_${NAME})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${include_root})
  target_link_libraries(${target} ${scope} deployctl_flags ${ROOM_LINKS})
endfunction()

#   room_test(NAME LINKS rooms... [BED control_plane])     every *_test.cpp of this folder becomes the test program NAME_test
# With a BED its tests run while that bed does; DEPLOYCTL_BED in their environment is its directory (admin.conf, token.conf).
function(room_test NAME)
  cmake_parse_arguments(TEST "" "BED" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${NAME}_test ${sources})
  target_link_libraries(${NAME}_test PRIVATE deployctl_support ${TEST_LINKS} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${NAME}_test PRIVATE
    DEPLOYCTL_SOURCE_DIR="${PROJECT_SOURCE_DIR}" DEPLOYCTL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  set(properties TIMEOUT 120 LABELS unit)
  if(TEST_BED)
    set(properties TIMEOUT 120 LABELS integration FIXTURES_REQUIRED ${TEST_BED}
      ENVIRONMENT DEPLOYCTL_BED=${DEPLOYCTL_BEDS}/${TEST_BED})
  endif()
  gtest_discover_tests(${NAME}_test NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()

set(DEPLOYCTL_BEDS ${PROJECT_BINARY_DIR}/beds)

#   bed(NAME WORD options...)     hack/WORD up before the first test that requires it, down after the last one
function(bed NAME WORD)
  string(JOIN " " options ${ARGN})
  set(word ${PROJECT_SOURCE_DIR}/hack/${WORD})
  set(directory ${DEPLOYCTL_BEDS}/${NAME})
  add_test(NAME bed.${NAME}.up COMMAND bash -c "'${word}' down '${directory}' && '${word}' up '${directory}' ${options}")
  add_test(NAME bed.${NAME}.down COMMAND ${word} down ${directory})
  set_tests_properties(bed.${NAME}.up PROPERTIES FIXTURES_SETUP ${NAME} TIMEOUT 300)
  set_tests_properties(bed.${NAME}.down PROPERTIES FIXTURES_CLEANUP ${NAME} TIMEOUT 120)
endfunction()

#   pytest_test(NAME FILE file.py [BED node|control_plane|ssh] [TIMEOUT seconds] [LABELS words...] [ENVIRONMENT NAME=value...])
# Each function test_* of the file becomes the test NAME.function of ctest. A bed is started by ctest once for all tests that need it
# (tests/CMakeLists.txt); tests on the node run one at a time, because they share its docker daemon and its processors.
function(pytest_test NAME)
  cmake_parse_arguments(TEST "" "FILE;BED;TIMEOUT" "LABELS;ENVIRONMENT" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 180)
  endif()
  set(file ${CMAKE_CURRENT_SOURCE_DIR}/${TEST_FILE})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} lines REGEX "^def test_[a-zA-Z0-9_]+")
  set(environment "PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support_py" "PYTHONDONTWRITEBYTECODE=1"
    "DEPLOYCTL_BINARY_DIR=${PROJECT_BINARY_DIR}" "DEPLOYCTL_CONTROL_PLANE=${DEPLOYCTL_BEDS}/control_plane"
    "DEPLOYCTL_NODE=${DEPLOYCTL_BEDS}/node" "DEPLOYCTL_DOCKER=${DEPLOYCTL_BEDS}/docker" "DEPLOYCTL_SSH=${DEPLOYCTL_BEDS}/ssh"
    ${TEST_ENVIRONMENT})
  foreach(line ${lines})
    string(REGEX REPLACE "^def (test_[a-zA-Z0-9_]+).*" "\\1" function ${line})
    string(REGEX REPLACE "^test_" "" sentence ${function})
    add_test(NAME ${NAME}.${sentence}
      COMMAND /usr/bin/python3 -m pytest -q -p no:cacheprovider -p plugin --rootdir=${PROJECT_SOURCE_DIR}/tests ${file}::${function})
    set_tests_properties(${NAME}.${sentence} PROPERTIES TIMEOUT ${TEST_TIMEOUT} ENVIRONMENT "${environment}" LABELS "${TEST_LABELS}")
    if(TEST_BED STREQUAL node)
      set_tests_properties(${NAME}.${sentence} PROPERTIES FIXTURES_REQUIRED "node;docker" RESOURCE_LOCK node)
    elseif(TEST_BED STREQUAL ssh)
      set_tests_properties(${NAME}.${sentence} PROPERTIES FIXTURES_REQUIRED "control_plane;ssh")
    elseif(TEST_BED)
      set_tests_properties(${NAME}.${sentence} PROPERTIES FIXTURES_REQUIRED ${TEST_BED})
    endif()
  endforeach()
endfunction()
