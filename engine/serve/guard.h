/* guard.h - limits the time that a connection may take: to send a request, and to get its answer. */
#ifndef BN_SERVE_GUARD_H
#define BN_SERVE_GUARD_H
#include "engine/serve/server.h"
#include <microhttpd.h>

struct guard;
/* For MHD_OPTION_NOTIFY_CONNECTION; cls is the server. */
void guard_notify(void *cls, struct MHD_Connection *connection, void **context,
                  enum MHD_ConnectionNotificationCode code);
struct guard *guard_of(struct MHD_Connection *connection);
int guard_fd(struct MHD_Connection *connection);
/* What the connection is at must be done in so many seconds. */
void guard_limit(struct bn_server *server, struct guard *guard, int seconds);
/* Shuts down connections whose time is over; their thread then closes them. */
void guards_check(struct bn_server *server);
#endif
