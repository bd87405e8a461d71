import { expect, it } from 'vitest';
import { newId } from '../db/new-id.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import { createSignOutProofs } from './sign-out-proof.ts';

const proofs = createSignOutProofs('the key secret of a test');
const [userId, other] = [newId('user'), newId('user')];
const now = Date.UTC(2026, 0, 1);

it('says who pressed the button, for a minute', () => {
  const proof = proofs.make(userId, now);
  expect(proofs.read(proof, now + MINUTE_MS - 1)).toBe(userId);
  expect(proofs.read(proof, now + MINUTE_MS)).toBeNull();
});

it.each([
  ['about somebody else', (proof: string) => proof.replace(userId, other)],
  ['for longer', (proof: string) => proof.replace(String(now + MINUTE_MS), String(now + 9 * MINUTE_MS))],
  ['signed by another secret', () => createSignOutProofs('another secret of a test').make(userId, now)],
  ['unsigned', (proof: string) => proof.slice(0, proof.lastIndexOf('.'))],
  ['empty', () => ''],
])('is nothing when it is %s', (_name, forge) => {
  expect(proofs.read(forge(proofs.make(userId, now)), now)).toBeNull();
});
