# What Debian 12 and 13 package; nothing is fetched.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS system url)
find_package(OpenSSL 3 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
if(DEPLOYCTL_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  include(GoogleTest)
endif()

add_library(deployctl_flags INTERFACE)
target_compile_options(deployctl_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Werror
  -Wno-missing-field-initializers -Wno-missing-designated-field-initializers)
# Asio and Beast are compiled once (async/asio_impl.cpp, http/beast_impl.cpp), not in every unit.
target_compile_definitions(deployctl_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
  DEPLOYCTL_VERSION="${PROJECT_VERSION}")
target_link_libraries(deployctl_flags INTERFACE Threads::Threads)
target_include_directories(deployctl_flags SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
