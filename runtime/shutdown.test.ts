import { afterAll, expect, it, vi } from 'vitest';
import { checkReady } from './health.ts';
import { createLogger } from './logger.ts';
import { onShutdown, runShutdown } from './shutdown.ts';

// A process that has shut down stays so: whoever shares this one begins anew.
afterAll(() => vi.resetModules());

it('turns unready first, then runs phase after phase, and goes on past a step that fails', async () => {
  const order: string[] = [];
  const lines: string[] = [];
  const step = (name: string) => async (): Promise<void> => {
    await Promise.resolve();
    order.push(name);
  };
  onShutdown('close', 'database', step('database'));
  onShutdown('drain', 'in flight', step('in flight'));
  onShutdown('drain', 'broken', () => Promise.reject(new Error('stuck')));
  onShutdown('stop-accepting', 'listener', async () => {
    order.push(`listener, ready ${(await checkReady()).status}`);
  });
  const logger = createLogger('api', { destination: { write: (line) => void lines.push(line) } });
  expect(await runShutdown(logger)).toBe(false);
  expect(order).toEqual(['listener, ready 503', 'in flight', 'database']);
  expect(lines.join('')).toContain('"step":"broken"');
});
