/** Another provider's wire over the same store. Its accounts start with a prefix of their own, so that none sees another's charges. */
export interface Dialect {
  accountPrefix: string;
  /** Inside the transaction that decided one of its charges, after it was written. */
  announceCharge: (chargeId: string) => void;
  /** One round over what is to be delivered. */
  deliverDue: () => Promise<void>;
  /** Null while nothing is. */
  nextDueAt: () => number | null;
}
