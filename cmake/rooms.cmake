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

#   room_test(NAME LINKS rooms...)     every *_test.cpp of this folder becomes the test program NAME_test
function(room_test NAME)
  cmake_parse_arguments(TEST "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${NAME}_test ${sources})
  target_link_libraries(${NAME}_test PRIVATE deployctl_support ${TEST_LINKS} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${NAME}_test PRIVATE
    DEPLOYCTL_SOURCE_DIR="${PROJECT_SOURCE_DIR}" DEPLOYCTL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(${NAME}_test DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120 LABELS unit)
endfunction()
