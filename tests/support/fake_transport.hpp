#pragma once

// kube::Transport by script: the script lists the exact requests in order and what comes back. A request that is not
// the next one fails the test and gets no answer; what was never asked for fails the test when the fake goes.
//
//   FakeTransport api(loop.get_executor());
//   api.expect("GET", "/api/v1/namespaces/ns/secrets/a").reply(200, R"({"kind":"Secret",...})");
//   api.expect("GET", "/api/v1/secrets?watch=true…").stream({event, event}).then_hang();

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "kube/transport.hpp"

namespace deployctl::support {

class FakeTransport final : public kube::Transport {
 public:
  enum class End : std::uint8_t { Orderly, Cut, Silent, Hang };

  class Expectation {
   public:
    Expectation& reply(int status, std::string body);
    /// A Status body as the API server writes it.
    Expectation& refuse(int status, std::string reason, std::string message = "");
    Expectation& retry_after(Duration wait);
    /// No answer at all.
    Expectation& fail(http::Phase phase, ErrorKind kind = ErrorKind::Transient, std::string message = "no answer");
    /// A 200 whose body comes in these pieces and then ends in order.
    Expectation& stream(std::vector<std::string> pieces);
    Expectation& then_cut();     ///< the stream breaks after its pieces
    Expectation& then_silent();  ///< nothing comes for as long as the reader waits
    Expectation& then_hang();    ///< stays open until the reader is cancelled

   private:
    friend class FakeTransport;
    std::string method, target;
    kube::Response response{.status = 200};
    std::optional<http::Failure> failure;
    std::vector<std::string> pieces;
    End end = End::Orderly;
  };

  explicit FakeTransport(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  /// Everything expected must have been asked for.
  ~FakeTransport() override;

  /// The next request must be this one; `target` with its query as sent.
  Expectation& expect(std::string method, std::string target);
  [[nodiscard]] bool done() const { return script_.empty(); }
  /// All requests so far, for looking at bodies and headers.
  [[nodiscard]] const std::vector<kube::Request>& requests() const { return requests_; }

  Task<http::Attempt<kube::Response>> send(kube::Request request) override;
  Task<http::Attempt<kube::StreamResponse>> open(kube::Request request) override;

 private:
  std::optional<Expectation> take(const kube::Request& request);

  asio::any_io_executor executor_;
  std::deque<Expectation> script_;
  std::vector<kube::Request> requests_;
};

}  // namespace deployctl::support
