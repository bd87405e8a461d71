import { hash } from '@node-rs/argon2';
import { expect, it } from 'vitest';
import { createPasswordHasher } from './password-hasher.ts';

const hasher = createPasswordHasher();

it('hashes by argon2id with 19 MiB, two passes and one lane, and knows the password again in any form of its characters', async () => {
  const stored = await hasher.hash('caf\u00e9 on the roof');
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await hasher.verify(stored, 'cafe\u0301 on the roof')).toBe(true);
  expect(await hasher.verify(stored, 'Cafe\u0301 on the roof')).toBe(false);
  expect(await hasher.verify(null, 'nobody’s password')).toBe(false);
});

it('takes as long for nobody as for a wrong password', { timeout: 20_000 }, async () => {
  const stored = await hasher.hash('violet kettle on the roof');
  await hasher.verify(null, 'warm');
  const time = async (against: string | null) => {
    const startedAt = performance.now();
    await hasher.verify(against, 'wrong password here');
    return performance.now() - startedAt;
  };
  // In turns, and the best of each: what else the machine does meanwhile slows both, and neither for ever.
  let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 20; round += 1) {
    known = Math.min(known, await time(stored));
    unknown = Math.min(unknown, await time(null));
  }
  expect(unknown / known).toBeGreaterThan(0.4);
  expect(unknown / known).toBeLessThan(2.5);
});

it('tells what was made with other parameters', async () => {
  expect(hasher.isOutdated(await hash('x', { memoryCost: 8_192, timeCost: 2, parallelism: 1 }))).toBe(true);
  expect(hasher.isOutdated(await hasher.hash('x'))).toBe(false);
});

it('lets a bounded number wait, and refuses the others at once', async () => {
  const crowded = createPasswordHasher();
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => crowded.hash('x')));
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(50 - 4 - 32);
  expect(refused[0]).toMatchObject({ reason: { code: 'overloaded' } });
  expect(await crowded.hash('x')).toMatch(/^\$argon2id/);
}, 30_000);
