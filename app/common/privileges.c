/* SPDX-License-Identifier: BSD-3-Clause */
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_common.h>

#include "complain.h"
#include "parse.h"

enum { USER_NAME_MAX = 256 };

/* A number, or a name. */
static int
find_user(const char *text, struct user_options *user)
{
	const struct passwd *entry = getpwnam(text);
	uint64_t number;

	if (entry != NULL) {
		user->uid = entry->pw_uid;
		user->gid = entry->pw_gid;
		return 0;
	}
	if (parse_number(text, &number) != 0 || number >= UINT32_MAX)
		return -EINVAL;
	user->uid = (uid_t)number;
	user->gid = (gid_t)number;
	return 0;
}

static int
find_group(const char *text, struct user_options *user)
{
	const struct group *entry = getgrnam(text);
	uint64_t number;

	if (entry != NULL) {
		user->gid = entry->gr_gid;
		return 0;
	}
	if (parse_number(text, &number) != 0 || number >= UINT32_MAX)
		return -EINVAL;
	user->gid = (gid_t)number;
	return 0;
}

static int
take_user(const char *text, void *value)
{
	struct user_options *user = value;
	const char *colon = strchrnul(text, ':');
	const size_t length = (size_t)(colon - text);
	char name[USER_NAME_MAX];

	if (length == 0 || length >= sizeof(name))
		return -EINVAL;
	memcpy(name, text, length);
	name[length] = '\0';
	if (find_user(name, user) != 0)
		return -EINVAL;
	if (*colon == ':' && find_group(colon + 1, user) != 0)
		return -EINVAL;
	user->name = text;
	return user->uid != 0 && user->gid != 0 ? 0 : -EINVAL;
}

const struct option_row user_option_rows[] = {
	{ .name = "user",
			.argument = "USER[:GROUP]",
			.kind = OPTION_TAKE,
			.take = take_user,
			.expected = "a user of this system who is not root, and perhaps a group: by name or number",
			.help = "who to be, without any rights of root, once devices and\nmemory are there (who starts it)" },
};
const unsigned int user_option_count = RTE_DIM(user_option_rows);

static int
complain_about_step(const struct user_options *user, const char *step)
{
	return complain(EXIT_ENVIRONMENT, "--user %s: %s: %s", user->name, step, strerror(errno));
}

/* Nothing to be inherited, which by itself changes nothing for us. */
static bool
clear_inheritable(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	for (unsigned int i = 0; i < RTE_DIM(data); i++)
		data[i].inheritable = 0;
	return syscall(SYS_capset, &header, data) == 0;
}

int
privileges_prepare(const struct user_options *user)
{
	if (user->name == NULL)
		return -1;
	if (geteuid() != 0)
		return complain(EXIT_ENVIRONMENT, "--user %s: only root can become somebody else",
				user->name);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return complain_about_step(user, "no new privileges");
	/* Up to the last that this kernel knows. */
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			return complain_about_step(user, "bounding set of capabilities");
	}
	if (!clear_inheritable())
		return complain_about_step(user, "inheritable capabilities");
	return -1;
}

/* What the calls say that they did is not all that counts: what can still be done is asked for. */
static bool
is_without_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t left = 0;

	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	for (unsigned int i = 0; i < RTE_DIM(data); i++)
		left |= data[i].effective | data[i].permitted | data[i].inheritable;
	errno = EPERM;
	return left == 0 && setuid(0) != 0 && setgid(0) != 0;
}

int
privileges_drop(const struct user_options *user)
{
	if (user->name == NULL)
		return -1;
	if (setgroups(0, NULL) != 0)
		return complain_about_step(user, "groups");
	if (setresgid(user->gid, user->gid, user->gid) != 0)
		return complain_about_step(user, "group");
	if (setresuid(user->uid, user->uid, user->uid) != 0)
		return complain_about_step(user, "user");
	if (!is_without_rights())
		return complain_about_step(user, "rights are left");
	return -1;
}

void
privileges_print(const struct user_options *user, FILE *out)
{
	if (user->name != NULL)
		fprintf(out, "user: %s (%u:%u), no capabilities, no new privileges\n", user->name,
				user->uid, user->gid);
}
