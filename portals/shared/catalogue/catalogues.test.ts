import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { de as adminDe } from '../../admin/catalogue/de.ts';
import { en as adminEn } from '../../admin/catalogue/en.ts';
import { de as customerDe } from '../../customer/catalogue/de.ts';
import { en as customerEn } from '../../customer/catalogue/en.ts';
import { de } from './de.ts';
import { en } from './en.ts';

const portalsFolder = join(import.meta.dirname, '..', '..');

function textsOf(catalogue: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(catalogue).flatMap(([name, value]) =>
      typeof value === 'string'
        ? [[`${prefix}${name}`, value] as const]
        : [...textsOf(value as object, `${prefix}${name}.`)],
    ),
  );
}

const places = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map(([, name = '']) => name)
    .sort()
    .join(' ');

describe.each([
  ['shared', en, de],
  ['customer', customerEn, customerDe],
  ['admin', adminEn, adminDe],
])('the %s catalogue', (_name, english, german) => {
  it('says in German whatever it says in English, with the same things put in', () => {
    const [first, second] = [textsOf(english), textsOf(german)];
    expect([...second.keys()].sort()).toEqual([...first.keys()].sort());
    const differing = [...first].filter(([key, text]) => places(text) !== places(second.get(key) ?? ''));
    expect(differing).toEqual([]);
  });
});

describe.each([
  ['customer', customerEn],
  ['admin', adminEn],
])('what the %s portal says', (portal, own) => {
  const known = new Set([...textsOf(en).keys(), ...textsOf(own).keys()].map((key) => key.replace(/_(one|other)$/, '')));
  const used = (folders: string[]) =>
    folders
      .flatMap((folder) =>
        globSync('**/*.{ts,tsx}', { cwd: join(portalsFolder, folder) }).map((file) => join(folder, file)),
      )
      .flatMap((file) =>
        [...readFileSync(join(portalsFolder, file), 'utf8').matchAll(/\bt\('([\w.]+)'/g)].map(([, key = '']) => key),
      );

  it('stands in its catalogue', () => {
    const keys = used([portal, 'shared']);
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
  });
});
