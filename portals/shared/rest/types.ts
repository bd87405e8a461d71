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
export type AskedRefund = Schemas['AskedRefund'];
export type RefundInList = Schemas['RefundInList'];
export type Dispute = Schemas['Dispute'];
export type UndecidedAttempt = Schemas['UndecidedAttempt'];
export type Reconciliation = Schemas['Reconciliation'];
export type ChargeDifference = Schemas['ChargeDifference'];
export type CreditNote = Schemas['CreditNote'];
export type SubscriptionCreated = Schemas['SubscriptionCreated'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type ForecastPeriod = Schemas['ForecastPeriod'];
export type Supposition = Schemas['Supposition'];
export type BillingRun = Schemas['BillingRun'];
export type Workflow = Schemas['Workflow'];

type Answer<Path extends keyof paths, Method extends 'get' | 'post'> = paths[Path] extends {
  [Key in Method]: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

export type ChangePreview = Answer<'/v1/subscriptions/{subscription_id}/preview', 'post'>;

/** A command as it would be given: exactly one. */
export type Supposed = Omit<
  paths['/v1/subscriptions/{subscription_id}/forecast']['post']['requestBody'] extends infer Body
    ? NonNullable<Body> extends { content: { 'application/json': infer Json } }
      ? Json
      : never
    : never,
  'periods' | 'idempotency_key'
>;

export type Command = Subscription['allowed_commands'][number];

export interface Page<Item> {
  data: Item[];
  has_more: boolean;
  next_cursor: string | null;
}
