import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readGlyphIds } from './read-glyph-ids.ts';

export interface DocumentFont {
  name: string;
  /** The TrueType file; a document embeds the glyphs it draws. */
  file: Buffer;
  /** Text as this font shows it: on one line, and `�` for each character it cannot show. */
  shown(text: string): string;
}

const require = createRequire(import.meta.url);

/** DejaVu Sans: what is written today in Latin, Greek, Cyrillic, Armenian and Georgian. Read once per process. */
export const regular = readFont('regular', require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
export const bold = readFont('bold', require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'));

const replacement = '\ufffd';
/** The font has them, but the pages lay words out from left to right: a name in the wrong order would mislead. */
const rightToLeft = /[\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Nko}]/u;
const breaking = /[\p{Cc}\u2028\u2029]/gu;
/** Joiners, direction marks, variation selectors: they draw nothing, and none of these scripts needs them. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

function readFont(name: string, path: string): DocumentFont {
  const file = readFileSync(path);
  const glyphIds = readGlyphIds(file);
  const has = (codePoint: string) => glyphIds.has(codePoint.codePointAt(0) ?? 0) && !rightToLeft.test(codePoint);
  const shownAs = (character: string) => {
    const visible = character.replace(invisible, '');
    return Array.from(visible).every(has) ? visible : replacement;
  };
  return {
    name,
    file,
    shown: (text) =>
      Array.from(characters.segment(text.normalize('NFC').replace(breaking, ' ')), ({ segment }) =>
        shownAs(segment),
      ).join(''),
  };
}
