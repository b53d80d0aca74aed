/* listen.h - the socket that the server listens on. */
#ifndef BN_SERVE_LISTEN_H
#define BN_SERVE_LISTEN_H
#include "engine/bitnet.h"

/* -1: err says why. *bound: the port, also when `port` is 0. */
int listen_on(const char *host, int port, int *bound, struct bn_error *err);
void listen_close(int fd);
bool listen_is_loopback(const char *host);
#endif
