/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of local ports: their columns and rows.
 */
#ifndef TCPCLOSE_VIEW_PORTS_ROWS_H
#define TCPCLOSE_VIEW_PORTS_ROWS_H

#include "base/columns.h"
#include "view/ports_words.h"

#define PORTS_TABLES 5

/**
 * struct ports_cells - the texts of a row
 * @text: one for each column
 * @count: how many
 */
struct ports_cells {
	char text[COLUMNS_MAX][PORTS_WORDS_MAX];
	unsigned int count;
};

/**
 * struct ports_table - a table
 * @title: its title
 * @specs: its columns
 * @columns: how many
 * @fill: makes the cells of row @number
 * @rows: how many rows there are
 */
struct ports_table {
	const char *title;
	const struct column *specs;
	unsigned int columns;
	void (*fill)(struct ports_cells *cells, const struct ports *p, size_t number);
	size_t rows;
};

void ports_rows_tables(const struct ports *p, struct ports_table tables[PORTS_TABLES]);

#endif /* TCPCLOSE_VIEW_PORTS_ROWS_H */
