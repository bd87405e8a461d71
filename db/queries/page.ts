/** Where a list goes on: below this id, newest first; one row more than `limit` is read to know whether another page follows. */
export interface PageRequest {
  limit: number;
  beforeId: string | null;
}

export interface Page<Row> {
  rows: Row[];
  hasMore: boolean;
}

export function pageFrom<Row>(rows: readonly Row[], limit: number): Page<Row> {
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}
