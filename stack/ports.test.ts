import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPortPicker, findFreePort, isPortFree, releasePorts } from './ports.ts';

let folder: string;
let taken: Server;
let takenPort: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redcore-ports-'));
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  takenPort = (taken.address() as AddressInfo).port;
});

afterEach(() => {
  taken.close();
  rmSync(folder, { recursive: true });
});

function picker(preferred: number, moved: string[]) {
  return createPortPicker({
    preferred: { api: preferred },
    file: join(folder, 'ports.json'),
    onMoved: (line) => moved.push(line),
  });
}

it('takes the preferred port without a word when it is free', async () => {
  const free = await findFreePort();
  releasePorts([free]);
  const moved: string[] = [];
  expect(await picker(free, moved).pick('api')).toBe(free);
  expect(moved).toEqual([]);
});

it('moves from a taken port to a free one, says so, and moves to the same one next time', async () => {
  const moved: string[] = [];
  const port = await picker(takenPort, moved).pick('api');
  expect(await isPortFree(port)).toBe(true);
  expect(moved).toEqual([`Port ${takenPort} is taken: api moves to ${port}.`]);
  expect(JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8'))).toEqual({ api: port });
  releasePorts([port]);
  expect(await picker(takenPort, moved).pick('api')).toBe(port);
});

it('never hands the same port out twice', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, findFreePort));
  expect(new Set(ports).size).toBe(50);
});

it('sees a port that only the wildcard address holds', async () => {
  const wildcard = createServer();
  await new Promise<void>((resolve) => wildcard.listen(0, resolve));
  expect(await isPortFree((wildcard.address() as AddressInfo).port)).toBe(false);
  wildcard.close();
});
