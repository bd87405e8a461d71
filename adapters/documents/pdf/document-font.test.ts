import { expect, it } from 'vitest';
import { bold, regular } from './document-font.ts';

it.each([
  ['Latin, Greek and Cyrillic', 'Łódź Ελλάς Приклад', 'Łódź Ελλάς Приклад'],
  ['an accent written apart', 'Zoe\u0308', 'Zoë'],
  ['a mark that no letter has with it', 'i\u0307z x\u0301', 'i\u0307z x\u0301'],
  ['a space that does not break', '1\u00a0000', '1\u00a0000'],
  ['a line break', 'one\ntwo\u2028three', 'one two three'],
  ['a direction mark and a zero-width space', 'a\u202eb\u200bc', 'abc'],
  ['Chinese and Japanese', '株式 会社', '�� ��'],
  ['an emoji of several', 'ok 👨‍👩‍👧', 'ok �'],
  ['Arabic and Hebrew', 'مرحبا שלום', '����� ����'],
  ['half a surrogate pair', 'a\ud800b', 'a�b'],
])('shows %s', (_name, text, shown) => {
  for (const font of [regular, bold]) expect(font.shown(text)).toBe(shown);
});
