import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ClientTerms, refuseUnfitTerms } from './client-terms.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicJwk = (pair: { publicKey: typeof rsa.publicKey }) =>
  pair.publicKey.export({ format: 'jwk' }) as Record<string, unknown>;
const good = publicJwk(rsa);
const onCurve = publicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

function refusalOf(changed: Partial<ClientTerms>): unknown {
  const machine: ClientTerms = {
    ...{ authMethod: 'client_secret_basic', grantTypes: ['client_credentials'] },
    ...{ redirectUris: [], jwks: null },
  };
  try {
    refuseUnfitTerms({ ...machine, ...changed });
    return null;
  } catch (error) {
    return (error as { details: { field: string } }).details.field;
  }
}

const portal = { grantTypes: ['authorization_code', 'refresh_token'] } satisfies Partial<ClientTerms>;
const signing = (...keys: Record<string, unknown>[]) => refusalOf({ authMethod: 'private_key_jwt', jwks: { keys } });

describe('how a client signs in', () => {
  it.each<[string, Partial<ClientTerms>, string | null]>([
    ['a machine with a secret', {}, null],
    ['a public application', { ...portal, authMethod: 'none', redirectUris: ['https://a.example/cb'] }, null],
    [
      'both at once',
      { grantTypes: ['client_credentials', 'authorization_code'], redirectUris: ['https://a.example'] },
      null,
    ],
    ['a refresh of nothing', { grantTypes: ['client_credentials', 'refresh_token'] }, 'grant_types'],
    ['a public machine', { authMethod: 'none' }, 'grant_types'],
    ['an application without an address', portal, 'redirect_uris'],
    ['a machine with an address', { redirectUris: ['https://a.example/cb'] }, 'redirect_uris'],
    ['one address twice', { ...portal, redirectUris: ['https://a.example', 'https://a.example'] }, 'redirect_uris'],
    ['keys that are not there', { authMethod: 'private_key_jwt' }, 'jwks'],
    ['keys beside a secret', { jwks: { keys: [good] } }, 'jwks'],
  ])('%s', (_what, terms, field) => {
    expect(refusalOf(terms)).toBe(field);
  });
});

describe('an address to be sent back to', () => {
  it.each([
    ...['https://a.example/cb', 'https://a.example:8443/cb?x=1', 'http://localhost:3000/cb'],
    ...['http://127.0.0.1/cb', 'http://[::1]:8080/cb'],
  ])('may be %s', (uri) => {
    expect(refusalOf({ ...portal, redirectUris: [uri] })).toBeNull();
  });

  it.each([
    ...['http://a.example/cb', 'http://localhost.a.example/cb', 'https://a.example/cb#x', 'https://a.example/cb#'],
    ...['javascript:alert(1)', 'app://callback', '/cb', 'https:a.example', 'https://', 'https://user@a.example/'],
    ...['https://*.a.example/cb', 'https://a.example\\@b.example', 'https://a.example/\ncb', 'HTTPS://a.example', ''],
  ])('may not be %j', (uri) => {
    expect(refusalOf({ ...portal, redirectUris: [uri] })).toBe('redirect_uris.0');
  });
});

describe('a key', () => {
  it('is an RSA key of 2048 bits, or one on a curve', () => {
    const edwards = publicJwk(generateKeyPairSync('ed25519') as never);
    expect(signing(good)).toBeNull();
    expect(
      signing({ ...good, kid: 'a', alg: 'PS256', use: 'sig' }, { ...onCurve, kid: 'b' }, { ...edwards, kid: 'c' }),
    ).toBeNull();
  });

  it('is never private, and its text is in no refusal', () => {
    const secret = rsa.privateKey.export({ format: 'jwk' }) as Record<string, unknown>;
    expect(signing(secret)).toBe('jwks.keys.0');
    expect(() =>
      refuseUnfitTerms({
        ...{ authMethod: 'private_key_jwt', grantTypes: ['client_credentials'], redirectUris: [] },
        jwks: { keys: [secret] },
      }),
    ).toThrow(/^invalid_request: jwks\.keys\.0 is a private or shared key, [^"]{0,120}$/);
  });

  it.each([
    ['is shared', { kty: 'oct', k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ' }],
    ['is private in one member', { ...onCurve, d: '' }],
    ['is short', publicJwk(generateKeyPairSync('rsa', { modulusLength: 1024 }))],
    ['is on an unknown curve', publicJwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }) as never)],
    ['is for encryption', { ...good, use: 'enc' }],
    ['is for no algorithm', { ...good, alg: 'none' }],
    ['is nothing', {}],
    ['is broken', { ...good, n: null }],
    ['is off its curve', { ...onCurve, x: onCurve['y'] }],
  ])('is refused that %s', (_what, key) => {
    expect(signing(key as Record<string, unknown>)).toBe('jwks.keys.0');
  });

  it('has a kid of its own where there are several', () => {
    expect(signing(good, onCurve)).toBe('jwks.keys');
    expect(signing({ ...good, kid: 'a' }, { ...onCurve, kid: 'a' })).toBe('jwks.keys');
  });
});
