import PDFDocument from 'pdfkit';
import type { BillingDocument, DocumentLine, DocumentRenderer } from '../port.ts';
import { bold, type DocumentFont, regular } from './document-font.ts';

type Page = InstanceType<typeof PDFDocument>;

const margin = 50;
/** A4, in points. */
const pageSize: [number, number] = [595.28, 841.89];
const right = pageSize[0] - margin;
/** Below it stands the number of the page. */
const bottom = pageSize[1] - 80;
const grey = '#666666';
const bodySize = 9;
const columns = {
  description: { x: margin, width: 235 },
  quantity: { x: 290, width: 50, align: 'right' },
  unitAmount: { x: 345, width: 92, align: 'right' },
  amount: { x: 442, width: right - 442, align: 'right' },
} satisfies Record<string, Style>;
const customerColumn = { x: margin, width: 215, size: 10 };
const factColumns = {
  label: { x: 275, width: 78, color: grey },
  value: { x: 353, width: right - 353, align: 'right' },
} satisfies Record<string, Style>;
const totalColumns = {
  label: { x: 290, width: 105 },
  value: { x: 395, width: right - 395, align: 'right' },
} satisfies Record<string, Style>;
const gap = 6;

/** A4 pages in a font that comes with the platform and is embedded: nothing depends on the machine or the reader. */
export function createPdfRenderer(): DocumentRenderer {
  return { contentType: 'application/pdf', render };
}

async function render(document: BillingDocument): Promise<Uint8Array> {
  const page = new PDFDocument({
    ...{ size: pageSize, margin, bufferPages: true, lang: 'en' },
    // No standard font: each would be read for nothing.
    font: '',
    // The file's own id is made of these: the same document is the same file.
    info: {
      ...{ Title: `${document.title} ${document.number}`, Author: document.seller },
      ...{ Producer: 'RedCore', Creator: 'RedCore', CreationDate: new Date(document.issuedAt) },
    },
  });
  const chunks: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    page.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    page.on('end', () => resolve(Buffer.concat(chunks)));
    page.on('error', reject);
  });
  // From the bytes, for each document anew: a font object shared among documents remembers which text a glyph first stood for.
  for (const { name, file } of [regular, bold]) page.registerFont(name, file);
  drawHead(page, document);
  drawLines(page, document.lines);
  drawTotals(page, document);
  drawNotes(page, document.notes);
  drawPageNumbers(page, document);
  page.end();
  return done;
}

interface Style {
  x: number;
  width: number;
  font?: DocumentFont;
  size?: number;
  color?: string;
  align?: 'left' | 'right';
}

/** Writes at a place and answers how high it is; the cursor of the library is not relied on. */
function write(page: Page, text: string, y: number, style: Style): number {
  const { x, width, font = regular, size = bodySize, color = 'black', align = 'left' } = style;
  const shown = font.shown(text);
  page.font(font.name).fontSize(size).fillColor(color).text(shown, x, y, { width, align });
  return page.heightOfString(shown, { width });
}

function heightOf(page: Page, text: string, style: Style): number {
  const { width, font = regular, size = bodySize } = style;
  page.font(font.name).fontSize(size);
  return page.heightOfString(font.shown(text), { width });
}

function drawHead(page: Page, document: BillingDocument): void {
  const half = (right - margin) / 2;
  const other: Style = { x: margin + half, width: half, align: 'right' };
  const sellerHeight = write(page, document.seller, margin, { x: margin, width: half - 10, font: bold, size: 15 });
  const titleHeight = write(page, document.title, margin, { ...other, font: bold, size: 18 });
  const numberHeight = write(page, document.number, margin + titleHeight, { ...other, size: 11 });
  const top = margin + Math.max(sellerHeight, titleHeight + numberHeight) + 28;
  let y = top + write(page, 'To', top, { ...customerColumn, color: grey, size: bodySize }) + 2;
  for (const line of document.customer) y += write(page, line, y, customerColumn) + 1;
  let factY = top;
  for (const { label, value } of document.facts) {
    const labelHeight = write(page, label, factY, factColumns.label);
    factY += Math.max(labelHeight, write(page, value, factY, factColumns.value)) + 2;
  }
  page.y = Math.max(y, factY) + 24;
}

function drawTableHead(page: Page): void {
  const { y } = page;
  const style = { font: bold, size: 8, color: grey };
  write(page, 'Description', y, { ...columns.description, ...style });
  write(page, 'Quantity', y, { ...columns.quantity, ...style });
  write(page, 'Unit price', y, { ...columns.unitAmount, ...style });
  const height = write(page, 'Amount', y, { ...columns.amount, ...style });
  rule(page, y + height + 4, 'black');
  page.y = y + height + 4 + gap;
}

function rule(page: Page, y: number, color: string): void {
  page.moveTo(margin, y).lineTo(right, y).lineWidth(0.5).strokeColor(color).stroke();
}

/** A line that does not fit begins the next page, below the table's head. */
function drawLines(page: Page, lines: readonly DocumentLine[]): void {
  drawTableHead(page);
  const small = { ...columns.description, size: 8, color: grey };
  const cells = ['quantity', 'unitAmount', 'amount'] as const;
  for (const line of lines) {
    const textHeight = heightOf(page, line.description, columns.description);
    const periodHeight = line.period === null ? 0 : heightOf(page, line.period, small);
    const cellHeights = cells.map((cell) => heightOf(page, line[cell], columns[cell]));
    const height = Math.max(textHeight + periodHeight, ...cellHeights);
    if (page.y + height > bottom) {
      page.addPage();
      page.y = margin;
      drawTableHead(page);
    }
    const { y } = page;
    write(page, line.description, y, columns.description);
    if (line.period !== null) write(page, line.period, y + textHeight, small);
    for (const cell of cells) write(page, line[cell], y, columns[cell]);
    rule(page, y + height + gap / 2, '#dddddd');
    page.y = y + height + gap;
  }
}

function drawTotals(page: Page, { totals }: BillingDocument): void {
  const rows = totals.map(({ label, value, isSum }) => {
    const style = isSum ? { font: bold, size: 11 } : {};
    const [labelStyle, valueStyle] = [
      { ...totalColumns.label, ...style },
      { ...totalColumns.value, ...style },
    ];
    const height = Math.max(heightOf(page, label, labelStyle), heightOf(page, value, valueStyle)) + 4;
    return { label, value, labelStyle, valueStyle, height };
  });
  const totalHeight = rows.reduce((sum, { height }) => sum + height, 10);
  if (page.y + totalHeight > bottom) {
    page.addPage();
    page.y = margin;
  }
  page.y += 10;
  for (const { label, value, labelStyle, valueStyle, height } of rows) {
    const { y } = page;
    write(page, label, y, labelStyle);
    write(page, value, y, valueStyle);
    page.y = y + height;
  }
}

function drawNotes(page: Page, notes: readonly string[]): void {
  page.y += 20;
  const style = { x: margin, width: right - margin };
  for (const note of notes) {
    if (page.y + heightOf(page, note, style) > bottom) {
      page.addPage();
      page.y = margin;
    }
    const { y } = page;
    page.y = y + write(page, note, y, style) + gap;
  }
}

function drawPageNumbers(page: Page, { title, number }: BillingDocument): void {
  const { count } = page.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    page.switchToPage(index);
    // Below the margin the library would begin another page.
    page.page.margins.bottom = 0;
    const text = `${title} ${number} · page ${index + 1} of ${count}`;
    write(page, text, pageSize[1] - 45, { x: margin, width: right - margin, size: 8, color: grey, align: 'right' });
  }
}
