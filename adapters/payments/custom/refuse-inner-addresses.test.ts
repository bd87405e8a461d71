import type { lookup } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../contract/subject.ts';
import { createSender, type Sender } from '../send-request.ts';
import { createGuardedLookup, isRefusedAddress, isRefusedHost } from './refuse-inner-addresses.ts';

const live = { allowLoopback: false };
const test = { allowLoopback: true };

describe('addresses that may be called', () => {
  it.each([
    ['8.8.8.8', false],
    ['172.32.0.1', false],
    ['100.128.0.1', false],
    ['2606:4700::1111', false],
    ['::ffff:8.8.8.8', true],
    ['10.1.2.3', true],
    ['172.16.0.1', true],
    ['172.31.255.255', true],
    ['192.168.1.1', true],
    ['100.64.0.1', true],
    ['169.254.169.254', true],
    ['0.0.0.0', true],
    ['224.0.0.1', true],
    ['255.255.255.255', true],
    ['fd00::1', true],
    ['fe80::1', true],
    ['::', true],
    ['::ffff:10.0.0.1', true],
    ['::ffff:7f00:1', true],
    ['64:ff9b::a00:1', true],
    ['2002:a00:1::', true],
    ['2001:db8::1', true],
    ['ff02::1', true],
    ['no address', true],
  ])('%s', (address, refused) => {
    expect(isRefusedAddress(address, live)).toBe(refused);
  });

  it.each(['127.0.0.1', '127.8.9.1', '::1'])('%s only of a test account', (address) => {
    expect(isRefusedAddress(address, live)).toBe(true);
    expect(isRefusedAddress(address, test)).toBe(false);
  });

  it('a test account reaches no other inner address', () => {
    expect(isRefusedAddress('169.254.169.254', test)).toBe(true);
    expect(isRefusedAddress('10.0.0.1', test)).toBe(true);
  });

  it.each([
    ['https://10.0.0.1/pay', true],
    ['https://[fd00::1]/pay', true],
    ['https://0x7f.1/pay', true],
    ['https://2130706433/pay', true],
    ['https://payments.example/pay', false],
    ['https://8.8.8.8/pay', false],
  ])('%s as it is written', (url, refused) => {
    expect(isRefusedHost(new URL(url), live)).toBe(refused);
  });
});

describe('a name', () => {
  let port: number;
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.end('{}');
  });
  const senders: Sender[] = [];

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    for (const sender of senders) sender.close();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A resolver that answers with these, one list per question, as a rebinding one does. */
  function senderBehind(policy: { allowLoopback: boolean }, ...answers: string[][]) {
    const questions: string[] = [];
    const resolve = ((hostname: string, _options: object, callback: (...told: unknown[]) => void) => {
      const addresses = answers[questions.length] ?? answers.at(-1) ?? [];
      questions.push(hostname);
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }) as unknown as typeof lookup;
    const sender = createSender({ lookup: createGuardedLookup(policy, resolve) });
    senders.push(sender);
    const call = (path: string) =>
      sender.send(new URL(`http://payments.example:${port}${path}`), {
        ...{ method: 'POST', body: {}, deadlineAtMonotonicMs: performance.now() + 2_000 },
      });
    return { call, questions };
  }

  it('that leads inside is not called: nothing was sent', async () => {
    const { call } = senderBehind(live, ['127.0.0.1']);
    expect(await failureOf(call('/inner'))).toMatchObject({ kind: 'not_sent' });
    expect(hits).not.toContain('/inner');
  });

  it('is called at the addresses it may be called at, and at no other of its own', async () => {
    const { call } = senderBehind(test, ['10.0.0.1', '127.0.0.1']);
    expect(await call('/allowed')).toMatchObject({ status: 200 });
    expect(hits).toContain('/allowed');
  });

  it('is asked for once per connection: what it says a moment later changes nothing (F29)', async () => {
    const { call, questions } = senderBehind(live, ['192.0.2.7'], ['127.0.0.1']);
    expect(await failureOf(call('/rebound'))).toMatchObject({ kind: 'not_sent' });
    expect(await failureOf(call('/rebound'))).toMatchObject({ kind: 'not_sent' });
    expect(questions).toHaveLength(2);
    expect(hits).not.toContain('/rebound');
  });
});
