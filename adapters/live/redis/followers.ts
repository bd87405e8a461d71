import type { TenantId } from '../../../domain/ids.ts';
import type { Follower, Told } from '../port.ts';

interface Group {
  tenantId: TenantId;
  all: Set<Follower>;
}

/** Who follows what in this process, by channel. */
export function createFollowers() {
  const groups = new Map<string, Group>();

  return {
    groups: () => [...groups.values()],
    everybody: () => [...groups.values()].flatMap(({ all }) => [...all]),
    join(channel: string, tenantId: TenantId, follower: Follower): void {
      const group = groups.get(channel) ?? { tenantId, all: new Set() };
      groups.set(channel, group);
      group.all.add(follower);
    },
    /** Whether nobody is left there who was before. */
    leave(channel: string, follower: Follower): boolean {
      const group = groups.get(channel);
      if (!group?.all.delete(follower) || group.all.size > 0) return false;
      groups.delete(channel);
      return true;
    },
    tell(channel: string, told: Told): void {
      for (const follower of groups.get(channel)?.all ?? []) follower.onTold(told);
    },
    endAll(): void {
      const ended = [...groups.values()].flatMap(({ all }) => [...all]);
      groups.clear();
      for (const follower of ended) follower.onEnd();
    },
  };
}

export type Followers = ReturnType<typeof createFollowers>;
