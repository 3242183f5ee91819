// SPDX-License-Identifier: GPL-2.0-only
/*
 * The character device: checks who may open it, and implements its file
 * operations.
 *
 * Opening requires CAP_NET_ADMIN over the opener's network namespace, and shows
 * that namespace. To see the whole machine, the opener must be in the initial
 * network namespace with CAP_NET_ADMIN in the initial user namespace. Checked
 * once, at open. Knows nothing of what a record contains.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "chardev.h"
#include "failed_call.h"
#include "hook.h"
#include "listing.h"
#include "reader.h"
#include "ring.h"
#include "stats.h"
#include "wakeup.h"

/* How long a reader sleeps if all new records are held back still. */
#define YOUNG_NS	NSEC_PER_MSEC

#define DELAY_US_MAX	1000000

static int chardev_open(struct inode *inode, struct file *file)
{
	struct net *net = current->nsproxy->net_ns;
	bool whole = net_eq(net, &init_net) && capable(CAP_NET_ADMIN);

	if (!whole && !ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	/* There is nothing to write. */
	if (file->f_mode & FMODE_WRITE)
		return -EACCES;

	file->private_data = tcpclose_reader_open(whole);
	return file->private_data ? 0 : -ENOMEM;
}

static int chardev_release(struct inode *inode, struct file *file)
{
	struct tcpclose_reader *reader = file->private_data;

	if (reader->reading)
		tcpclose_failed_call_reading(false);
	tcpclose_reader_close(reader);
	return 0;
}

/*
 * A file that was opened for the statistics only is not read, and one that sees its own
 * namespace may not make the others pay.
 */
static void begin_reading(struct tcpclose_reader *reader)
{
	if (likely(READ_ONCE(reader->reading)) || !reader->merge.visible.whole)
		return;
	if (!xchg(&reader->reading, true))
		tcpclose_failed_call_reading(true);
}

/* Wait until there may be something to read. */
static int wait_for_records(struct tcpclose_reader *reader)
{
	ktime_t young = ns_to_ktime(YOUNG_NS);
	DEFINE_WAIT(wait);
	int err = 0;

	prepare_to_wait(&tcpclose_wakeup_queue, &wait, TASK_INTERRUPTIBLE);
	tcpclose_reader_wait(reader);
	if (signal_pending(current))
		err = -ERESTARTSYS;
	else if (tcpclose_reader_behind(reader))
		schedule_hrtimeout_range(&young, YOUNG_NS, HRTIMER_MODE_REL);
	else
		schedule();
	finish_wait(&tcpclose_wakeup_queue, &wait);
	return err;
}

static ssize_t chardev_read(struct file *file, char __user *to, size_t size,
			    loff_t *position)
{
	struct tcpclose_reader *reader = file->private_data;
	ssize_t done;
	int err;

	/* A transition and its process must fit into any buffer together. */
	if (size < 2 * TCPCLOSE_RECORD_SIZE)
		return -EINVAL;

	begin_reading(reader);
	for (;;) {
		done = tcpclose_reader_read(reader, to, size);
		if (done)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_for_records(reader);
		if (err)
			return err;
	}
}

static __poll_t chardev_poll(struct file *file, poll_table *table)
{
	struct tcpclose_reader *reader = file->private_data;

	poll_wait(file, &tcpclose_wakeup_queue, table);
	tcpclose_reader_wait(reader);
	return tcpclose_reader_ready(reader) ? EPOLLIN | EPOLLRDNORM : 0;
}

/*
 * Only to the oldest or behind the newest record: offsets would mean nothing.
 */
static loff_t chardev_llseek(struct file *file, loff_t offset, int whence)
{
	if (offset)
		return -ESPIPE;
	begin_reading(file->private_data);
	switch (whence) {
	case SEEK_SET:
		return tcpclose_reader_seek(file->private_data, false);
	case SEEK_END:
		return tcpclose_reader_seek(file->private_data, true);
	default:
		return -EINVAL;
	}
}

static int chardev_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct tcpclose_reader *reader = file->private_data;

	if (!reader->merge.visible.whole)
		return -EPERM;
	return tcpclose_ring_mmap(vma);
}

static int ioctl_version(void __user *to)
{
	struct tcpclose_version version = {
		.abi_major = TCPCLOSE_ABI_MAJOR,
		.abi_minor = TCPCLOSE_ABI_MINOR,
	};

	strscpy(version.module, THIS_MODULE->version, sizeof(version.module));
	return copy_to_user(to, &version, sizeof(version)) ? -EFAULT : 0;
}

static int ioctl_geometry(const struct tcpclose_reader *reader, void __user *to)
{
	struct tcpclose_geometry geometry = {
		.abi_major = TCPCLOSE_ABI_MAJOR,
		.abi_minor = TCPCLOSE_ABI_MINOR,
		.visible = reader->merge.visible.whole,
	};

	tcpclose_ring_geometry(&geometry);
	return copy_to_user(to, &geometry, sizeof(geometry)) ? -EFAULT : 0;
}

static int ioctl_stats(void __user *to)
{
	struct tcpclose_stats_request request;
	struct tcpclose_stats *stats;
	u32 size;
	int err;

	if (copy_from_user(&request, to, sizeof(request)))
		return -EFAULT;
	if (request.flags & ~TCPCLOSE_STATS_RESET)
		return -EINVAL;
	stats = kvmalloc(sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;
	err = tcpclose_stats_snapshot(stats, request.flags);
	if (err)
		goto out;

	size = min_t(u32, request.size, sizeof(*stats));
	request.size = sizeof(*stats);
	if (copy_to_user(u64_to_user_ptr(request.buf), stats, size) ||
	    copy_to_user(to, &request, sizeof(request)))
		err = -EFAULT;
out:
	kvfree(stats);
	return err;
}

/* Likewise, without a copy */
static int ioctl_stats_reset(void)
{
	struct tcpclose_stats *stats = kvmalloc(sizeof(*stats), GFP_KERNEL);
	int err;

	if (!stats)
		return -ENOMEM;
	err = tcpclose_stats_snapshot(stats, true);
	kvfree(stats);
	return err;
}

static int ioctl_cursor(struct tcpclose_reader *reader, void __user *to)
{
	struct tcpclose_cursor cursor;
	int err;

	if (copy_from_user(&cursor, to, sizeof(cursor)))
		return -EFAULT;
	if (cursor.reserved)
		return -EINVAL;
	err = tcpclose_reader_cursor(reader, &cursor);
	if (err)
		return err;
	return copy_to_user(to, &cursor, sizeof(cursor)) ? -EFAULT : 0;
}

static int ioctl_wakeup(struct tcpclose_reader *reader, void __user *to)
{
	struct tcpclose_geometry geometry;
	struct tcpclose_wakeup wakeup;
	int err;

	if (copy_from_user(&wakeup, to, sizeof(wakeup)))
		return -EFAULT;
	tcpclose_ring_geometry(&geometry);
	if (wakeup.reserved || wakeup.watermark > geometry.ring_records ||
	    wakeup.delay_us > DELAY_US_MAX)
		return -EINVAL;
	err = tcpclose_reader_wakeup(reader, &wakeup);
	if (err)
		return err;
	begin_reading(reader);
	return copy_to_user(to, &wakeup, sizeof(wakeup)) ? -EFAULT : 0;
}

static int ioctl_hook(void __user *to)
{
	struct tcpclose_hook hook;
	int err;

	if (copy_from_user(&hook, to, sizeof(hook)))
		return -EFAULT;
	err = tcpclose_hook_state(&hook);
	if (err)
		return err;
	return copy_to_user(to, &hook, sizeof(hook)) ? -EFAULT : 0;
}

static int ioctl_conns(const struct tcpclose_reader *reader, void __user *to)
{
	struct tcpclose_conns_request request;
	int err;

	if (copy_from_user(&request, to, sizeof(request)))
		return -EFAULT;
	err = tcpclose_listing_copy(&reader->merge.visible, &request);
	if (err)
		return err;
	return copy_to_user(to, &request, sizeof(request)) ? -EFAULT : 0;
}

static long chardev_ioctl(struct file *file, unsigned int request,
			  unsigned long argument)
{
	struct tcpclose_reader *reader = file->private_data;
	void __user *to = (void __user *)argument;

	switch (request) {
	case TCPCLOSE_IOC_VERSION:
		return ioctl_version(to);
	case TCPCLOSE_IOC_GEOMETRY:
		return ioctl_geometry(reader, to);
	case TCPCLOSE_IOC_CURSOR:
		return ioctl_cursor(reader, to);
	case TCPCLOSE_IOC_WAKEUP:
		return ioctl_wakeup(reader, to);
	case TCPCLOSE_IOC_STATS:
		return reader->merge.visible.whole ? ioctl_stats(to) : -EPERM;
	case TCPCLOSE_IOC_STATS_RESET:
		return reader->merge.visible.whole ? ioctl_stats_reset() : -EPERM;
	case TCPCLOSE_IOC_HOOK:
		return reader->merge.visible.whole ? ioctl_hook(to) : -EPERM;
	case TCPCLOSE_IOC_CONNS:
		return reader->merge.visible.whole ? ioctl_conns(reader, to) : -EPERM;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations chardev_operations = {
	.owner = THIS_MODULE,
	.open = chardev_open,
	.release = chardev_release,
	.read = chardev_read,
	.poll = chardev_poll,
	.llseek = chardev_llseek,
	.mmap = chardev_mmap,
	.unlocked_ioctl = chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice chardev_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tcpclose",
	.fops = &chardev_operations,
	.mode = 0600,
};

/**
 * tcpclose_chardev_init() - create /dev/tcpclose
 *
 * Context: process; sleeps.
 * Return: 0 or an error of misc_register().
 */
int tcpclose_chardev_init(void)
{
	return misc_register(&chardev_device);
}

/**
 * tcpclose_chardev_exit() - remove /dev/tcpclose
 *
 * Context: process; sleeps. No file is open: open files prevent the unload.
 */
void tcpclose_chardev_exit(void)
{
	misc_deregister(&chardev_device);
}
