import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from './standard-webhooks.ts';

// The published test vector of the Standard Webhooks reference libraries.
const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: Buffer.from('{"test": 2432232314}'),
};
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

function delivery(more: { headers?: Record<string, string>; ageSeconds?: number } = {}) {
  const { ageSeconds = 0, headers } = more;
  return {
    headers: {
      'webhook-id': vector.id,
      'webhook-timestamp': String(vector.timestampSeconds),
      'webhook-signature': signature,
      ...headers,
    },
    rawBody: vector.body,
    secret: vector.secret,
    now: new Date((vector.timestampSeconds + ageSeconds) * 1000),
  };
}

describe('standard webhooks', () => {
  it('signs the published test vector', () => {
    expect(signWebhook(vector)).toBe(signature);
  });

  it('reads a secret with and without its prefix alike', () => {
    expect(signWebhook({ ...vector, secret: vector.secret.slice('whsec_'.length) })).toBe(signature);
  });

  it('refuses to sign with an empty secret', () => {
    expect(() => signWebhook({ ...vector, secret: 'whsec_' })).toThrow(/empty/);
  });

  it('accepts one good signature among several, as during a change of secrets', () => {
    const headers = { 'webhook-signature': `v1,AAAA v2,${signature.slice(3)} ${signature}` };
    expect(verifyWebhook(delivery({ headers }))).toBe(vector.id);
  });

  it.each([
    ['five minutes old', 300, true],
    ['older', 301, false],
    ['five minutes ahead', -300, true],
    ['further ahead', -301, false],
  ])('a delivery %s', (_name, ageSeconds, accepted) => {
    const verify = () => verifyWebhook(delivery({ ageSeconds }));
    if (accepted) expect(verify()).toBe(vector.id);
    else expect(verify).toThrow(/too old or ahead/);
  });

  it.each([
    ['a signature of another version', { 'webhook-signature': signature.replace('v1', 'v1a') }],
    ['a signature cut short', { 'webhook-signature': signature.slice(0, -8) }],
    ['no signature', { 'webhook-signature': '' }],
    ['an unreadable timestamp', { 'webhook-timestamp': '1614265330.0' }],
    ['another timestamp', { 'webhook-timestamp': String(vector.timestampSeconds + 1) }],
  ])('refuses %s', (_name, headers) => {
    expect(() => verifyWebhook(delivery({ headers }))).toThrow(/webhook refused/);
  });
});
