import type { components, paths } from '../../../contracts/generated/rest.gen.ts';

type Schemas = components['schemas'];

export type Subscription = Schemas['Subscription'];
export type Plan = Schemas['Plan'];
export type Customer = Schemas['Customer'];
export type PaymentMethod = Schemas['PaymentMethod'];
export type Invoice = Schemas['Invoice'];
export type InvoiceLine = Schemas['InvoiceLine'];
export type PaymentInList = Schemas['PaymentInList'];
export type AdminPayment = Schemas['AdminPayment'];
export type RefundRequest = Schemas['RefundRequest'];
export type RefundInList = Schemas['RefundInList'];
export type Dispute = Schemas['Dispute'];
export type UndecidedAttempt = Schemas['UndecidedAttempt'];
export type Reconciliation = Schemas['Reconciliation'];
export type ChargeDifference = Schemas['ChargeDifference'];
export type CreditNote = Schemas['CreditNote'];
export type SubscriptionCreated = Schemas['SubscriptionCreated'];

type Answer<Path extends keyof paths, Method extends 'get' | 'post'> = paths[Path] extends {
  [Key in Method]: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

export type TimelineEntry = Answer<'/v1/subscriptions/{subscription_id}/timeline', 'get'>['data'][number];
export type ChangePreview = Answer<'/v1/subscriptions/{subscription_id}/preview', 'post'>;

export type Command = Subscription['allowed_commands'][number];

export interface Page<Item> {
  data: Item[];
  has_more: boolean;
  next_cursor: string | null;
}
