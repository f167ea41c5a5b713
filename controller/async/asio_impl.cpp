// Asio's own code, compiled once here (BOOST_ASIO_SEPARATE_COMPILATION); its TLS part is compiled in http.
#include <boost/asio/impl/src.hpp>
