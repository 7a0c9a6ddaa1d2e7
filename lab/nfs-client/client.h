/* The client that mount.nfs (mount.c) connects and the file system's operations (operations.c) go through. */
#ifndef CLIENT_H
#define CLIENT_H
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <fuse.h>
#include <nfsc/libnfs.h>

/* One mounted export; there is one for each process. */
struct client {
	struct nfs_context *nfs;
	int version; /* 3 or 4 */
	const char *server, *exported;
};

extern struct client client;
extern const struct fuse_operations operations;

#endif
