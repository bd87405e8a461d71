/** Another provider's wire over the same store, and what it does by itself. */
export interface Dialect {
  /** One round over what is to be delivered. */
  deliverDue: () => Promise<void>;
  /** Null while nothing is. */
  nextDueAt: () => number | null;
  /** Null where it keeps its charges in tables of its own. */
  charges: DialectCharges | null;
}

export interface DialectCharges {
  /** Its accounts start with it, so that none sees another's charges. */
  accountPrefix: string;
  /** Inside the transaction that decided one of its charges, after it was written. */
  announce: (chargeId: string) => void;
}
