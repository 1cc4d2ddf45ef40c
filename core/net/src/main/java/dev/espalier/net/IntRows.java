package dev.espalier.net;

import java.util.Arrays;

/**
 * Rows of a few whole numbers, for what is known of each prefix or path by its number.
 *
 * <p>The first column is the key: a row whose key is 0 is not there, and its other columns mean nothing. To begin a row, set its
 * key and then every other column; to end it, set its key to 0. Row numbers are dense, as {@link PrefixTable} gives them.
 *
 * <p><b>Layout.</b> Pages of {@value #ROWS} rows. In a page, the key and each other column is an array of its own; a column that
 * has the same value in all rows of its page is that one value and no array. So what hardly ever differs, as a path identifier or
 * a metric does, costs nothing until it does, and then only where it does. Growing adds a page and copies none. A page whose last
 * row has ended is dropped, except the first one: a table of a few rows that come and go shall not make garbage.
 *
 * <p><b>Cost.</b> 4 octets for each row and each column that is not uniform; a look is two dependent loads. Not thread-safe: one
 * owner.
 */
public final class IntRows {

    private static final int PAGE_BITS = 10;
    private static final int ROWS = 1 << PAGE_BITS;
    private static final int ROW = ROWS - 1;

    /** In place of an array of cells: all rows of the page have the value in {@link #same}. */
    private static final int[] UNIFORM = new int[0];

    /** By column and page. */
    private final int[][][] cells;
    /** By column and page: the value of a uniform column. */
    private final int[][] same;
    /** By page: how many rows there are. */
    private int[] counts = new int[1];

    /**
     * No rows.
     *
     * @param columns how many numbers a row has, its key included; 1 or more
     */
    public IntRows(int columns) {
        cells = new int[columns][1][];
        same = new int[columns][1];
        for (int[][] column : cells) {
            column[0] = UNIFORM;
        }
    }

    private IntRows(IntRows other) {
        cells = new int[other.cells.length][][];
        same = new int[other.same.length][];
        for (int column = 0; column < cells.length; column++) {
            cells[column] = other.cells[column].clone();
            for (int page = 0; page < cells[column].length; page++) {
                int[] there = cells[column][page];
                cells[column][page] = there == UNIFORM ? UNIFORM : there.clone();
            }
            same[column] = other.same[column].clone();
        }
        counts = other.counts.clone();
    }

    /** The key of a row; 0 when it is not there. */
    public int key(int row) {
        int page = row >>> PAGE_BITS;
        if (page >= counts.length) {
            return 0;
        }
        int[] there = cells[0][page];
        return there == UNIFORM ? 0 : there[row & ROW];
    }

    /** A number of a row that is there. */
    public int get(int column, int row) {
        int page = row >>> PAGE_BITS;
        int[] there = cells[column][page];
        return there == UNIFORM ? same[column][page] : there[row & ROW];
    }

    /** Sets the key of a row: begins the row, changes it, or with 0 ends it. Ending what is not there does nothing. */
    public void key(int row, int value) {
        int page = row >>> PAGE_BITS;
        if (page >= counts.length) {
            if (value == 0) {
                return;
            }
            grow(page);
        }
        int[] there = cells[0][page];
        if (there == UNIFORM) {
            if (value == 0) {
                return;
            }
            there = new int[ROWS];
            cells[0][page] = there;
        }
        int before = there[row & ROW];
        there[row & ROW] = value;
        if (before == 0 && value != 0) {
            counts[page]++;
        } else if (before != 0 && value == 0 && --counts[page] == 0 && page > 0) {
            drop(page);
        }
    }

    /** Sets a number of a row that is there. */
    public void set(int column, int row, int value) {
        int page = row >>> PAGE_BITS;
        int[] there = cells[column][page];
        if (there != UNIFORM) {
            there[row & ROW] = value;
        } else if (same[column][page] != value) {
            differ(column, page, row, value);
        }
    }

    /** A uniform column gets a second value; or its first, when the row is the only one of its page. */
    private void differ(int column, int page, int row, int value) {
        if (counts[page] == 1) {
            same[column][page] = value;
            return;
        }
        int[] there = new int[ROWS];
        Arrays.fill(there, same[column][page]);
        there[row & ROW] = value;
        cells[column][page] = there;
    }

    private void drop(int page) {
        for (int[][] column : cells) {
            column[page] = UNIFORM;
        }
    }

    private void grow(int page) {
        int before = counts.length;
        int after = Math.max(page + 1, 2 * before);
        counts = Arrays.copyOf(counts, after);
        for (int column = 0; column < cells.length; column++) {
            cells[column] = Arrays.copyOf(cells[column], after);
            Arrays.fill(cells[column], before, after, UNIFORM);
            same[column] = Arrays.copyOf(same[column], after);
        }
    }

    /** The next row that is there, from this number on; -1 when there is none. Rows may be begun and ended between two calls. */
    public int next(int from) {
        for (int page = from >>> PAGE_BITS; page < counts.length; page++) {
            if (counts[page] > 0) {
                int[] there = cells[0][page];
                for (int row = Math.max(from - (page << PAGE_BITS), 0); row < ROWS; row++) {
                    if (there[row] != 0) {
                        return page << PAGE_BITS | row;
                    }
                }
            }
        }
        return -1;
    }

    /** The smallest number of a row that is not there, from this number on. */
    public int nextFree(int from) {
        int page = from >>> PAGE_BITS;
        while (page < counts.length && counts[page] == ROWS) {
            page++;
        }
        int row = Math.max(from, page << PAGE_BITS);
        while (key(row) != 0) {
            row++;
        }
        return row;
    }

    /** The same rows, in memory of their own. */
    public IntRows copy() {
        return new IntRows(this);
    }
}
