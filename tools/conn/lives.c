// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assigns records to lives: by cookie, network namespace and birth, and by what
 * they can continue where the birth is not known.
 *
 * Knows the order of transitions; owns no life, and keeps nothing else of them.
 */
#include <string.h>

#include "base/compiler.h"
#include "base/hash.h"
#include "conn/lives.h"

/*
 * Lives of one cookie that are looked at if the birth does not decide, the latest
 * first: a socket has one life with a full socket, and it is the latest.
 */
#define LOOK_MAX 16

/* How well a transition fits a life, the best last. */
enum fit {
	FIT_NOT,
	FIT_OTHER_BIRTH_OTHER_SOCKET,
	FIT_OTHER_BIRTH,
	FIT_OTHER_SOCKET,
	FIT,
};

static struct life *of_cookie(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct life, by_cookie);
}

static struct life *of_birth(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct life, by_birth);
}

/* The tables hash these with their own seeds. */
static uint64_t cookie_key(const struct lives *lives, uint64_t cookie,
			   uint32_t netns)
{
	return hash_mix(lives->by_cookie.seed, cookie, netns);
}

static uint64_t birth_key(const struct lives *lives, uint64_t cookie,
			  uint32_t netns, uint64_t born_ns)
{
	return hash_mix(lives->by_cookie.seed,
			cookie_key(lives, cookie, netns), born_ns);
}

/**
 * life_birth() - when the life of a transition began
 * @e: the transition
 *
 * Return: the time, the same for all transitions of a life; 0: unknown. An age of
 * 0 may be less: the CPU may have read the clock before another one.
 */
uint64_t life_birth(const struct event *e)
{
	if (event_is_marked(e) || e->age_ns < 0 || (uint64_t)e->age_ns > e->ts_ns)
		return 0;
	if (!e->age_ns && !life_state_is_unborn(e->old))
		return 0;
	return e->ts_ns - (uint64_t)e->age_ns;
}

/**
 * lives_add() - add a life
 * @lives: all lives
 * @life: the life, zeroed
 * @cookie: its cookie
 * @netns: inode of its network namespace
 *
 * Return: 0 or -ENOMEM
 */
int lives_add(struct lives *lives, struct life *life, uint64_t cookie,
	      uint32_t netns)
{
	if (!lives->by_cookie.seed)
		lives->by_cookie.seed = hash_seed();
	life->cookie = cookie;
	life->netns = netns;
	return hashtable_add(&lives->by_cookie, &life->by_cookie,
			     cookie_key(lives, cookie, netns));
}

/**
 * lives_set_birth() - set when a life began
 * @lives: all lives
 * @life: one of them
 * @born_ns: the time, not 0
 *
 * Return: 0 or -ENOMEM
 */
int lives_set_birth(struct lives *lives, struct life *life, uint64_t born_ns)
{
	uint64_t key = birth_key(lives, life->cookie, life->netns, born_ns);
	int ret;

	if (life->born_ns)
		return 0;
	ret = hashtable_add(&lives->by_birth, &life->by_birth, key);
	if (!ret)
		life->born_ns = born_ns;
	return ret;
}

/**
 * lives_remove() - remove a life
 * @lives: all lives
 * @life: one of them
 */
void lives_remove(struct lives *lives, struct life *life)
{
	hashtable_remove(&lives->by_cookie, &life->by_cookie);
	if (life->born_ns)
		hashtable_remove(&lives->by_birth, &life->by_birth);
}

static struct life *find_birth(const struct lives *lives, const struct event *e,
			       uint64_t born_ns)
{
	uint64_t key = birth_key(lives, e->cookie, e->netns_inode, born_ns);
	struct life *life = of_birth(hashtable_find(&lives->by_birth, key));

	return life && life->cookie == e->cookie &&
			       life->netns == e->netns_inode &&
			       life->born_ns == born_ns ?
		       life :
		       NULL;
}

/* Whether it fits so well that a different birth must be an error in it. */
static bool is_next(const struct life *life, const struct event *e)
{
	return (e->index == life->next && e->old == life->state) ||
	       (e->index == life->next + 1 && life_hole_may_open(life, e));
}

/* @born_ns: that of @e; no life is known that began then */
static enum fit fit_of(const struct life *life, const struct event *e,
		       uint64_t born_ns)
{
	bool differs = born_ns && life->born_ns;

	if (life->over)
		return !differs && life_hole_fits(life, e) ? FIT : FIT_NOT;
	if (!event_is_mini(e)) {
		/* Its socket has had no other life since. */
		if (!life->mini)
			return born_ns > life->last_ns ? FIT_NOT : FIT;
		return differs ? FIT_NOT : FIT_OTHER_SOCKET;
	}
	if (!differs)
		return life->mini ? FIT : FIT_OTHER_SOCKET;
	if (!is_next(life, e))
		return FIT_NOT;
	return life->mini ? FIT_OTHER_BIRTH : FIT_OTHER_BIRTH_OTHER_SOCKET;
}

/**
 * lives_find() - the life that a transition belongs to
 * @lives: all lives
 * @e: the transition, with a cookie
 *
 * Return: the life, or NULL if none is known
 */
struct life *lives_find(const struct lives *lives, const struct event *e)
{
	uint64_t key = cookie_key(lives, e->cookie, e->netns_inode);
	uint64_t born_ns = life_birth(e);
	enum fit fit, best_fit = FIT_NOT;
	struct life *life, *best;
	unsigned int i = 0;

	if (life_state_is_unborn(e->old))
		return NULL;
	best = born_ns ? find_birth(lives, e, born_ns) : NULL;
	if (best)
		return best;
	life = of_cookie(hashtable_find(&lives->by_cookie, key));
	for (; life && i < LOOK_MAX && best_fit != FIT; i++) {
		fit = fit_of(life, e, born_ns);
		if (fit > best_fit) {
			best_fit = fit;
			best = life;
		}
		life = life_before(life);
	}
	return best;
}

/**
 * lives_find_socket() - the life that has a full socket now
 * @lives: all lives
 * @cookie: cookie of the socket
 * @netns: inode of its network namespace
 *
 * Return: the life, or NULL if none is known
 */
struct life *lives_find_socket(const struct lives *lives, uint64_t cookie,
			       uint32_t netns)
{
	struct life *life = lives_find_latest(lives, cookie, netns);
	unsigned int i;

	for (i = 0; life && i < LOOK_MAX; i++) {
		if (!life->mini && !life->over)
			return life;
		life = life_before(life);
	}
	return NULL;
}

/**
 * lives_find_latest() - the latest life of a socket, over or not
 * @lives: all lives
 * @cookie: cookie of the socket
 * @netns: inode of its network namespace
 *
 * Return: the life, or NULL if none is known
 */
struct life *lives_find_latest(const struct lives *lives, uint64_t cookie,
			       uint32_t netns)
{
	return of_cookie(hashtable_find(&lives->by_cookie,
					cookie_key(lives, cookie, netns)));
}

/**
 * life_before() - the life of the same socket before another one
 * @life: the other one
 *
 * Return: the life, or NULL if none is known
 */
struct life *life_before(const struct life *life)
{
	return of_cookie(hashtable_next(&life->by_cookie));
}

/* Which transition before @e may still come. */
static void pass_over(struct life *life, const struct event *e)
{
	bool first = !life->last_ns;

	if (!event_is_mini(e) || life->hole)
		return;
	if (first || (!life->mini && e->index > life->next))
		life_hole_open(life, e->index - 1u, 0, e->old);
	else if (e->index == life->next + 1 && life_hole_may_open(life, e))
		life_hole_open(life, life->next, life->state, e->old);
}

/**
 * life_advance() - let a life go on to what a transition leads to
 * @life: the life
 * @e: the transition; does not come late
 */
void life_advance(struct life *life, const struct event *e)
{
	life->next = e->index == UINT16_MAX ? UINT16_MAX : e->index + 1;
	life->state = e->new;
	life->mini |= event_is_mini(e) || event_hands_over(e);
	life->over = e->new == TCPCLOSE_CLOSE;
}

/**
 * lives_follow() - take a transition of a life
 * @lives: all lives
 * @life: the life that lives_find() found for it, or a new one
 * @e: the transition
 * @late: result: it came after a later one
 *
 * Return: 0 or -ENOMEM
 */
int lives_follow(struct lives *lives, struct life *life, const struct event *e,
		 bool *late)
{
	uint64_t born_ns = life_birth(e);

	*late = life_hole_fits(life, e);
	if (*late) {
		life->hole = false;
	} else {
		pass_over(life, e);
		life_advance(life, e);
	}
	if (e->ts_ns > life->last_ns)
		life->last_ns = e->ts_ns;
	return born_ns ? lives_set_birth(lives, life, born_ns) : 0;
}

/**
 * lives_free() - free the tables, not the lives
 * @lives: all lives
 */
void lives_free(struct lives *lives)
{
	hashtable_free(&lives->by_cookie, NULL);
	hashtable_free(&lives->by_birth, NULL);
}

/**
 * life_hole_open() - expect a transition that comes late
 * @life: its life
 * @index: its number
 * @from: its old state; 0: it is a hand-over, from any
 * @to: its new state
 *
 * A mini-socket has no lock, and exists before its socket is gone: two of its
 * transitions, or its first one and the hand-over, may be written by two CPUs at
 * the same time and appear in either order.
 */
void life_hole_open(struct life *life, unsigned int index, unsigned int from,
		    unsigned int to)
{
	life->hole = true;
	life->hole_index = (uint16_t)index;
	life->hole_from = (uint8_t)from;
	life->hole_to = (uint8_t)to;
}

/**
 * life_hole_may_open() - whether one transition may be still to come
 * @life: the life
 * @e: the transition after it
 */
bool life_hole_may_open(const struct life *life, const struct event *e)
{
	if (!event_is_mini(e) || life->hole)
		return false;
	if (life->mini)
		return e->old == TCPCLOSE_TIME_WAIT &&
		       (life->state == TCPCLOSE_FIN_WAIT2 ||
			life->state == TCPCLOSE_TIME_WAIT);
	return (life->state == TCPCLOSE_FIN_WAIT2 &&
		(e->old == TCPCLOSE_FIN_WAIT2 ||
		 e->old == TCPCLOSE_TIME_WAIT)) ||
	       (life->state == TCPCLOSE_CLOSING &&
		e->old == TCPCLOSE_TIME_WAIT);
}

/**
 * life_hole_fits() - whether a transition is the one that was still to come
 * @life: the life
 * @e: the transition
 */
bool life_hole_fits(const struct life *life, const struct event *e)
{
	if (!life->hole || e->new != life->hole_to)
		return false;
	if (life->hole_from ? e->old != life->hole_from : !event_hands_over(e))
		return false;
	return e->index == life->hole_index || event_is_untracked(e);
}

/**
 * life_list_add() - make a life the newest of a list
 * @list: the list
 * @life: the life, in no list
 */
void life_list_add(struct life_list *list, struct life *life)
{
	life->newer = NULL;
	life->older = list->newest;
	*(list->newest ? &list->newest->newer : &list->oldest) = life;
	list->newest = life;
}

/**
 * life_list_remove() - take a life out of its list
 * @list: the list
 * @life: the life
 */
void life_list_remove(struct life_list *list, struct life *life)
{
	*(life->newer ? &life->newer->older : &list->newest) = life->older;
	*(life->older ? &life->older->newer : &list->oldest) = life->newer;
}
