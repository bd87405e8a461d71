import { expect, it } from 'vitest';
import { readDrawnLines, readDrawnText } from '../../../tests/support/read-drawn-text.ts';
import type { BillingDocument, DocumentLine } from '../port.ts';
import { createPdfRenderer } from './pdf-renderer.ts';

const line = (description: string): DocumentLine => ({
  ...{ description, period: '2026-01-31 to 2026-02-27', quantity: '2', unitAmount: '19.99 USD', amount: '39.98 USD' },
});

const documentOf = (lines: readonly DocumentLine[]): BillingDocument => ({
  ...{ title: 'Invoice', number: 'No. 12', seller: 'Müller & Söhne', customer: ['Zoë Ångström', 'zoe@example.com'] },
  facts: [{ label: 'Date', value: '2026-01-31' }],
  lines,
  totals: [{ label: 'Total', value: '39.98 USD', isSum: true }],
  notes: ['With thanks'],
  issuedAt: Date.parse('2026-01-31T10:00:00Z'),
});

const render = (document: BillingDocument) => createPdfRenderer().render(document);

it('makes a file that says everything of the document', async () => {
  const file = await render(documentOf([line('Pro × 2')]));
  expect(Buffer.from(file.subarray(0, 5)).toString()).toBe('%PDF-');
  const text = readDrawnText(file);
  for (const said of [
    ...['Invoice', 'No. 12', 'Müller & Söhne', 'Zoë Ångström', 'zoe@example.com', 'Pro × 2'],
    ...['2026-01-31 to 2026-02-27', '19.99 USD', '39.98 USD', 'With thanks', 'page 1 of 1'],
  ])
    expect(text).toContain(said);
});

it('makes the same file of the same document, whatever was made before, and another of another', async () => {
  const one = await render(documentOf([line('ﬁ')]));
  // Two letters that are drawn with the same glyph.
  const other = await render(documentOf([line('fi')]));
  const again = await render(documentOf([line('ﬁ')]));
  expect(Buffer.compare(one, again)).toBe(0);
  expect(Buffer.compare(one, other)).not.toBe(0);
});

it('breaks pages between lines, repeats the head and counts the pages', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => line(`Line ${index + 1}`));
  const text = readDrawnText(await render(documentOf(lines)));
  for (const { description } of lines) expect(text.split('\n')).toContain(description);
  expect(text.match(/Unit price/g)).toHaveLength(3);
  for (const page of [1, 2, 3]) expect(text).toContain(`page ${page} of 3`);
});

it.each([
  ['Latin', 'Łódź Ångström Dvořák'],
  ['more Latin', 'Gheorghiță Iğdır Việt'],
  ['Greek', 'Ελλάς Ωμέγα ΐΰ'],
  ['Cyrillic', 'Приклад Ђорђе Київ Ґудзь'],
  ['signs', '“€ 5” – ₴ ₽ ₺ № × 2'],
])('shows %s in both weights', async (_name, text) => {
  const drawn = readDrawnLines(await render({ ...documentOf([line(text)]), seller: text }));
  const fonts = drawn.filter((one) => one.text === text).map(({ font }) => font);
  expect(fonts).toEqual(['DejaVuSans-Bold', 'DejaVuSans']);
});

it('shows a sign in place of what the font lacks, in both weights', async () => {
  const document = { ...documentOf([line('Łódź 株式 ok')]), seller: '株' };
  const drawn = readDrawnText(await render(document)).split('\n');
  expect(drawn).toContain('Łódź �� ok');
  expect(drawn).toContain('�');
});

it('gives amounts of any length their room', async () => {
  const long = { ...line('Pro'), period: null, amount: '-1234567890123.45 USD' };
  const totals = [
    { label: 'Total', value: '-12345678901234.12 USD', isSum: true },
    { label: 'Amount due', value: '0.00 USD', isSum: false },
  ];
  const drawn = readDrawnLines(await render({ ...documentOf([long, line('Basic')]), totals }));
  const yOf = (text: string) => drawn.find((one) => one.text === text)?.y;
  const wrapped = drawn.filter(({ text }) => text === 'USD').map(({ y }) => y);
  expect(wrapped).toHaveLength(2);
  expect(yOf('Basic')).toBeLessThan((wrapped[0] ?? 0) - 9);
  expect(yOf('Amount due')).toBeLessThan((wrapped[1] ?? 0) - 9);
});
