import { expect, it } from 'vitest';
import type { TenantId } from '../../domain/ids.ts';
import { createMoneyPlaces } from './places.ts';

const [one, other, third] = ['ten_1', 'ten_2', 'ten_3'] as [TenantId, TenantId, TenantId];

it('leaves others their places when one tenant has filled its own, and refuses before anything is done', async () => {
  const places = createMoneyPlaces({ total: 3, perTenant: 2 });
  const gate = Promise.withResolvers<void>();
  const held = [one, one, other].map((tenantId) => places.hold(tenantId, () => gate.promise));
  let done = 0;
  const work = async () => {
    done += 1;
  };
  await expect(places.hold(one, work)).rejects.toMatchObject({ code: 'overloaded' });
  await expect(places.hold(third, work)).rejects.toMatchObject({ code: 'overloaded' });
  expect(done).toBe(0);
  gate.resolve();
  await Promise.all(held);
  await places.hold(third, work);
  expect(done).toBe(1);
});

it('gives a place back when the work fails', async () => {
  const places = createMoneyPlaces({ total: 1, perTenant: 1 });
  const failing = () => Promise.reject(new Error('no'));
  await expect(places.hold(one, failing)).rejects.toThrow('no');
  await expect(places.hold(one, failing)).rejects.toThrow('no');
});
