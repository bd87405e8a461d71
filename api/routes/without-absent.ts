type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Members that were not sent are left out, so that they cannot overwrite what is stored. */
export function withoutAbsent<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
