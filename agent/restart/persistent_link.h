// Everything of one printer's line that outlives the process: its memory, its staging pipes, the serial port and the
// host port. The descriptors of the previous instance are taken over completely or not at all. Without a descriptor
// store there is only private memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "agent/restart/descriptor_store.h"
#include "agent/restart/link_memory.h"
#include "gcode/relay/line_relay.h"
#include "transport/file_descriptor.h"
#include "transport/staging_pipe.h"

namespace agent::restart {

// A checkpoint written by another version of the program. Only the portable part of its state can be read.

class IncompatibleCheckpoint {
 public:
  /// Nothing if it is not a checkpoint, or if one of its parts lies outside the block.
  [[nodiscard]] static std::optional<IncompatibleCheckpoint> open(transport::FileDescriptor memfd);

  [[nodiscard]] std::uint32_t version() const { return head().version; }
  [[nodiscard]] LinkIdentity identity() const { return {head().name, head().device, head().baud}; }
  [[nodiscard]] const CheckpointHead::Entry& last() const { return head().last(); }
  [[nodiscard]] gcode::relay::PortableCheckpoint portable_checkpoint() const;
  [[nodiscard]] gcode::relay::RelayMemory rings() const;

 private:
  IncompatibleCheckpoint(char* block, std::size_t size) : block_(block, Unmap{size}), size_(size) {}
  [[nodiscard]] const CheckpointHead& head() const { return *reinterpret_cast<const CheckpointHead*>(block_.get()); }
  [[nodiscard]] bool is_sound() const;

  std::unique_ptr<char, Unmap> block_;
  std::size_t size_;
};

class PersistentLink {
 public:
  /// `store` is not owned and outlives this; null: none. Takes over what the previous instance left for that printer,
  /// if it is complete and of the same device and speed; an empty device and a speed of 0 match any. Throws
  /// std::bad_alloc.
  PersistentLink(DescriptorStore* store, const LinkIdentity& identity);
  PersistentLink(const PersistentLink&) = delete;
  PersistentLink& operator=(const PersistentLink&) = delete;

  [[nodiscard]] LinkMemory& memory() { return *memory_; }
  /// Null without a store.
  [[nodiscard]] transport::StagingPipe* printer_pipe() { return printer_ ? &*printer_ : nullptr; }
  [[nodiscard]] transport::StagingPipe* host_pipe() { return host_ ? &*host_ : nullptr; }
  [[nodiscard]] bool survives() const { return printer_.has_value(); }

  /// The previous instance's open serial port was inherited and not taken yet.
  [[nodiscard]] bool is_inherited() const { return static_cast<bool>(tty_); }
  [[nodiscard]] transport::FileDescriptor take_tty() { return std::move(tty_); }
  [[nodiscard]] transport::FileDescriptor take_pty() { return std::move(pty_); }  ///< empty if there was none
  /// Bytes that the previous instance moved and did not record, for Bridge::resume().
  [[nodiscard]] transport::StagingPipe::Uncommitted printer_uncommitted() const { return printer_uncommitted_; }
  [[nodiscard]] transport::StagingPipe::Uncommitted host_uncommitted() const { return host_uncommitted_; }
  /// The version of the inherited checkpoint, if its state is not known.
  [[nodiscard]] std::optional<std::uint32_t> incompatible_version() const { return foreign_version_; }

  /// Called before the first byte is transferred. `device`: the path that was opened.
  void keep_tty(int fd, const std::string& device);
  void keep_pty(int fd);
  /// The device is closed and hosts were hung up: the next instance gets neither port.
  void drop_ports();
  /// The printer is no longer held: the next instance gets nothing of it.
  void drop_all();
  /// No host is left to receive the bytes in its pipe; the next commit records that.
  void discard_host_output();

 private:
  bool take_over();
  [[nodiscard]] bool fits(const LinkIdentity& left) const;
  void convert(const IncompatibleCheckpoint& checkpoint);
  void replace_memory(bool beside);
  void begin();

  DescriptorStore* store_;
  LinkIdentity identity_;
  std::optional<LinkMemory> memory_;
  std::optional<transport::StagingPipe> printer_, host_;
  transport::FileDescriptor tty_, pty_;
  transport::StagingPipe::Uncommitted printer_uncommitted_, host_uncommitted_;
  std::optional<std::uint32_t> foreign_version_;
};

}  // namespace agent::restart
