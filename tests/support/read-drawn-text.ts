import { inflateSync } from 'node:zlib';
import { bold, regular } from '../../adapters/documents/pdf/document-font.ts';
import { findFontTable, readGlyphIds } from '../../adapters/documents/pdf/read-glyph-ids.ts';

interface PdfObject {
  head: string;
  stream: Buffer;
}

interface DrawnFont {
  name: string;
  textOf(glyphId: number): string;
}

const originals = new Map(
  Object.entries({ DejaVuSans: regular, 'DejaVuSans-Bold': bold }).map(([name, { file }]) => [
    name,
    { file, glyphIds: readGlyphIds(file) },
  ]),
);

/**
 * What a reader of the file sees and copies, a line per line drawn. It throws if a glyph embedded in the file has another
 * outline than the character it is copied as.
 */
export function readDrawnText(file: Uint8Array): string {
  return readDrawnLines(file)
    .map(({ text }) => text)
    .join('\n');
}

export interface DrawnLine {
  text: string;
  font: string;
  /** Of its base line, in points above the foot of its page. */
  y: number;
}

export function readDrawnLines(file: Uint8Array): DrawnLine[] {
  const objects = readObjects(Buffer.from(file));
  const fonts = new Map<string, DrawnFont>();
  for (const { head } of objects.values())
    for (const [, name = '', id] of head.matchAll(/\/(F\d+) (\d+) 0 R/g))
      if (!fonts.has(name)) fonts.set(name, readFont(objects, Number(id)));
  const pages = [...objects.values()].filter(({ head }) => head.includes('/Type /Page\n'));
  return pages.flatMap(({ head }) => drawnBy(referred(objects, head, 'Contents').stream.toString('latin1'), fonts));
}

function drawnBy(content: string, fonts: ReadonlyMap<string, DrawnFont>): DrawnLine[] {
  return Array.from(content.matchAll(/\bBT\n(.*?)\bET\n/gs), ([, block = '']) => {
    const font = fonts.get(/\/(F\d+) \S+ Tf/.exec(block)?.[1] ?? '');
    if (!font) throw new Error('text is drawn in no font');
    const glyphs = [...block.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, digits]) => digits?.match(/.{4}/g) ?? []);
    return {
      text: glyphs.map((digits) => font.textOf(Number.parseInt(digits, 16))).join(''),
      font: font.name,
      y: Number(/(\S+) Tm/.exec(block)?.[1]),
    };
  });
}

function readObjects(file: Buffer): ReadonlyMap<number, PdfObject> {
  const text = file.toString('latin1');
  const table = Number(/startxref\n(\d+)/.exec(text)?.[1]);
  const objects = new Map<number, PdfObject>();
  for (const [index, entry] of [...text.slice(table).matchAll(/^(\d{10}) \d{5} n/gm)].entries()) {
    const at = Number(entry[1]);
    const object = text.slice(at, text.indexOf('endobj', at));
    const [head = ''] = object.split('stream\n', 1);
    const start = at + head.length + 'stream\n'.length;
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
    const stream = file.subarray(start, start + length);
    objects.set(index + 1, { head, stream: head.includes('/FlateDecode') ? inflateSync(stream) : stream });
  }
  return objects;
}

function referred(objects: ReadonlyMap<number, PdfObject>, head: string, key: string): PdfObject {
  const object = objects.get(Number(new RegExp(`/${key} \\[?(\\d+) 0 R`).exec(head)?.[1]));
  if (!object) throw new Error(`the file has no ${key}`);
  return object;
}

function readFont(objects: ReadonlyMap<number, PdfObject>, id: number): DrawnFont {
  const { head } = objects.get(id) ?? { head: '' };
  const name = /\/BaseFont \/[A-Z]{6}\+(\S+)/.exec(head)?.[1] ?? '';
  const original = originals.get(name);
  if (!original) throw new Error(`the file has another font: ${head}`);
  const texts = readTexts(referred(objects, head, 'ToUnicode').stream.toString('latin1'));
  const descriptor = referred(objects, referred(objects, head, 'DescendantFonts').head, 'FontDescriptor');
  const embedded = referred(objects, descriptor.head, 'FontFile2').stream;
  const textOf = (glyphId: number) => {
    const text = texts[glyphId] ?? '';
    const meant = original.glyphIds.get(text.codePointAt(0) ?? -1);
    if (Array.from(text).length !== 1 || meant === undefined) throw new Error(`a glyph is copied as "${text}"`);
    if (outlineOf(embedded, glyphId) !== outlineOf(original.file, meant))
      throw new Error(`"${text}" is drawn as another character`);
    return text;
  };
  return { name, textOf };
}

function readTexts(map: string): string[] {
  const texts: string[] = [];
  for (const [, first = '', entries = ''] of map.matchAll(/<(\S+)> <\S+> \[(.*?)\]/g))
    for (const [index, [, units = '']] of [...entries.matchAll(/<(.*?)>/g)].entries())
      texts[Number.parseInt(first, 16) + index] = Buffer.from(units.replaceAll(' ', ''), 'hex')
        .swap16()
        .toString('utf16le');
  return texts;
}

/** https://learn.microsoft.com/typography/opentype/spec/glyf: one made of others is read down to their outlines. */
function outlineOf(font: Buffer, glyphId: number): string {
  const isLong = font.readUInt16BE(findFontTable(font, 'head') + 50) === 1;
  const locations = findFontTable(font, 'loca');
  const glyphs = findFontTable(font, 'glyf');
  const location = (index: number) =>
    glyphs + (isLong ? font.readUInt32BE(locations + index * 4) : font.readUInt16BE(locations + index * 2) * 2);
  const glyph = font.subarray(location(glyphId), location(glyphId + 1));
  if (glyph.length === 0 || glyph.readInt16BE(0) >= 0) return glyph.toString('hex');
  const parts: string[] = [];
  for (let at = 10, more = true; more; ) {
    const flags = glyph.readUInt16BE(at);
    const scaleLength = flags & 0x08 ? 2 : flags & 0x40 ? 4 : flags & 0x80 ? 8 : 0;
    const end = at + 4 + (flags & 0x01 ? 4 : 2) + scaleLength;
    parts.push(`${glyph.toString('hex', at + 4, end)}(${outlineOf(font, glyph.readUInt16BE(at + 2))})`);
    more = (flags & 0x20) !== 0;
    at = end;
  }
  return parts.join(' ');
}
