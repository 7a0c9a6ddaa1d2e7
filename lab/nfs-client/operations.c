/* A FUSE file system over one NFS export, through libnfs. */
#include "client.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>

#define UNUSED __attribute__((unused))

static int open_files;

/* Every call is made in the name of the process that asks. */
static struct nfs_context *as_caller(void)
{
	struct fuse_context *c = fuse_get_context();

	if (c) {
		nfs_set_uid(client.nfs, c->uid);
		nfs_set_gid(client.nfs, c->gid);
	}
	return client.nfs;
}

/*
 * libnfs does not renew its lease: after a quiet time an NFSv4 server has forgotten this client, and what needs a state
 * fails (NFS4ERR_EXPIRED and the like become ERANGE). Introduces itself again then, unless a file is open.
 */
static bool forgotten(int r)
{
	struct nfs_context *fresh;

	if (r != -ERANGE || client.version != 4 || open_files)
		return false;
	fresh = nfs_init_context();
	nfs_set_version(fresh, client.version);
	if (nfs_mount(fresh, client.server, client.exported)) {
		nfs_destroy_context(fresh);
		return false;
	}
	nfs_destroy_context(client.nfs);
	client.nfs = fresh;
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
	while ((e = nfs_readdir(client.nfs, dir)))
		fill(buf, e->name, NULL, 0, 0);
	nfs_closedir(client.nfs, dir);
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
	nfs_close(client.nfs, fh);
	gettimeofday(&now[0], NULL);
	now[1] = now[0];
	nfs_utimes(client.nfs, path, now);
	nfs_chmod(client.nfs, path, mode & 07777);
	r = nfs_open(client.nfs, path, O_RDWR, &fh);
	if (r < 0)
		return r;
	open_files++;
	fi->fh = (uintptr_t)fh;
	return 0;
}

static int fs_read(const char *path UNUSED, char *buf, size_t n, off_t off, struct fuse_file_info *fi)
{
	return nfs_pread(client.nfs, handle(fi), off, n, buf);
}

static int fs_write(const char *path UNUSED, const char *buf, size_t n, off_t off, struct fuse_file_info *fi)
{
	return nfs_pwrite(client.nfs, handle(fi), off, n, buf);
}

static int fs_release(const char *path UNUSED, struct fuse_file_info *fi)
{
	nfs_close(client.nfs, handle(fi));
	open_files--;
	return 0;
}

static int fs_fsync(const char *path UNUSED, int datasync UNUSED, struct fuse_file_info *fi)
{
	return nfs_fsync(client.nfs, handle(fi));
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

	if (client.version == 3)
		return nfs_chown(as_caller(), path, uid, gid);
	r = nfs_open(as_caller(), path, O_RDONLY, &fh);
	if (r < 0)
		return r == -EISDIR ? -ENOTSUP : r;
	r = nfs_fchown(client.nfs, fh, uid, gid);
	nfs_close(client.nfs, fh);
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
	return nfs_statvfs(client.nfs, path, s);
}

const struct fuse_operations operations = {
	.getattr = fs_getattr,	 .readdir = fs_readdir, .open = fs_open,	 .create = fs_create,	.read = fs_read,
	.write = fs_write,	 .release = fs_release, .fsync = fs_fsync,	 .unlink = fs_unlink,	.mkdir = fs_mkdir,
	.rmdir = fs_rmdir,	 .rename = fs_rename,	.symlink = fs_symlink,	 .link = fs_link,	.readlink = fs_readlink,
	.truncate = fs_truncate, .chmod = fs_chmod,	.chown = fs_chown,	 .utimens = fs_utimens, .statfs = fs_statfs,
};
