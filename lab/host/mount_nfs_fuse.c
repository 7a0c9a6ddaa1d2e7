/*
 * Stands in for /sbin/mount.nfs and mount.nfs4 on kernels without NFS: the same command line, a FUSE mount through libnfs.
 * Needs libnfs 5: 4.0 cannot rewrite files over NFSv4.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <nfsc/libnfs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))
#define TIMEOUT_MS 10000
#define EX_FAIL 32 /* "mount failure" of mount(8) */

static struct nfs_context *nfs;
static int version;
static const char *server, *exported;
static int open_files;

/* Every call is made in the name of the process that asks. */
static struct nfs_context *as_caller(void)
{
	struct fuse_context *c = fuse_get_context();

	if (c) {
		nfs_set_uid(nfs, c->uid);
		nfs_set_gid(nfs, c->gid);
	}
	return nfs;
}

/*
 * libnfs does not renew its lease: after a quiet time an NFSv4 server has forgotten this client, and what needs a state
 * fails (NFS4ERR_EXPIRED and the like become ERANGE). Introduces itself anew then, unless a file is open.
 */
static bool forgotten(int r)
{
	struct nfs_context *fresh;

	if (r != -ERANGE || version != 4 || open_files)
		return false;
	fresh = nfs_init_context();
	nfs_set_version(fresh, version);
	if (nfs_mount(fresh, server, exported)) {
		nfs_destroy_context(fresh);
		return false;
	}
	nfs_destroy_context(nfs);
	nfs = fresh;
	return true;
}

static struct nfsfh *handle(struct fuse_file_info *fi)
{
	return (struct nfsfh *)(uintptr_t)fi->fh;
}

static int fs_getattr(const char *path, struct stat *st, struct fuse_file_info *fi UNUSED)
{
	struct nfs_stat_64 s;
	int r = nfs_lstat64(as_caller(), path, &s);

	if (r < 0)
		return r;
	memset(st, 0, sizeof *st);
	st->st_ino = s.nfs_ino;
	st->st_mode = s.nfs_mode;
	st->st_nlink = s.nfs_nlink;
	st->st_uid = s.nfs_uid;
	st->st_gid = s.nfs_gid;
	st->st_rdev = s.nfs_rdev;
	st->st_size = s.nfs_size;
	st->st_blksize = s.nfs_blksize;
	st->st_blocks = s.nfs_blocks;
	st->st_atim = (struct timespec){ s.nfs_atime, s.nfs_atime_nsec };
	st->st_mtim = (struct timespec){ s.nfs_mtime, s.nfs_mtime_nsec };
	st->st_ctim = (struct timespec){ s.nfs_ctime, s.nfs_ctime_nsec };
	return 0;
}

static int fs_readdir(const char *path, void *buf, fuse_fill_dir_t fill, off_t off UNUSED, struct fuse_file_info *fi UNUSED,
		      enum fuse_readdir_flags flags UNUSED)
{
	struct nfsdir *dir;
	struct nfsdirent *e;
	int r = nfs_opendir(as_caller(), path, &dir);

	if (r < 0)
		return r;
	while ((e = nfs_readdir(nfs, dir)))
		fill(buf, e->name, NULL, 0, 0);
	nfs_closedir(nfs, dir);
	return 0;
}

static int fs_open(const char *path, struct fuse_file_info *fi)
{
	struct nfsfh *fh;
	int flags = fi->flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND);
	int r = nfs_open(as_caller(), path, flags, &fh);

	if (forgotten(r))
		r = nfs_open(as_caller(), path, flags, &fh);
	if (r < 0)
		return r;
	open_files++;
	fi->fh = (uintptr_t)fh;
	return 0;
}

/* Over v4 the handle that create gives may not write, so the file is opened again; and its times are not set. */
static int fs_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
	struct nfsfh *fh;
	struct timeval now[2];
	int r = nfs_create(as_caller(), path, O_RDWR | O_CREAT, mode, &fh);

	if (forgotten(r))
		r = nfs_create(as_caller(), path, O_RDWR | O_CREAT, mode, &fh);
	if (r < 0)
		return r;
	nfs_close(nfs, fh);
	gettimeofday(&now[0], NULL);
	now[1] = now[0];
	nfs_utimes(nfs, path, now);
	nfs_chmod(nfs, path, mode & 07777);
	r = nfs_open(nfs, path, O_RDWR, &fh);
	if (r < 0)
		return r;
	open_files++;
	fi->fh = (uintptr_t)fh;
	return 0;
}

static int fs_read(const char *path UNUSED, char *buf, size_t n, off_t off, struct fuse_file_info *fi)
{
	return nfs_pread(nfs, handle(fi), off, n, buf);
}

static int fs_write(const char *path UNUSED, const char *buf, size_t n, off_t off, struct fuse_file_info *fi)
{
	return nfs_pwrite(nfs, handle(fi), off, n, buf);
}

static int fs_release(const char *path UNUSED, struct fuse_file_info *fi)
{
	nfs_close(nfs, handle(fi));
	open_files--;
	return 0;
}

static int fs_fsync(const char *path UNUSED, int datasync UNUSED, struct fuse_file_info *fi)
{
	return nfs_fsync(nfs, handle(fi));
}

static int fs_unlink(const char *path)
{
	return nfs_unlink(as_caller(), path);
}

static int fs_mkdir(const char *path, mode_t mode)
{
	return nfs_mkdir2(as_caller(), path, mode);
}

static int fs_rmdir(const char *path)
{
	return nfs_rmdir(as_caller(), path);
}

static int fs_rename(const char *from, const char *to, unsigned int flags)
{
	return flags ? -EINVAL : nfs_rename(as_caller(), from, to);
}

static int fs_symlink(const char *target, const char *path)
{
	return nfs_symlink(as_caller(), target, path);
}

static int fs_link(const char *from, const char *to)
{
	return nfs_link(as_caller(), from, to);
}

static int fs_readlink(const char *path, char *buf, size_t n)
{
	int r = nfs_readlink(as_caller(), path, buf, n - 1);

	return r < 0 ? r : 0;
}

static int fs_truncate(const char *path, off_t size, struct fuse_file_info *fi UNUSED)
{
	return nfs_truncate(as_caller(), path, size);
}

static int fs_chmod(const char *path, mode_t mode, struct fuse_file_info *fi UNUSED)
{
	return nfs_chmod(as_caller(), path, mode & 07777);
}

/* libnfs 5.0 over v4 changes the owner of the PARENT when given a path: go through an open handle instead. */
static int fs_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *fi UNUSED)
{
	struct nfsfh *fh;
	int r;

	if (version == 3)
		return nfs_chown(as_caller(), path, uid, gid);
	r = nfs_open(as_caller(), path, O_RDONLY, &fh);
	if (r < 0)
		return r == -EISDIR ? -ENOTSUP : r;
	r = nfs_fchown(nfs, fh, uid, gid);
	nfs_close(nfs, fh);
	return r;
}

static int fs_utimens(const char *path, const struct timespec t[2], struct fuse_file_info *fi UNUSED)
{
	struct timeval v[2];

	gettimeofday(&v[0], NULL);
	v[1] = v[0];
	for (int i = 0; i < 2; i++) {
		if (t[i].tv_nsec == UTIME_NOW || t[i].tv_nsec == UTIME_OMIT)
			continue;
		v[i].tv_sec = t[i].tv_sec;
		v[i].tv_usec = t[i].tv_nsec / 1000;
	}
	return nfs_utimes(as_caller(), path, v);
}

static int fs_statfs(const char *path, struct statvfs *s)
{
	return nfs_statvfs(nfs, path, s);
}

static const struct fuse_operations operations = {
	.getattr = fs_getattr,	 .readdir = fs_readdir, .open = fs_open,	 .create = fs_create,	.read = fs_read,
	.write = fs_write,	 .release = fs_release, .fsync = fs_fsync,	 .unlink = fs_unlink,	.mkdir = fs_mkdir,
	.rmdir = fs_rmdir,	 .rename = fs_rename,	.symlink = fs_symlink,	 .link = fs_link,	.readlink = fs_readlink,
	.truncate = fs_truncate, .chmod = fs_chmod,	.chown = fs_chown,	 .utimens = fs_utimens, .statfs = fs_statfs,
};

/* 0, or what libnfs says; on success `nfs` is a mounted context. */
static int connect_to(const char *host, const char *path, int try_version)
{
	int r;

	nfs = nfs_init_context();
	nfs_set_version(nfs, try_version);
	nfs_set_timeout(nfs, TIMEOUT_MS);
	r = nfs_mount(nfs, host, path);
	if (r) {
		fprintf(stderr, "mount.nfs: v%d: %s\n", try_version, nfs_get_error(nfs));
		nfs_destroy_context(nfs);
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

	server = host;
	exported = path;
	nfs = nfs_init_context();
	nfs_set_version(nfs, version);
	if (nfs_mount(nfs, host, path))
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

	for (int v = 4; v >= 3 && !version; v--) {
		if ((asked && asked != v) || connect_to(host, path, v))
			continue;
		nfs_destroy_context(nfs);
		version = v;
	}
	if (!version) {
		fprintf(stderr, "mount.nfs: mounting %s failed\n", source);
		return EX_FAIL;
	}
	if (verbose)
		printf("mount.nfs: %s version %d\n", source, version);
	snprintf(fuse_options, sizeof fuse_options,
		 "fsname=%s,subtype=nfs%s,allow_other,default_permissions%s,attr_timeout=1,entry_timeout=1", source,
		 version == 4 ? "4" : "", read_only ? ",ro" : "");
	if (pipe(ready))
		return EX_FAIL;
	if (fork() == 0) {
		close(ready[0]);
		serve(host, path, dir, fuse_options, ready[1]);
	}
	close(ready[1]);
	return read(ready[0], &byte, 1) == 1 ? 0 : EX_FAIL;
}
