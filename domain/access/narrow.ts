import type { Permission } from './permissions.ts';

/** What a role allows, of that only what the scopes name; null: all of it. */
export function narrow(
  allowed: ReadonlySet<Permission>,
  scopes: readonly Permission[] | null,
): ReadonlySet<Permission> {
  return scopes === null ? allowed : new Set(scopes.filter((scope) => allowed.has(scope)));
}
