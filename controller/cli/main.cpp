// deployctl: the door without a cluster.

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "cli/command_line.hpp"

namespace {

/// As the controller does (fault X7): no core dump, no attaching. A reader that went away (`| head`) ends us quietly.
void harden() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::umask(077);
  std::signal(SIGPIPE, SIG_DFL);
}

void end(int code) {
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
  // A name lookup may still block one of the resolver's threads: nobody waits for it.
  std::quick_exit(code);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace deployctl::cli;
  harden();
  try {
    auto parsed = parse_command_line(argc, argv, std::cout, std::cerr);
    if (const int* code = std::get_if<int>(&parsed)) end(*code);
    const Invocation& asked = std::get<Invocation>(parsed);
    boost::asio::io_context loop(1);
    Context context{loop.get_executor(), asked.flags, std::cout, std::cerr};
    boost::asio::co_spawn(loop, asked.command->run(context), [](std::exception_ptr thrown, int code) {
      if (thrown) std::rethrow_exception(thrown);
      end(code);
    });
    loop.run();
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    end(kError);
  }
  return kError;
}
