import { expect, it } from 'vitest';
import { exists, read } from './architecture/source-files.ts';

const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => /^\| API\d+ /.test(line));

it('shows every risk of the OWASP API Security Top 10 by a test that exists', () => {
  expect(rows.map((line) => /API\d+/.exec(line)?.[0])).toEqual(
    Array.from({ length: 10 }, (_, index) => `API${index + 1}`),
  );
  const unshown = rows.filter((line) => {
    const tests = [...line.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, file = '']) => file);
    return tests.length === 0 || !tests.every(exists);
  });
  expect(unshown).toEqual([]);
});
