import { describe, expect, it } from 'vitest';
import { clearCookie, readCookie, sessionCookie, writeCookie } from './cookie.ts';
import { refuseCrossSite } from './refuse-cross-site.ts';
import { makeSecret } from './secret.ts';

const origin = 'https://redcore.example';

describe('a call that changes something', () => {
  it.each([
    ['a page of ours', { 'sec-fetch-site': 'same-origin' }, true],
    ['a page of ours, in a browser without Sec-Fetch-Site', { origin }, true],
    ['another site', { 'sec-fetch-site': 'cross-site' }, false],
    ['another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin }, false],
    ['another host of ours', { 'sec-fetch-site': 'same-site', origin: 'https://other.redcore.example' }, false],
    ['the address bar', { 'sec-fetch-site': 'none' }, false],
    ['another origin', { origin: 'https://evil.example' }, false],
    ['our host over plain HTTP', { origin: 'http://redcore.example' }, false],
    ['our host on another port', { origin: 'https://redcore.example:8443' }, false],
    ['a sandboxed frame', { origin: 'null' }, false],
    ['nowhere it would say', {}, false],
    ['an empty header', { 'sec-fetch-site': '' }, false],
  ])('from %s', (_name, headers: Record<string, string>, isOurs) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const call = () => refuseCrossSite({ method, header: (name) => headers[name] }, origin);
      if (isOurs) expect(call).not.toThrow();
      else expect(call).toThrow('cross_site_request');
    }
    expect(() => refuseCrossSite({ method: 'GET', header: (name) => headers[name] }, origin)).not.toThrow();
  });
});

describe('the cookie', () => {
  const secret = makeSecret();

  it('is for this host alone, over HTTPS, out of reach of scripts and of other sites’ calls', () => {
    expect(writeCookie(sessionCookie, secret)).toBe(`__Host-redcore=${secret}; Path=/; Secure; HttpOnly; SameSite=Lax`);
    expect(clearCookie(sessionCookie)).toMatch(/^__Host-redcore=; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=0$/);
  });

  it.each([
    ['alone', `__Host-redcore=${secret}`, secret],
    ['among others', `a=b; __Host-redcore=${secret}; c=d`, secret],
    ['not there', 'a=b', null],
    ['under another name', `x__Host-redcore=${secret}`, null],
    ['without its prefix', `redcore=${secret}`, null],
    ['twice', `__Host-redcore=${secret}; __Host-redcore=${makeSecret()}`, null],
    ['of another shape', '__Host-redcore=short', null],
    ['empty', '__Host-redcore=', null],
  ])('is read where it stands %s', (_name, header, expected) => {
    expect(readCookie(header, sessionCookie)).toBe(expected);
  });
});
