import type { RouteContract } from './route.ts';

/** The routes of one contract file by their operation ids. */
export function routesOf(resource: Record<string, unknown>): [string, RouteContract][] {
  return Object.entries(resource)
    .filter(([name]) => name.endsWith('Route'))
    .map(([name, contract]) => [name.slice(0, -'Route'.length), contract as RouteContract]);
}
