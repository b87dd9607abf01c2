// A staging pipe each way between a descriptor and memory, so that a SIGKILL at any instant loses and duplicates no
// byte: the pipes outlive the process, and their content shows what was transferred.
//
//   in:  if the pipe is empty splice(descriptor -> pipe), else read(pipe -> memory)
//   out: if the pipe is empty write(memory -> pipe),      else splice(pipe -> descriptor)
//
// A kill inside read() or write() takes effect when the call returns, between the transfer and its recording; a
// checkpoint alone cannot show which. Here exactly one such call is between two commits of the checkpoint, and the next
// instance compares the checkpoint's count for each pipe with the pipe's content: recover(). The pipe itself commits
// transfers between it and the descriptor; its user commits transfers between it and memory. Measured on Linux 6.1 and
// 6.18.
#pragma once

#include <cstdint>
#include <functional>
#include <variant>

#include "transport/byte_stream.h"
#include "transport/failure.h"
#include "transport/file_descriptor.h"

namespace transport {

/// The checkpoint's count of bytes in each pipe. Stored by the caller, in the checkpoint.
struct StagingCounts {
  std::uint32_t in = 0;
  std::uint32_t out = 0;
};

class StagingPipe {
 public:
  /// Whether this kernel can splice between a tty and a pipe; tested on a temporary pseudo-terminal.
  [[nodiscard]] static bool is_possible();

  /// Commits the counts, and nothing else, to the checkpoint. Called between two transfers of one call.
  using Commit = std::function<void()>;

  /// New empty pipes; `counts` become zero. `counts` is not owned and outlives the pipes.
  [[nodiscard]] static std::variant<StagingPipe, Failure> make(StagingCounts& counts, Commit commit);
  /// The previous instance's pipes. Call recover() before anything else.
  StagingPipe(FileDescriptor in, FileDescriptor out, StagingCounts& counts, Commit commit)
      : in_(std::move(in)), out_(std::move(out)), counts_(&counts), commit_(std::move(commit)) {}

  /// Bytes that the previous instance transferred and did not record: `read` of them are in the memory that it was
  /// about to read into, `written` were taken from the memory that it was about to write. Record them and commit
  /// immediately, together.
  struct Uncommitted {
    std::size_t read = 0, written = 0;
  };
  [[nodiscard]] Uncommitted recover();

  /// As in ByteStream, on `fd`: the caller records and commits the result of read() and write() before the next call. A
  /// read takes no more bytes off `fd` than fit into `into`.
  [[nodiscard]] IoResult read(int fd, const ReadSpans& into);
  [[nodiscard]] IoResult write(int fd, const WritePieces& pieces);
  [[nodiscard]] IoResult flush(int fd);

  /// Bytes that write() accepted and the descriptor has not received.
  [[nodiscard]] bool holds_output() const { return counts_->out > 0; }
  /// Bytes that were taken off the descriptor and not read.
  [[nodiscard]] bool holds_input() const { return counts_->in > 0; }
  /// For output without a recipient. Commit afterwards.
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
