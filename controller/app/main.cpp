// deployment-orchestrator: the controller program.

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

#include "app/application.hpp"

namespace {

/// No core dump and no attaching: both would hand out every secret we read (fault X7). SIGHUP has no meaning here; a
/// peer that goes away is an error of the write, not the end of the process.
void harden() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::umask(077);  // what tools leave in their own HOME is private, too
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
  harden();
  try {
    boost::asio::io_context loop(1);
    deployctl::app::Application application(loop, deployctl::app::parse_options(argc, argv));
    boost::asio::co_spawn(loop, application.run(), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
      // A name lookup may still block one of the resolver's threads: nobody waits for it.
      std::fflush(nullptr);
      std::quick_exit(0);
    });
    loop.run();
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    std::quick_exit(1);
  }
}
