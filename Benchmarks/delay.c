// A TCP proxy that makes links long: what comes in goes out that much later, in each direction.
//
//   delay MILLISECONDS LISTEN-PORT:ADDRESS:PORT...
//
// It listens on 127.0.0.1, and stands in for netem, which many kernels lack. Each direction of a
// connection holds at most 8 MiB: 50 ms carry up to 160 MiB/s, and beyond that senders wait, as they
// do for a slow link.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 8 << 20, MARKS = 4096, LINKS = 64 };

// What is read within a millisecond goes out together.
struct mark { uint64_t end; int64_t due; };

struct direction {
  int from, to;
  uint8_t *ring;
  uint64_t head, tail;
  struct mark marks[MARKS];
  unsigned first, last;
  bool has_ended, is_done;
};

struct link { bool is_used; struct direction ways[2]; };

struct listener { int fd; struct sockaddr_in target; };

static struct link links[LINKS];
static struct listener listeners[LINKS];
static int listener_count;
static int64_t delay;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int tcp_socket(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0) fail("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return fd;
}

static void add_listener(char *words) {
  struct listener *one = &listeners[listener_count++];
  char *port = strtok(words, ":"), *address = strtok(NULL, ":"), *target = strtok(NULL, ":");
  if (!target || listener_count > LINKS) exit(2);
  struct sockaddr_in near = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  near.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  one->target = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(target))};
  inet_pton(AF_INET, address, &one->target.sin_addr);
  one->fd = tcp_socket();
  if (bind(one->fd, (struct sockaddr *)&near, sizeof near) || listen(one->fd, 64)) fail("listen");
}

static void close_link(struct link *one) {
  close(one->ways[0].from);
  close(one->ways[0].to);
  for (int way = 0; way < 2; way++) munmap(one->ways[way].ring, ROOM);
  memset(one, 0, sizeof *one);
}

static void accept_link(struct listener *listener) {
  int near = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC), far = tcp_socket(), on = 1;
  struct link *one = links;
  while (one < links + LINKS && one->is_used) one++;
  if (near < 0 || one == links + LINKS ||
      connect(far, (struct sockaddr *)&listener->target, sizeof listener->target)) {
    if (near >= 0) close(near);
    close(far);
    return;
  }
  setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  one->is_used = true;
  for (int way = 0; way < 2; way++) {
    struct direction *direction = &one->ways[way];
    direction->from = way ? far : near;
    direction->to = way ? near : far;
    direction->ring = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (direction->ring == MAP_FAILED) fail("mmap");
  }
}

// The part of the ring between two counts, in one or two pieces.
static int pieces(struct direction *one, uint64_t begin, uint64_t end, struct iovec *into) {
  size_t start = begin % ROOM, count = end - begin;
  size_t straight = count < ROOM - start ? count : ROOM - start;
  into[0] = (struct iovec){one->ring + start, straight};
  into[1] = (struct iovec){one->ring, count - straight};
  return count > straight ? 2 : 1;
}

static bool has_room(struct direction *one) {
  return !one->has_ended && one->tail - one->head < ROOM && one->last - one->first < MARKS;
}

// Reads what there is; false if the connection has broken.
static bool take(struct direction *one, int64_t time) {
  struct iovec into[2];
  ssize_t count = readv(one->from, into, pieces(one, one->tail, one->head + ROOM, into));
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (count == 0) one->has_ended = true;
  one->tail += count;
  struct mark *newest = &one->marks[(one->last - 1) % MARKS];
  if (one->last > one->first && count && newest->due > time + delay - 1000) newest->end = one->tail;
  else one->marks[one->last++ % MARKS] = (struct mark){one->tail, time + delay};
  return true;
}

// Writes what is due; false if the connection has broken.
static bool give(struct direction *one, int64_t time) {
  uint64_t due = one->head;
  for (unsigned i = one->first; i < one->last && one->marks[i % MARKS].due <= time; i++)
    due = one->marks[i % MARKS].end;
  if (due > one->head) {
    struct iovec from[2];
    struct msghdr message = {.msg_iov = from, .msg_iovlen = pieces(one, one->head, due, from)};
    ssize_t count = sendmsg(one->to, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    one->head += count;
  }
  while (one->first < one->last && one->marks[one->first % MARKS].due <= time &&
         one->marks[one->first % MARKS].end <= one->head)
    one->first++;
  if (one->has_ended && one->first == one->last && !one->is_done) {
    one->is_done = true;
    shutdown(one->to, SHUT_WR);
  }
  return true;
}

static void serve(void) {
  struct pollfd polled[LINKS * 5];
  int count = 0, timeout = -1;
  int64_t time = now();
  for (int i = 0; i < listener_count; i++)
    polled[count++] = (struct pollfd){listeners[i].fd, POLLIN, 0};
  for (int i = 0; i < LINKS * 2; i++) {
    struct direction *one = &links[i / 2].ways[i % 2];
    if (!links[i / 2].is_used) continue;
    int64_t wait = one->first < one->last ? one->marks[one->first % MARKS].due - time : -1;
    bool is_due = one->first < one->last && wait <= 0;
    if (wait > 0 && (timeout < 0 || wait / 1000 + 1 < timeout)) timeout = wait / 1000 + 1;
    polled[count++] = (struct pollfd){has_room(one) ? one->from : -1, POLLIN, 0};
    polled[count++] = (struct pollfd){is_due ? one->to : -1, POLLOUT, 0};
  }
  if (poll(polled, count, timeout) < 0 && errno != EINTR) fail("poll");
  struct pollfd *next = polled + listener_count;
  time = now();
  for (int i = 0; i < LINKS; i++) {
    if (!links[i].is_used) continue;
    bool is_whole = true;
    for (int way = 0; way < 2; way++, next += 2) {
      struct direction *one = &links[i].ways[way];
      if (next[0].revents) is_whole = is_whole && take(one, time);
      if (next[1].revents) is_whole = is_whole && give(one, time);
    }
    if (!is_whole || (links[i].ways[0].is_done && links[i].ways[1].is_done)) close_link(&links[i]);
  }
  for (int i = 0; i < listener_count; i++)
    if (polled[i].revents) accept_link(&listeners[i]);
}

int main(int count, char **words) {
  if (count < 3) return 2;
  signal(SIGPIPE, SIG_IGN);
  delay = atoll(words[1]) * 1000;
  for (int i = 2; i < count; i++) add_listener(words[i]);
  puts("ready");
  fflush(stdout);
  while (true) {
    serve();
    // What comes within the same millisecond is taken together.
    usleep(1000);
  }
}
