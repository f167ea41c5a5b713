#include "kube/token.hpp"

#include "kube/config.hpp"

namespace deployctl::kube {

TokenSource::TokenSource(std::string file, const Clock& clock, const Logger& logger)
    : file_(std::move(file)), clock_(&clock), logger_(&logger) {}

const std::string& TokenSource::current() {
  if (!file_.empty() && (!read_at_ || clock_->steady() - *read_at_ >= kTokenPeriod)) read();
  return token_;
}

bool TokenSource::refresh(const std::string& refused) {
  if (file_.empty()) return false;
  read();
  return token_ != refused;
}

void TokenSource::read() {
  read_at_ = clock_->steady();
  auto text = PemSource{.file = file_}.read();
  const std::size_t end = text ? text->find_last_not_of(" \t\r\n") : std::string::npos;
  if (end != std::string::npos) {
    token_ = text->substr(0, end + 1);
    reported_ = false;
    return;
  }
  // Between two steps of a rotation the file may be empty or gone: the last good token is still the best one.
  if (!std::exchange(reported_, true)) {
    logger_->log(LogLevel::Warning, "Token file could not be read, the last good token is kept", {{"file", file_}});
  }
}

}  // namespace deployctl::kube
