/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_LISTING_H
#define TCPCLOSE_LISTING_H

struct tcpclose_conns_request;
struct tcpclose_visibility;

int tcpclose_listing_copy(const struct tcpclose_visibility *visible,
			  struct tcpclose_conns_request *request);

#endif /* TCPCLOSE_LISTING_H */
