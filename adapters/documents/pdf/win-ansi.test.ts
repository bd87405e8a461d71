import { expect, it } from 'vitest';
import { toWinAnsi } from './win-ansi.ts';

it.each([
  ['Western European', 'Zoë Müller-Ångström, Señor Ñandú – “€ 5”', 'Zoë Müller-Ångström, Señor Ñandú – “€ 5”'],
  ['an accent written apart', 'Zoe\u0308', 'Zoë'],
  ['other Latin letters', 'Łukasz Dvořák, Gheorghiță', 'Lukasz Dvorák, Gheorghita'],
  ['a narrow space and a line break', '1\u202f000\n2', '1 000 2'],
  ['other scripts', 'Иван Ω', '???? ?'],
  ['an emoji', 'ok 👍', 'ok ?'],
])('shows %s', (_name, text, shown) => {
  expect(toWinAnsi(text)).toBe(shown);
});
