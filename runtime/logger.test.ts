import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function capture(): { lines: string[]; write(line: string): void } {
  const lines: string[] = [];
  return { lines, write: (line) => void lines.push(line) };
}

it('writes no card number, in whatever field it hides', () => {
  const destination = capture();
  const logger = createLogger('api', { destination });
  logger.info({ note: { deep: '4242 4242 4242 4242' }, amount: 4242424242424242 }, 'paid by 5555555555554444');
  logger.error({ err: new Error('declined 378282246310005') }, 'failed');
  expect(destination.lines.join('')).not.toMatch(/4242|5555|378282/);
  for (const line of destination.lines) expect(() => JSON.parse(line)).not.toThrow();
});

it('writes of a request only id, method and path', () => {
  const destination = capture();
  createLogger('api', { destination }).info({
    req: { id: 'r1', method: 'GET', url: '/plans?after=x', headers: { authorization: 'key' } },
  });
  expect(JSON.parse(destination.lines[0] ?? '')).toMatchObject({
    role: 'api',
    level: 'info',
    req: { id: 'r1', method: 'GET', path: '/plans' },
  });
  expect(destination.lines[0]).not.toContain('authorization');
});

it('keeps the chain of causes', () => {
  const destination = capture();
  createLogger('api', { destination }).error({ err: new Error('outer', { cause: new Error('inner') }) });
  expect(JSON.parse(destination.lines[0] ?? '')).toMatchObject({
    err: { message: 'outer', cause: { message: 'inner' } },
  });
});
