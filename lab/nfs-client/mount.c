/*
 * Stands in for /sbin/mount.nfs and mount.nfs4 on kernels without NFS: the same command line, a FUSE mount through libnfs.
 * Needs libnfs 5: 4.0 cannot rewrite files over NFSv4.
 */
#include "client.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 10000
#define EX_FAIL 32 /* "mount failure" of mount(8) */

struct client client;

/* 0, or what libnfs says; on success `client.nfs` is a mounted context. */
static int connect_to(const char *host, const char *path, int try_version)
{
	int r;

	client.nfs = nfs_init_context();
	nfs_set_version(client.nfs, try_version);
	nfs_set_timeout(client.nfs, TIMEOUT_MS);
	r = nfs_mount(client.nfs, host, path);
	if (r) {
		fprintf(stderr, "mount.nfs: v%d: %s\n", try_version, nfs_get_error(client.nfs));
		nfs_destroy_context(client.nfs);
	}
	return r;
}

/* Runs in the child: mount, tell the parent through `ready`, serve until unmounted. */
static void serve(const char *host, const char *path, const char *dir, char *options, int ready)
{
	char *argv[] = { "mount.nfs", "-o", options, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);
	struct fuse *fuse;
	int null;

	client.server = host;
	client.exported = path;
	client.nfs = nfs_init_context();
	nfs_set_version(client.nfs, client.version);
	if (nfs_mount(client.nfs, host, path))
		_exit(EX_FAIL);
	fuse = fuse_new(&args, &operations, sizeof operations, NULL);
	/* before setsid(): systemd's automount deadlocks for 90 s if the helper leaves its session first */
	if (!fuse || fuse_mount(fuse, dir))
		_exit(EX_FAIL);
	setsid();
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	if (chdir("/") || write(ready, "k", 1) != 1)
		_exit(EX_FAIL);
	close(ready);
	fuse_set_signal_handlers(fuse_get_session(fuse));
	fuse_loop(fuse);
	fuse_unmount(fuse);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *source = NULL, *dir = NULL;
	bool verbose = false, read_only = false;
	int asked = strstr(argv[0], "nfs4") ? 4 : 0;
	char *list = strdup(""), *colon, *host, *path, fuse_options[1024], byte;
	int ready[2];

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-o") && i + 1 < argc)
			list = strdup(argv[++i]);
		else if (argv[i][0] == '-')
			verbose = verbose || strchr(argv[i], 'v');
		else if (!source)
			source = argv[i];
		else
			dir = argv[i];
	}
	if (!source || !dir) {
		fprintf(stderr, "usage: mount.nfs server:/path dir [-o opts]\n");
		return 1;
	}
	for (char *o = strtok(list, ","); o; o = strtok(NULL, ",")) {
		if (!strcmp(o, "ro"))
			read_only = true;
		if (!strncmp(o, "vers=", 5) || !strncmp(o, "nfsvers=", 8))
			asked = atoi(strchr(o, '=') + 1);
	}
	colon = strchr(source, ':');
	if (!colon) {
		fprintf(stderr, "mount.nfs: remote share not in 'host:dir' format\n");
		return EX_FAIL;
	}
	host = strndup(source, colon - source);
	path = colon + 1;

	for (int v = 4; v >= 3 && !client.version; v--) {
		if ((asked && asked != v) || connect_to(host, path, v))
			continue;
		nfs_destroy_context(client.nfs);
		client.version = v;
	}
	if (!client.version) {
		fprintf(stderr, "mount.nfs: mounting %s failed\n", source);
		return EX_FAIL;
	}
	if (verbose)
		printf("mount.nfs: %s version %d\n", source, client.version);
	snprintf(fuse_options, sizeof fuse_options,
		 "fsname=%s,subtype=nfs%s,allow_other,default_permissions%s,attr_timeout=1,entry_timeout=1", source,
		 client.version == 4 ? "4" : "", read_only ? ",ro" : "");
	if (pipe(ready))
		return EX_FAIL;
	if (fork() == 0) {
		close(ready[0]);
		serve(host, path, dir, fuse_options, ready[1]);
	}
	close(ready[1]);
	return read(ready[0], &byte, 1) == 1 ? 0 : EX_FAIL;
}
