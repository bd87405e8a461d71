import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
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

/** The text that a reader shows: every string that the pages' own commands draw. */
function textOf(file: Uint8Array): string {
  const bytes = Buffer.from(file);
  const texts: string[] = [];
  for (let at = bytes.indexOf('stream\n'); at >= 0; at = bytes.indexOf('stream\n', at + 1)) {
    if (bytes.subarray(at - 3, at).toString() === 'end') continue;
    const end = bytes.indexOf('endstream', at);
    const content = inflateSync(bytes.subarray(at + 'stream\n'.length, end)).toString('latin1');
    for (const [, shown = ''] of content.matchAll(/\[(.*?)\] TJ/g)) {
      const hex = [...shown.matchAll(/<([0-9a-f]+)>/g)].map(([, digits = '']) => digits).join('');
      texts.push(Buffer.from(hex, 'hex').toString('latin1'));
    }
  }
  return texts.join('\n');
}

it('makes a file that says everything of the document', async () => {
  const file = await render(documentOf([line('Pro × 2')]));
  expect(Buffer.from(file.subarray(0, 5)).toString()).toBe('%PDF-');
  const text = textOf(file);
  for (const said of [
    ...['Invoice', 'No. 12', 'Müller & Söhne', 'Zoë Ångström', 'zoe@example.com', 'Pro × 2'],
    ...['2026-01-31 to 2026-02-27', '19.99 USD', '39.98 USD', 'With thanks', 'page 1 of 1'],
  ])
    expect(text).toContain(said);
});

it('makes the same file of the same document, and another of another', async () => {
  const [one, again, other] = await Promise.all([
    render(documentOf([line('Pro')])),
    render(documentOf([line('Pro')])),
    render(documentOf([line('Basic')])),
  ]);
  expect(Buffer.compare(one, again)).toBe(0);
  expect(Buffer.compare(one, other)).not.toBe(0);
});

it('breaks pages between lines, repeats the head and counts the pages', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => line(`Line ${index + 1}`));
  const text = textOf(await render(documentOf(lines)));
  for (const { description } of lines) expect(text.split('\n')).toContain(description);
  expect(text.match(/Unit price/g)).toHaveLength(3);
  for (const page of [1, 2, 3]) expect(text).toContain(`page ${page} of 3`);
});

it('shows a name that no standard font has without breaking the file', async () => {
  const file = await render({ ...documentOf([line('Łódź — план')]), seller: 'Иван' });
  expect(textOf(file)).toContain('Lódz');
});
