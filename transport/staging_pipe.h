// A staging pipe each way between a descriptor and memory, so that a SIGKILL at any instant loses and doubles no byte: the
// pipes outlive the process, and what is in them says what moved.
//
//   in:  if the pipe is empty splice(descriptor -> pipe), else read(pipe -> memory)
//   out: if the pipe is empty write(memory -> pipe),      else splice(pipe -> descriptor)
//
// A kill inside read() or write() takes effect when the call returns, between the transfer and its booking; a ledger
// alone cannot know which. Here one such call stands between two commits of the ledger, and a successor compares what
// the ledger believes of each pipe with what is in it: recover(). The pipe itself commits what went between it and the
// descriptor; its user commits what went between it and memory. Measured on Linux 6.1 and 6.18.
#pragma once

#include <cstdint>
#include <functional>
#include <variant>

#include "transport/byte_stream.h"
#include "transport/failure.h"
#include "transport/file_descriptor.h"

namespace transport {

/// What the ledger believes to be in each pipe, in bytes. Kept by the caller, in the ledger.
struct StagingCounts {
  std::uint32_t in = 0;
  std::uint32_t out = 0;
};

class StagingPipe {
 public:
  /// Whether this kernel moves bytes between a tty and a pipe; tried on a pseudo-terminal of its own.
  [[nodiscard]] static bool is_possible();

  /// Commits the counts, and nothing else, to the ledger. Called between two transfers of one call.
  using Commit = std::function<void()>;

  /// New empty pipes; `counts` become zero. `counts` is not owned and outlives the pipes.
  [[nodiscard]] static std::variant<StagingPipe, Failure> make(StagingCounts& counts, Commit commit);
  /// A predecessor's pipes. Call recover() before anything else.
  StagingPipe(FileDescriptor in, FileDescriptor out, StagingCounts& counts, Commit commit)
      : in_(std::move(in)), out_(std::move(out)), counts_(&counts), commit_(std::move(commit)) {}

  /// Bytes that a predecessor moved and did not book: `read` of them stand in the memory that it was about to read into,
  /// `written` were taken from what it was about to write. Book them and commit at once, together.
  struct Uncommitted {
    std::size_t read = 0, written = 0;
  };
  [[nodiscard]] Uncommitted recover();

  /// As in ByteStream, on `fd`: the caller books and commits what read() and write() moved before it calls again.
  /// Reading takes no more off `fd` than has room in `into`.
  [[nodiscard]] IoResult read(int fd, const ReadSpans& into);
  [[nodiscard]] IoResult write(int fd, const WritePieces& pieces);
  [[nodiscard]] IoResult flush(int fd);

  /// Bytes that write() took and the descriptor has not.
  [[nodiscard]] bool holds_output() const { return counts_->out > 0; }
  /// Nobody is there to get them any more. Commit afterwards.
  void discard_output();

  /// For a store that keeps them open.
  [[nodiscard]] int in_descriptor() const { return in_.get(); }
  [[nodiscard]] int out_descriptor() const { return out_.get(); }

 private:
  FileDescriptor in_, out_;  // each one is both ends of its pipe
  StagingCounts* counts_;
  Commit commit_;
};

}  // namespace transport
