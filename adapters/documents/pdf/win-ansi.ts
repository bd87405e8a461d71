/** Windows-1252 beyond Latin-1: what the standard fonts of every PDF reader can show. */
const beyondLatin1 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/** Letters that no accent can be taken from. */
const plainOf: Readonly<Record<string, string>> = {
  ...{ ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ħ: 'h', Ħ: 'H', ı: 'i', ŋ: 'n', Ŋ: 'N', ŧ: 't', Ŧ: 'T', ĸ: 'k' },
  ...{ '\u2212': '-', '\u2011': '-', '\u2009': ' ', '\u202f': ' ', '\u2192': '->' },
};

function isShown(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff) || beyondLatin1.includes(character);
}

/**
 * Text as the standard fonts can show it: Western European as it is, other Latin letters without their accents, everything else
 * as `?`. No font that covers more is among the packages this platform installs.
 */
export function toWinAnsi(text: string): string {
  return Array.from(text.normalize('NFC'), shownAs).join('');
}

function shownAs(character: string): string {
  if (isShown(character)) return character;
  const plain = plainOf[character];
  if (plain !== undefined) return plain;
  if (/\s/.test(character)) return ' ';
  const base = Array.from(character.normalize('NFKD')).filter(isShown).join('');
  return base === '' ? '?' : base;
}
