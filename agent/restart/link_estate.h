// Everything of one printer's line that outlives the process: its memory, the pipes that bytes go through, the serial port
// and the host port; and the estate of a predecessor, taken over whole or not at all. Without a descriptor store there is
// only memory of this process.
#pragma once

#include <optional>
#include <string>

#include "agent/restart/descriptor_store.h"
#include "agent/restart/foreign_ledger.h"
#include "agent/restart/link_memory.h"
#include "transport/staging_pipe.h"

namespace agent::restart {

class LinkEstate {
 public:
  /// `store` is not owned and outlives this; null: none. Takes over what a predecessor left for that printer, if it is whole
  /// and for the same device and speed; a `device` that is empty and a speed of 0 fit any. Throws std::bad_alloc.
  LinkEstate(DescriptorStore* store, const LinkIdentity& identity);
  LinkEstate(const LinkEstate&) = delete;
  LinkEstate& operator=(const LinkEstate&) = delete;

  [[nodiscard]] LinkMemory& memory() { return *memory_; }
  /// Null without a store.
  [[nodiscard]] transport::StagingPipe* printer_pipe() { return printer_ ? &*printer_ : nullptr; }
  [[nodiscard]] transport::StagingPipe* host_pipe() { return host_ ? &*host_ : nullptr; }
  [[nodiscard]] bool survives() const { return printer_.has_value(); }

  /// A predecessor's open serial port waits to be taken.
  [[nodiscard]] bool is_inherited() const { return static_cast<bool>(tty_); }
  [[nodiscard]] transport::FileDescriptor take_tty() { return std::move(tty_); }
  [[nodiscard]] transport::FileDescriptor take_pty() { return std::move(pty_); }  ///< empty if there was none
  /// What the predecessor moved and did not book, for Bridge::succeed().
  [[nodiscard]] transport::StagingPipe::Unbooked printer_unbooked() const { return printer_unbooked_; }
  [[nodiscard]] transport::StagingPipe::Unbooked host_unbooked() const { return host_unbooked_; }
  /// The version of its ledger, if that is one whose state is not known.
  [[nodiscard]] std::optional<std::uint32_t> foreign_version() const { return foreign_version_; }

  /// Called before the first byte goes through. `device`: the path that was opened.
  void keep_tty(int fd, const std::string& device);
  void keep_pty(int fd);
  /// The device is closed, hosts were hung up: neither is for a successor.
  void drop_ports();
  /// The printer is no longer ours: nothing of it is for a successor.
  void drop_all();
  /// Nobody is there to get what is on its way to a host any more; the next commit says so.
  void discard_host_output();

 private:
  bool take_over();
  [[nodiscard]] bool fits(const LinkIdentity& left) const;
  void convert(const ForeignLedger& ledger);
  void begin();
  void keep_pipes(std::string_view in, std::string_view out, const transport::StagingPipe& pipe);

  DescriptorStore* store_;
  LinkIdentity identity_;
  std::optional<LinkMemory> memory_;
  std::optional<transport::StagingPipe> printer_, host_;
  transport::FileDescriptor tty_, pty_;
  transport::StagingPipe::Unbooked printer_unbooked_, host_unbooked_;
  std::optional<std::uint32_t> foreign_version_;
};

}  // namespace agent::restart
