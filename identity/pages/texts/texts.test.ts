import { describe, expect, it } from 'vitest';
import { permissions } from '../../../domain/access/permissions.ts';
import { de } from './de.ts';
import { en } from './en.ts';

/** Every text by where it stands; those made of something with a word that is told from them. */
function textsOf(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function')
    return [[path, String((value as (...words: string[]) => unknown)('plans:read', 'x'))]];
  return Object.entries(value as object).flatMap(([name, member]) => textsOf(member, `${path}/${name}`));
}

/** The same word in both languages. */
const alike = new Set(['/place/live', '/code/label', '/invitation/roles/support']);

describe('the pages of signing in', () => {
  it('say everything in both languages, and nothing of one in the other', () => {
    const [english, german] = [new Map(textsOf(en)), new Map(textsOf(de))];
    expect([...german.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    const same = [...english].filter(([path, text]) => !alike.has(path) && german.get(path) === text);
    expect(same).toEqual([]);
    expect([...english, ...german].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('name each permission by its own words', () => {
    for (const { consent } of [en, de])
      expect(new Set(permissions.map((permission) => consent.permission(permission))).size).toBe(permissions.length);
  });
});
