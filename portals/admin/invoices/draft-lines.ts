import { majorText, parseMoney } from '../../shared/format/money.ts';
import type { Invoice } from '../../shared/rest/types.ts';

/** A line of a draft as it is typed; `key` only tells rows apart. */
export interface DraftLine {
  key: number;
  description: string;
  amount: string;
  quantity: string;
}

export interface LineInput {
  description: string;
  amount: number;
  quantity: number;
}

const quantityMax = 100_000;

/** What the browser writes amounts in: with anything else it refuses to. */
export function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text);
}

export function emptyLine(key: number): DraftLine {
  return { key, description: '', amount: '', quantity: '1' };
}

export function linesOf({ lines, currency }: Invoice): DraftLine[] {
  return lines.map((line, key) => ({
    key,
    description: line.description,
    amount: majorText(line.unit_amount, currency),
    quantity: String(line.quantity),
  }));
}

/** The line as the interface takes it; null where something of it is missing or no number. */
export function readLine(line: DraftLine, currency: string): LineInput | null {
  const description = line.description.trim();
  const amount = parseMoney(line.amount, currency);
  const quantity = /^\d{1,6}$/.test(line.quantity.trim()) ? Number(line.quantity) : 0;
  if (description === '' || amount === null || amount < 1 || quantity < 1 || quantity > quantityMax) return null;
  return { description, amount, quantity };
}

/** All of them, or null while one cannot be read. */
export function readLines(lines: readonly DraftLine[], currency: string): LineInput[] | null {
  const read = lines.map((line) => readLine(line, currency));
  return read.every((line) => line !== null) ? read : null;
}

export function totalOf(lines: readonly LineInput[]): number {
  return lines.reduce((total, { amount, quantity }) => total + amount * quantity, 0);
}
