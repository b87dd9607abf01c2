// Moves the bytes of one printer's line between the relay's rings and its two streams, passes the time to the relay,
// and reports the loss of the printer's stream. Knows no G-code; opens and closes nothing.
//
//   pty --readv--> relay --writev--> serial port        serial port --readv--> relay --writev--> pty
//
// Backpressure: the host's stream is read only while the relay has room, so that the kernel's flow control holds the
// host. Write readiness is requested only while bytes wait to be written.
#pragma once

#include <functional>

#include "agent/process/timer.h"
#include "agent/recording/piece_queue.h"
#include "agent/restart/link_memory.h"
#include "gcode/relay/line_relay.h"
#include "transport/byte_stream.h"

namespace agent::link {

class Bridge {
 public:
  /// Called once for each loss, on the io_context's thread, as the bridge's last action in that call.
  using Lost = std::function<void(const transport::IoResult& why)>;
  /// Gets every byte on the printer's line, in order, the printer's line by line; valid only during the call. Must not
  /// block.
  using Record = std::function<void(const recording::LinePiece& piece)>;

  /// Nothing is owned; `io`, both streams and `memory` outlive the bridge.
  Bridge(boost::asio::io_context& io, transport::ByteStream& printer, transport::ByteStream& host,
         restart::LinkMemory& memory, const gcode::relay::RelaySettings& settings);
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  void on_printer_lost(Lost lost) { lost_ = std::move(lost); }
  void record_to(Record record) { record_ = std::move(record); }  ///< empty: nothing is recorded
  /// Called once: bytes have come from either side and none waits for the end of a printer's line, or the
  /// host has opened or closed its port.
  void on_next_event(std::function<void()> came) { next_event_ = std::move(came); }
  void apply(const gcode::relay::RelaySettings& settings);

  // --- called by the owner of the streams
  void printer_opened();
  /// Resumes after the previous instance ended. Both streams have its descriptors by then; `printer` and `host` are the
  /// bytes that it moved through its staging pipes without recording them.
  void resume(transport::StagingPipe::Uncommitted printer, transport::StagingPipe::Uncommitted host);
  void printer_closed();  ///< by its owner; no effect after a loss that the bridge reported
  void host_opened();
  void host_closed();
  void host_port_published() { pump(); }  ///< from now on there is a pty to read

  [[nodiscard]] const gcode::relay::LineRelay& relay() const { return relay_; }
  /// Time of the last byte from the printer; zero: none since the start.
  [[nodiscard]] gcode::line::Time last_receive() const { return last_receive_; }
  /// No byte for the printer waits inside the process.
  [[nodiscard]] bool is_drained() const;

 private:
  bool read_printer();  ///< false: its stream has ended
  bool read_host();
  void note_event();
  void pump();
  void write_to_printer();
  void write_to_host();
  void listen();
  void arm_timer();
  void timer_fired();
  void lose(const transport::IoResult& why);
  void received(const std::array<std::span<char>, 2>& space, std::size_t bytes);
  void received_line(std::string_view line);
  void sent(const gcode::relay::OutputPieces& pieces, std::size_t bytes);

  transport::ByteStream& printer_;
  transport::ByteStream& host_;
  restart::LinkMemory& memory_;  ///< committed after each call that changes relay_, before the next transfer
  gcode::relay::LineRelay relay_;
  process::Timer timer_;
  gcode::line::Time armed_for_ = gcode::line::kNever;
  gcode::line::Time last_receive_{};
  Lost lost_;
  Record record_;
  std::function<void()> next_event_;
  bool printer_is_open_ = false;
};

}  // namespace agent::link
