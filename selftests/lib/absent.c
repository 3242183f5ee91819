// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page that is not present until the test supplies it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/absent.h"
#include "lib/net.h"
#include "lib/patience.h"

#define TIMEOUT_MS	10000

int absent_open(struct absent *absent)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	absent->size = sysconf(_SC_PAGESIZE);
	absent->page = mmap(NULL, absent->size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (absent->page == MAP_FAILED)
		return -errno;
	absent->fault = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (absent->fault < 0 || ioctl(absent->fault, UFFDIO_API, &api))
		return -errno;
	range.range.start = (uintptr_t)absent->page;
	range.range.len = absent->size;
	return ioctl(absent->fault, UFFDIO_REGISTER, &range) ? -errno : 0;
}

int absent_wait(const struct absent *absent)
{
	return net_wait(absent->fault, POLLIN, patience_ms(TIMEOUT_MS));
}

int absent_supply(const struct absent *absent)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)absent->page, .len = absent->size },
	};

	return ioctl(absent->fault, UFFDIO_ZEROPAGE, &zero) ? -errno : 0;
}

void absent_close(struct absent *absent)
{
	close(absent->fault);
	munmap(absent->page, absent->size);
}
