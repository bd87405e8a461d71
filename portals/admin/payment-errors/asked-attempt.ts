/** An attempt whose outcome nobody knows, as dialogs about it name it. */
export interface AskedAttempt {
  attempt_id: string;
  payment_id: string;
  customer_id: string;
  amount: number;
  currency: string;
  provider_charge_id: string | null;
}
