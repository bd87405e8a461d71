import { invariant } from '../../../domain/invariant.ts';

const unicodeTable = { platform: 3, encoding: 10, format: 12 };

/** Where a table of a TrueType file begins. https://learn.microsoft.com/typography/opentype/spec/otff */
export function findFontTable(file: Buffer, name: string): number {
  const count = file.readUInt16BE(4);
  for (let at = 12; at < 12 + count * 16; at += 16)
    if (file.toString('latin1', at, at + 4) === name) return file.readUInt32BE(at + 8);
  throw new Error(`the font has no table ${name}`);
}

/** The glyph of every code point the font has. https://learn.microsoft.com/typography/opentype/spec/cmap */
export function readGlyphIds(file: Buffer): ReadonlyMap<number, number> {
  const table = findUnicodeTable(file, findFontTable(file, 'cmap'));
  const glyphIds = new Map<number, number>();
  const groupCount = file.readUInt32BE(table + 12);
  for (let at = table + 16; at < table + 16 + groupCount * 12; at += 12) {
    const [first, last, glyphId] = [file.readUInt32BE(at), file.readUInt32BE(at + 4), file.readUInt32BE(at + 8)];
    for (let code = first; code <= last; code += 1) glyphIds.set(code, glyphId + code - first);
  }
  return glyphIds;
}

function findUnicodeTable(file: Buffer, cmap: number): number {
  const count = file.readUInt16BE(cmap + 2);
  for (let at = cmap + 4; at < cmap + 4 + count * 8; at += 8) {
    if (file.readUInt16BE(at) !== unicodeTable.platform || file.readUInt16BE(at + 2) !== unicodeTable.encoding)
      continue;
    const table = cmap + file.readUInt32BE(at + 4);
    invariant(file.readUInt16BE(table) === unicodeTable.format, 'the font maps Unicode in another format');
    return table;
  }
  throw new Error('the font has no table of all Unicode');
}
