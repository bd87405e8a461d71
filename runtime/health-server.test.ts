import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { registerOptionalCheck, registerReadyCheck } from './health.ts';
import { type HealthServer, startHealthServer } from './health-server.ts';
import { registerCounter, startMetrics } from './metrics.ts';

let server: HealthServer;

beforeAll(async () => {
  startMetrics('relay');
  server = await startHealthServer({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await server.close();
  // The checks belong to this process: whoever shares it begins anew.
  vi.resetModules();
});

it('serves metrics that carry the role', async () => {
  registerCounter({ name: 'redcore_example_total', help: 'Example', labels: ['kind'] }).inc({ kind: 'a' });
  const text = await (await fetch(`${server.url}/metrics`)).text();
  expect(text).toContain('redcore_example_total{kind="a",role="relay"} 1');
  expect(text).toContain('process_cpu_seconds_total{role="relay"}');
});

it('answers 503 naming the failing check until it passes, and stays alive meanwhile', async () => {
  registerReadyCheck('database', () => Promise.reject(new Error('connection refused')));
  registerReadyCheck('redis', () => Promise.resolve());
  const failing = await fetch(`${server.url}/health/ready`);
  expect(failing.status).toBe(503);
  expect(await failing.json()).toEqual({
    status: 'failing',
    failing: [{ check: 'database', reason: 'connection refused' }],
    degraded: [],
    checks: ['database', 'redis'],
  });
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  registerReadyCheck('database', () => Promise.resolve());
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
});

it('stays ready without what it can do without, and says so', async () => {
  registerOptionalCheck('cache', () => Promise.reject(new Error('away')));
  const degraded = await fetch(`${server.url}/health/ready`);
  expect(degraded.status).toBe(200);
  expect(await degraded.json()).toMatchObject({
    status: 'degraded',
    failing: [],
    degraded: [{ check: 'cache', reason: 'away' }],
  });
});
