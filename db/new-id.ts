import { fromUUID, typeid } from 'typeid-js';
import {
  type ApiKeyId,
  type AttemptId,
  type BillingRunId,
  type CreditNoteId,
  type CustomerId,
  type CustomRoleId,
  type DisputeId,
  type EventId,
  type IdKind,
  type InvitationId,
  type InvoiceId,
  idPrefixes,
  type MethodSetupId,
  type OauthClientId,
  type PaymentId,
  type PaymentMethodId,
  type PlanId,
  type PriceId,
  type RefundId,
  type RefundRequestId,
  type RetryTaskId,
  type SavedViewId,
  type SessionId,
  type SubscriptionId,
  type TenantId,
  type UserId,
  type WebhookEndpointId,
} from '../domain/ids.ts';

interface IdOf {
  tenant: TenantId;
  apiKey: ApiKeyId;
  customer: CustomerId;
  paymentMethod: PaymentMethodId;
  plan: PlanId;
  price: PriceId;
  subscription: SubscriptionId;
  billingRun: BillingRunId;
  invoice: InvoiceId;
  payment: PaymentId;
  attempt: AttemptId;
  refund: RefundId;
  refundRequest: RefundRequestId;
  creditNote: CreditNoteId;
  dispute: DisputeId;
  retryTask: RetryTaskId;
  methodSetup: MethodSetupId;
  webhookEndpoint: WebhookEndpointId;
  event: EventId;
  user: UserId;
  customRole: CustomRoleId;
  invitation: InvitationId;
  oauthClient: OauthClientId;
  session: SessionId;
  savedView: SavedViewId;
}

/** A fresh TypeID: UUIDv7 underneath, so ids of one kind sort by the time they were made. */
export function newId<Kind extends IdKind>(kind: Kind): IdOf[Kind] {
  return typeid(idPrefixes[kind]).toString() as string as IdOf[Kind];
}

/** No id of that kind made at that instant or later sorts before it. */
export function firstIdAt<Kind extends IdKind>(kind: Kind, atMs: number): IdOf[Kind] {
  const time = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0');
  const uuid = `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
  return fromUUID(uuid, idPrefixes[kind]).toString() as string as IdOf[Kind];
}

/** The id if the text has the shape of one of this kind, else null: a malformed id is answered like an unknown one. */
export function parseId<Kind extends IdKind>(kind: Kind, text: string): IdOf[Kind] | null {
  const prefix = `${idPrefixes[kind]}_`;
  if (!text.startsWith(prefix) || !/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(prefix.length))) return null;
  return text as IdOf[Kind];
}
