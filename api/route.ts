import type { DocumentRenderer } from '../adapters/documents/port.ts';
import type { AddressOfWorkflow } from '../adapters/engine/port.ts';
import type { AccessParts } from '../billing/access/access-call.ts';
import type { Call } from '../billing/call.ts';
import type { BillingContext } from '../billing/context.ts';
import type { Answer } from '../contracts/answer.ts';
import type { BodyOf, QueryOf, RouteContract } from '../contracts/rest/route.ts';
import { parseId } from '../db/new-id.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type {
  ApiKeyId,
  AttemptId,
  BillingRunId,
  CreditNoteId,
  CustomerId,
  CustomRoleId,
  DisputeId,
  EventId,
  InvitationId,
  InvoiceId,
  MethodSetupId,
  OauthClientId,
  PaymentId,
  PaymentMethodId,
  PlanId,
  RefundId,
  RefundRequestId,
  RetryTaskId,
  SavedViewId,
  SessionId,
  SubscriptionId,
  TenantId,
  UserId,
  WebhookEndpointId,
} from '../domain/ids.ts';
import { idPrefixes } from '../domain/ids.ts';
import type { ProviderName } from '../domain/payments/provider-name.ts';
import type { Accounts } from '../identity/accounts/accounts.ts';
import type { PortalParts } from '../identity/portal-parts.ts';
import type { Principal } from '../identity/principal.ts';

interface PathIds {
  customer: CustomerId;
  plan: PlanId;
  paymentMethod: PaymentMethodId;
  subscription: SubscriptionId;
  invoice: InvoiceId;
  payment: PaymentId;
  methodSetup: MethodSetupId;
  webhookEndpoint: WebhookEndpointId;
  dispute: DisputeId;
  /** A stored notification is named by its event. */
  event: EventId;
  attempt: AttemptId;
  retryTask: RetryTaskId;
  refund: RefundId;
  refundRequest: RefundRequestId;
  creditNote: CreditNoteId;
  apiKey: ApiKeyId;
  oauthClient: OauthClientId;
  user: UserId;
  customRole: CustomRoleId;
  invitation: InvitationId;
  /** Of any tenant: an operator's. */
  tenant: TenantId;
  billingRun: BillingRunId;
  savedView: SavedViewId;
  /** No row, and known to its holder alone. */
  session: SessionId;
}
export type ResourceKind = keyof PathIds;

/** What a handler is given: an authenticated, parsed and validated call. */
export interface RouteCall<Body, Query> extends Call {
  principal: Principal;
  context: BillingContext;
  accounts: Accounts;
  /** As the system role, for operators. */
  system: TenantDatabase;
  documents: DocumentRenderer;
  portals: PortalParts;
  access: AccessParts;
  addressOfWorkflow: AddressOfWorkflow;
  body: Body;
  query: Query;
  /** The id in the path. */
  id<Kind extends ResourceKind>(kind: Kind): PathIds[Kind];
  /** The provider named in the path, which is one by then. */
  provider(): ProviderName;
}

/** A contract with what carries it out. */
export interface Route {
  contract: RouteContract;
  handle(call: RouteCall<unknown, unknown>): Promise<Answer>;
}

export function route<const C extends RouteContract>(
  contract: C,
  handle: (call: RouteCall<BodyOf<C>, QueryOf<C>>) => Promise<Answer>,
): Route {
  return { contract, handle: handle as Route['handle'] };
}

const pathNames: Readonly<Record<string, ResourceKind>> = {
  customer_id: 'customer',
  plan_id: 'plan',
  payment_method_id: 'paymentMethod',
  subscription_id: 'subscription',
  invoice_id: 'invoice',
  payment_id: 'payment',
  setup_id: 'methodSetup',
  webhook_endpoint_id: 'webhookEndpoint',
  dispute_id: 'dispute',
  webhook_id: 'event',
  attempt_id: 'attempt',
  task_id: 'retryTask',
  refund_id: 'refund',
  refund_request_id: 'refundRequest',
  credit_note_id: 'creditNote',
  api_key_id: 'apiKey',
  client_id: 'oauthClient',
  user_id: 'user',
  role_id: 'customRole',
  invitation_id: 'invitation',
  tenant_id: 'tenant',
  session_id: 'session',
  saved_view_id: 'savedView',
};

/** Of an id by the name it has in paths and bodies. */
export function kindOfName(name: string): ResourceKind | undefined {
  return pathNames[name];
}

/** The kinds of the ids in a path, with the names they have there. */
export function pathKinds(path: string): { name: string; kind: ResourceKind }[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) => {
    const kind = kindOfName(name);
    return kind ? [{ name, kind }] : [];
  });
}

/** A well-formed id that names nothing stands in for a malformed one, so that both take the same way to the same answer. */
export function idOrUnknown<Kind extends ResourceKind>(kind: Kind, text: string): PathIds[Kind] {
  return (parseId(kind, text) ?? `${idPrefixes[kind]}_${'0'.repeat(26)}`) as PathIds[Kind];
}

export function optionalId<Kind extends ResourceKind>(kind: Kind, text: string | undefined): PathIds[Kind] | undefined {
  return text === undefined ? undefined : idOrUnknown(kind, text);
}
