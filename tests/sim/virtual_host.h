// Host programs as seen on their serial line, on a virtual clock: what each sends and when, how it interprets each line
// it reads, and how it fails. Facts from packaging/doc/protocol-hosts.md.
//
// Usage: connect() once, then receive() whenever bytes came, advance() whenever deadline() was reached, and
// take_output() after each of the three. Nothing happens between two such calls, so a caller may advance from event to
// event.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/clock.h"

namespace sim {

struct HostOptions {
  std::uint64_t seed = 1;
  std::vector<std::string> print;  ///< G-code lines to print, comments and blank lines included; empty: only connects
  bool start_printing = true;      ///< print as soon as connected
  int lines_in_flight = 4;         ///< Cura-like only
  bool ask_temperature = true;     ///< Cura-like only: M105 every 3 s once it is connected
  bool poll_temperature = false;   ///< Printrun-like only: its user ticked "monitor", M105 every 3 s
  bool flood = false;              ///< terminal only: `cat file > port`, everything in one write, no ok awaited
};

class VirtualHost {
 public:
  virtual ~VirtualHost() = default;

  virtual void connect(Time now) = 0;  ///< the port was opened
  virtual void receive(std::string_view bytes, Time now) = 0;
  virtual void advance(Time now) = 0;
  [[nodiscard]] virtual Time deadline() const = 0;
  [[nodiscard]] virtual std::string take_output() = 0;

  [[nodiscard]] virtual bool is_connected() const = 0;  ///< its handshake is done
  [[nodiscard]] virtual bool is_done() const = 0;       ///< the whole print was sent and acknowledged
  /// Empty, or why this host gave up (a fatal error, too many timeouts, "Resend out of history").
  [[nodiscard]] virtual std::string failure() const = 0;
  /// False before connect() and after the host closed its port by itself; a host that failed has closed it unless its
  /// original hangs with the port open (Printrun). Its last bytes may still be in take_output().
  [[nodiscard]] virtual bool is_port_open() const = 0;

  // --- actions of the user
  virtual void command(std::string_view line,
                       Time now) = 0;         ///< an unnumbered line typed or polled, as this host sends it
  virtual void emergency_stop(Time now) = 0;  ///< M112 as this host sends it
  virtual void cancel(Time now) = 0;
  virtual void pause(Time now) = 0;
  virtual void resume(Time now) = 0;
  virtual void leave(Time now) = 0;    ///< quits the program: its last bytes, port closed
  virtual void hang_up(Time now) = 0;  ///< the port hung up (end of file, EIO)

  // --- for tests
  [[nodiscard]] virtual std::uint64_t oks_seen() const = 0;
  [[nodiscard]] virtual std::uint64_t resends_seen() const = 0;
  [[nodiscard]] virtual std::uint64_t timeouts() const = 0;
  /// The most lines that were in flight: sent ones that owe an ok, minus the ok lines that came (never below 0).
  /// A line sent on a credit that the host gave itself (timeout, simulated ok) therefore counts.
  [[nodiscard]] virtual int most_lines_in_flight() const = 0;
  [[nodiscard]] virtual bool saw_external_heatup() const = 0;  ///< OctoPrint-like: a leaked temperature line
  /// The line that it took for the printer's serial number (PrusaLink-like), else empty. It may be a leaked line.
  [[nodiscard]] virtual std::string identity() const = 0;
};

/// "octoprint", "printrun", "prusalink", "cura", "terminal". Throws std::invalid_argument on others.
[[nodiscard]] std::unique_ptr<VirtualHost> make_host(std::string_view name, HostOptions options);
[[nodiscard]] std::vector<std::string> host_names();

}  // namespace sim
