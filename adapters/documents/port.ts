/** One page or more that a customer reads: everything on it is text already, in the order it is read. */
export interface BillingDocument {
  /** "Invoice", "Credit note". */
  title: string;
  /** "No. 12", or "Draft". */
  number: string;
  seller: string;
  /** The customer's lines: name, address. */
  customer: readonly string[];
  /** Dates, state and the like, by their labels. */
  facts: readonly DocumentFact[];
  lines: readonly DocumentLine[];
  totals: readonly (DocumentFact & { isSum: boolean })[];
  notes: readonly string[];
  /** Stamped into the file, so that the same document is the same bytes; epoch milliseconds. */
  issuedAt: number;
}

export interface DocumentFact {
  label: string;
  value: string;
}

export interface DocumentLine {
  description: string;
  /** The time it bills. */
  period: string | null;
  quantity: string;
  unitAmount: string;
  amount: string;
}

/** Makes a file of a document. Equal documents give equal bytes; it looks nothing up and decides nothing. */
export interface DocumentRenderer {
  readonly contentType: 'application/pdf';
  render(document: BillingDocument): Promise<Uint8Array>;
}
