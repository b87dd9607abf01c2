#include "transport/vector_io.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace transport {
namespace {

template <class Piece>
int fill(iovec (&vector)[2], const std::array<Piece, 2>& pieces) {
  int count = 0;
  for (const Piece& piece : pieces) {
    if (piece.empty()) continue;
    vector[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  return count;
}

/// `one` and `many` are the plain and the vector call: the plain one is cheaper and nearly always enough.
template <class One, class Many>
ssize_t call(const iovec (&vector)[2], int count, One one, Many many) {
  ssize_t n;
  do {
    n = count == 1 ? one(vector[0].iov_base, vector[0].iov_len) : many(vector, count);
  } while (n < 0 && errno == EINTR);
  return n;
}

}  // namespace

IoResult io_failed(int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) return {IoStatus::kWouldBlock, 0, 0};
  if (error == EIO || error == ENXIO || error == ENODEV) return {IoStatus::kEnd, 0, error};
  return {IoStatus::kError, 0, error};
}

IoResult read_some(int fd, const ReadSpans& into) {
  iovec vector[2];
  const int count = fill(vector, into);
  if (count == 0) return {};
  const ssize_t n = call(
      vector, count, [fd](void* at, std::size_t size) { return ::read(fd, at, size); },
      [fd](const iovec* at, int pieces) { return ::readv(fd, at, pieces); });
  if (n < 0) return io_failed(errno);
  if (n == 0) return {IoStatus::kEnd, 0, 0};
  return {IoStatus::kMoved, static_cast<std::size_t>(n), 0};
}

IoResult write_some(int fd, const WritePieces& pieces) {
  iovec vector[2];
  const int count = fill(vector, pieces);
  if (count == 0) return {};
  const ssize_t n = call(
      vector, count, [fd](void* at, std::size_t size) { return ::write(fd, at, size); },
      [fd](const iovec* at, int pieces_left) { return ::writev(fd, at, pieces_left); });
  if (n < 0) return io_failed(errno);
  if (n == 0) return {};
  return {IoStatus::kMoved, static_cast<std::size_t>(n), 0};
}

}  // namespace transport
