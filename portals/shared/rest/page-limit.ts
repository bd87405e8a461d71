/** A first page that is there at once, and then as much as the interface gives. */
export function pageLimit(cursor: string | undefined): number {
  return cursor === undefined ? 20 : 100;
}
