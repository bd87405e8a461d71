/** Branded TypeID texts (`sub_01h…`): the same text in API, logs, Kafka, Temporal and SQL. */
type Branded<Name extends string> = string & { readonly brand: Name };

export type TenantId = Branded<'TenantId'>;
export type ApiKeyId = Branded<'ApiKeyId'>;
export type CustomerId = Branded<'CustomerId'>;
export type PaymentMethodId = Branded<'PaymentMethodId'>;
export type PlanId = Branded<'PlanId'>;
export type PriceId = Branded<'PriceId'>;
export type SubscriptionId = Branded<'SubscriptionId'>;
export type BillingRunId = Branded<'BillingRunId'>;
export type InvoiceId = Branded<'InvoiceId'>;
export type PaymentId = Branded<'PaymentId'>;
export type AttemptId = Branded<'AttemptId'>;
export type RefundId = Branded<'RefundId'>;
export type RefundRequestId = Branded<'RefundRequestId'>;
export type CreditNoteId = Branded<'CreditNoteId'>;
export type DisputeId = Branded<'DisputeId'>;
export type RetryTaskId = Branded<'RetryTaskId'>;
export type MethodSetupId = Branded<'MethodSetupId'>;
export type WebhookEndpointId = Branded<'WebhookEndpointId'>;
export type EventId = Branded<'EventId'>;
export type UserId = Branded<'UserId'>;
export type CustomRoleId = Branded<'CustomRoleId'>;
export type InvitationId = Branded<'InvitationId'>;
export type OauthClientId = Branded<'OauthClientId'>;
export type SessionId = Branded<'SessionId'>;
export type SavedViewId = Branded<'SavedViewId'>;

/** Prefix of each id kind; the single list that the id maker and the route parsers share. */
export const idPrefixes = {
  tenant: 'ten',
  apiKey: 'key',
  customer: 'cus',
  paymentMethod: 'pm',
  plan: 'plan',
  price: 'price',
  subscription: 'sub',
  billingRun: 'run',
  invoice: 'inv',
  payment: 'pay',
  attempt: 'att',
  refund: 'ref',
  refundRequest: 'rrq',
  creditNote: 'cn',
  dispute: 'dsp',
  retryTask: 'task',
  methodSetup: 'setup',
  webhookEndpoint: 'whe',
  event: 'evt',
  user: 'usr',
  customRole: 'role',
  invitation: 'invt',
  oauthClient: 'cli',
  session: 'sess',
  savedView: 'view',
} as const;
export type IdKind = keyof typeof idPrefixes;
