import { expect, it } from 'vitest';
import { ownPath } from './own-path.ts';

const publicUrl = 'https://redcore.example';

it.each(['/docs', '/portal/', '/portal/plans?sort=name#top', '/a%20b', '/docs//x'])('goes on to %s', (path) => {
  expect(ownPath(path, publicUrl)).toBe(path);
});

it.each([
  ['another host', 'https://evil.example/'],
  ['our own host, spelled out', 'https://redcore.example/docs'],
  ['a host without a scheme', '//evil.example'],
  ['a host behind a backslash', '/\\evil.example'],
  ['a backslash further on', '/a\\..\\\\evil.example'],
  ['a host behind a tab', '/\t/evil.example'],
  ['a host behind a line break', '/\n/evil.example'],
  ['a path that climbs to a host', '/..//evil.example'],
  ['a path that climbs after a dot', '/.//evil.example'],
  ['a script', 'javascript:alert(1)'],
  ['a header', '/docs\r\nset-cookie: a=b'],
  ['no path', 'docs'],
  ['nothing', ''],
  ['the pages that sign in', '/auth/sign-in?return_to=/auth/sign-in'],
  ['the pages that sign in, by a detour', '/docs/../auth/sign-out'],
  ['too long a path', `/${'x'.repeat(2_000)}`],
  ['what is not there', undefined],
])('does not go on to %s', (_name, text) => {
  expect(ownPath(text, publicUrl)).toBeNull();
});
