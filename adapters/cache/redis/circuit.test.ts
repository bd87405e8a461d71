import { expect, it } from 'vitest';
import { createCircuit } from './circuit.ts';

it('lets one call through per rest while they fail, and all again after one success', () => {
  let now = 0;
  const circuit = createCircuit(500, () => now);
  expect([circuit.allows(), circuit.allows()]).toEqual([true, true]);
  circuit.failed();
  expect(circuit.allows()).toBe(false);
  now = 499;
  expect(circuit.allows()).toBe(false);
  now = 500;
  expect([circuit.allows(), circuit.allows()]).toEqual([true, false]);
  circuit.failed();
  now = 1_000;
  expect(circuit.allows()).toBe(true);
  circuit.succeeded();
  expect([circuit.allows(), circuit.allows()]).toEqual([true, true]);
});
