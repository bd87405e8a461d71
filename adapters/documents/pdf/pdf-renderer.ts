import PDFDocument from 'pdfkit';
import type { BillingDocument, DocumentLine, DocumentRenderer } from '../port.ts';
import { toWinAnsi } from './win-ansi.ts';

type Page = InstanceType<typeof PDFDocument>;

const margin = 50;
/** A4, in points. */
const pageSize: [number, number] = [595.28, 841.89];
const right = pageSize[0] - margin;
/** Below it stands the number of the page. */
const bottom = pageSize[1] - 80;
const regular = 'Helvetica';
const bold = 'Helvetica-Bold';
const grey = '#666666';
const columns = {
  description: { x: margin, width: 250 },
  quantity: { x: 300, width: 45 },
  unitAmount: { x: 345, width: 95 },
  amount: { x: 440, width: right - 440 },
};
const gap = 6;

/** A4 pages in the standard fonts, which every reader has: nothing is embedded, and nothing depends on the machine. */
export function createPdfRenderer(): DocumentRenderer {
  return { contentType: 'application/pdf', render };
}

async function render(document: BillingDocument): Promise<Uint8Array> {
  const page = new PDFDocument({
    ...{ size: pageSize, margin, bufferPages: true, lang: 'en' },
    // The file's own id is made of these: the same document is the same file.
    info: {
      ...{ Title: toWinAnsi(`${document.title} ${document.number}`), Author: toWinAnsi(document.seller) },
      ...{ Producer: 'RedCore', Creator: 'RedCore', CreationDate: new Date(document.issuedAt) },
    },
  });
  const chunks: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    page.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    page.on('end', () => resolve(Buffer.concat(chunks)));
    page.on('error', reject);
  });
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
  font?: string;
  size?: number;
  color?: string;
  align?: 'left' | 'right';
}

/** Writes at a place and answers how high it is; the cursor of the library is not relied on. */
function write(page: Page, text: string, y: number, style: Style): number {
  const { x, width, font = regular, size = 9.5, color = 'black', align = 'left' } = style;
  const shown = toWinAnsi(text);
  page.font(font).fontSize(size).fillColor(color).text(shown, x, y, { width, align });
  return page.heightOfString(shown, { width });
}

function heightOf(page: Page, text: string, style: Style): number {
  page.font(style.font ?? regular).fontSize(style.size ?? 9.5);
  return page.heightOfString(toWinAnsi(text), { width: style.width });
}

function drawHead(page: Page, document: BillingDocument): void {
  const half = (right - margin) / 2;
  const left = { x: margin, width: half };
  const other = { x: margin + half, width: half };
  const sellerHeight = write(page, document.seller, margin, { ...left, font: bold, size: 15 });
  const titleHeight = write(page, document.title, margin, { ...other, font: bold, size: 18, align: 'right' });
  const numberHeight = write(page, document.number, margin + titleHeight, { ...other, size: 11, align: 'right' });
  const top = margin + Math.max(sellerHeight, titleHeight + numberHeight) + 28;
  let y = top + write(page, 'To', top, { ...left, color: grey, size: 8.5 }) + 2;
  for (const line of document.customer) y += write(page, line, y, { ...left, size: 10.5 });
  let factY = top;
  for (const { label, value } of document.facts) {
    const labelHeight = write(page, label, factY, { x: other.x, width: 70, color: grey });
    const height = write(page, value, factY, { x: other.x + 72, width: half - 72, align: 'right' });
    factY += Math.max(labelHeight, height) + 2;
  }
  page.y = Math.max(y, factY) + 24;
}

function drawTableHead(page: Page): void {
  const { y } = page;
  const style = { font: bold, size: 8.5, color: grey };
  write(page, 'Description', y, { ...columns.description, ...style });
  write(page, 'Quantity', y, { ...columns.quantity, ...style, align: 'right' });
  write(page, 'Unit price', y, { ...columns.unitAmount, ...style, align: 'right' });
  const height = write(page, 'Amount', y, { ...columns.amount, ...style, align: 'right' });
  rule(page, y + height + 4, 'black');
  page.y = y + height + 4 + gap;
}

function rule(page: Page, y: number, color: string): void {
  page.moveTo(margin, y).lineTo(right, y).lineWidth(0.5).strokeColor(color).stroke();
}

/** A line that does not fit begins the next page, below the table's head. */
function drawLines(page: Page, lines: readonly DocumentLine[]): void {
  drawTableHead(page);
  const small = { ...columns.description, size: 8.5, color: grey };
  for (const line of lines) {
    const textHeight = heightOf(page, line.description, columns.description);
    const height = textHeight + (line.period === null ? 0 : heightOf(page, line.period, small));
    if (page.y + height > bottom) {
      page.addPage();
      page.y = margin;
      drawTableHead(page);
    }
    const { y } = page;
    write(page, line.description, y, columns.description);
    if (line.period !== null) write(page, line.period, y + textHeight, small);
    write(page, line.quantity, y, { ...columns.quantity, align: 'right' });
    write(page, line.unitAmount, y, { ...columns.unitAmount, align: 'right' });
    write(page, line.amount, y, { ...columns.amount, align: 'right' });
    rule(page, y + height + gap / 2, '#dddddd');
    page.y = y + height + gap;
  }
}

function drawTotals(page: Page, { totals }: BillingDocument): void {
  const rowHeight = 16;
  if (page.y + totals.length * rowHeight + 10 > bottom) {
    page.addPage();
    page.y = margin;
  }
  page.y += 10;
  for (const { label, value, isSum } of totals) {
    const { y } = page;
    const style = isSum ? { font: bold, size: 11 } : {};
    write(page, label, y, { x: 300, width: 120, ...style });
    write(page, value, y, { x: 420, width: right - 420, align: 'right', ...style });
    page.y = y + rowHeight;
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
