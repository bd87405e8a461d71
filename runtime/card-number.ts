// A card-like number: a known issuer's prefix, that brand's length, a valid Luhn digit, spaces and
// dashes ignored, not inside a longer token (I14).

const brands: { prefix: RegExp; lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^(6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] },
  { prefix: /^(30[0-5]|3095|36|38|39)/, lengths: [14, 15, 16, 17, 18, 19] },
  { prefix: /^35(2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(50|5[6-8]|6304|6759|676[1-3])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];

const digitGroups = /\d+(?:[ \u00a0\u2010-\u2015-]+\d+)*/g;
const tokenEndsBefore = /[\p{L}\p{N}_](?:[\u2010-\u2015-]+)?$/u;
const tokenGoesOnAfter = /^(?:[\u2010-\u2015-]+)?[\p{L}\p{N}_]/u;

function hasValidLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

function isCardNumber(digits: string): boolean {
  return (
    brands.some((brand) => brand.lengths.includes(digits.length) && brand.prefix.test(digits)) &&
    hasValidLuhnDigit(digits)
  );
}

function standsAlone(text: string, start: number, end: number): boolean {
  return (
    !tokenEndsBefore.test(text.slice(Math.max(0, start - 4), start)) && !tokenGoesOnAfter.test(text.slice(end, end + 4))
  );
}

type Span = { start: number; end: number };

/** Any consecutive groups inside one run may form the number, so "ref 12 4242 4242 …" is found too. */
function findInRun(text: string, run: string, offset: number): Span[] {
  const groups = [...run.matchAll(/\d+/g)].map((match) => ({ start: offset + match.index, digits: match[0] }));
  const spans: Span[] = [];
  for (let first = 0; first < groups.length; first += 1) {
    let digits = '';
    for (const group of groups.slice(first)) {
      digits += group.digits;
      if (digits.length > 19) break;
      const span = { start: groups[first]?.start ?? offset, end: group.start + group.digits.length };
      if (digits.length >= 12 && isCardNumber(digits) && standsAlone(text, span.start, span.end)) {
        spans.push(span);
        break;
      }
    }
  }
  return spans;
}

function findCardNumbers(text: string): Span[] {
  const spans: Span[] = [];
  let coveredUntil = 0;
  for (const match of text.matchAll(digitGroups)) {
    if (match[0].length < 12) continue;
    for (const span of findInRun(text, match[0], match.index)) {
      if (span.start < coveredUntil) continue;
      spans.push(span);
      coveredUntil = span.end;
    }
  }
  return spans;
}

export function containsCardNumber(text: string): boolean {
  return findCardNumbers(text).length > 0;
}

/** Works on plain text and on serialized JSON alike: where the digits may be a bare JSON number, the replacement is `0`. */
export function scrubCardNumbers(text: string): string {
  let scrubbed = '';
  let position = 0;
  for (const { start, end } of findCardNumbers(text)) {
    const mayBeJsonNumber = /[:,[]$/.test(text.slice(0, start).slice(-1)) && /^[,}\]]/.test(text.slice(end, end + 1));
    scrubbed += text.slice(position, start) + (mayBeJsonNumber ? '0' : '[card number removed]');
    position = end;
  }
  return scrubbed + text.slice(position);
}
