/** A row of a list, and how high it is unless it has been measured. */
export type Sized = { readonly key: string; readonly height: number };

/** What of a list is near the screen, the room that the rest takes above and below, and what of the rest is drawn. */
export type Shown = { from: number; to: number; above: number; below: number; kept: readonly Kept[] };
/** A row that is far from the screen, and how far from the beginning of the list. */
type Kept = { key: string; top: number };

/** A row that is drawn, and where in the list it stands. Those far from the screen say how far from its beginning. */
export type Drawn<R> = { row: R; index: number; top?: number };

/** The rows to draw, in their order. They may be others by now than when it was found out what is shown. */
export function drawnOf<R extends Sized>(rows: readonly R[], { from, to, kept }: Shown): Drawn<R>[] {
  const far = kept.flatMap(({ key, top }): Drawn<R>[] => {
    const index = rows.findIndex((row) => row.key === key);
    const row = rows[index];
    return row ? [{ row, index, top }] : [];
  });
  const near = rows.slice(from, to).map((row, at): Drawn<R> => ({ row, index: from + at }));
  return [...near, ...far.filter(({ index }) => index < from || index >= to)].sort((one, other) => one.index - other.index);
}

/** How many rows a server draws: it does not know the screen. */
const FIRST_ROWS = 24;

/** What is drawn before anybody knows the screen. */
export function firstOf(rows: readonly Sized[]): Shown {
  const below = rows.slice(FIRST_ROWS).reduce((sum, { height }) => sum + height, 0);
  return { from: 0, to: FIRST_ROWS, above: 0, below, kept: [] };
}
